"""Trainings of a quickstart: a teacher, ADD-GNN and its ablations."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch_geometric.data import Data

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import top_bottom_pairs
from fashiongraph.data.splits import split
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.objectives import ADDGNNObjective
from fashiongraph.quickstart.settings import Settings
from fashiongraph.quickstart.trained import Trained
from fashiongraph.training import fit

TOPS = ("top", "knitwear", "outerwear")
BOTTOMS = ("trousers", "skirt")
# A pair of a top and a bottom needs a negative of the same category.
_TEACHER_PROTOCOL = "same_category"


class Variant(NamedTuple):
    """ADD-GNN or an ablation of it.

    Args:
        name: Name in tables.
        folder: Name of the checkpoint folder.
        distillation: Train with distillation from the teacher.
        graph: Pass messages between items.
    """

    name: str
    folder: str
    distillation: bool = True
    graph: bool = True


VARIANTS = (
    Variant("ADD-GNN", "addgnn"),
    Variant("without distillation", "addgnn_without_distillation", distillation=False),
    Variant("without graph", "addgnn_without_graph", graph=False),
)
"""The full model first."""


def train_teacher(
    designers: Outfits, settings: Settings, seed: int, progress: bool
) -> Trained[DesignerTeacher]:
    """Train the teacher on nine tenths of the designers' pairs of a top and a bottom.

    Args:
        designers: The designers' outfits.
        settings: Sizes.
        seed: Seed of split, weights and negatives.
        progress: Show a progress bar.
    """
    pairs = top_bottom_pairs(designers, TOPS, BOTTOMS)
    train, valid = split(pairs, (9, 1), seed=seed)
    # Another initialisation than the students', whose masks would otherwise agree from the start.
    torch.manual_seed(seed + 1)
    model = DesignerTeacher(designers.items.num_features, settings.num_attributes)
    history = fit(
        model,
        train,
        valid,
        protocol=_TEACHER_PROTOCOL,
        max_epochs=settings.teacher_epochs,
        seed=seed,
        progress=progress,
    )
    return Trained("designers' teacher", "teacher", model, history, len(train))


def train_variant(
    variant: Variant,
    splits: tuple[Outfits, Outfits],
    graph: Data,
    teacher: DesignerTeacher,
    settings: Settings,
    seed: int,
    progress: bool,
) -> Trained[ADDGNN]:
    """Train ADD-GNN or an ablation of it on users' outfits.

    All variants have the same initial masks, outfits and negatives, in the same order.

    Args:
        variant: The variant.
        splits: The users' training and validation outfits.
        graph: Category graph of the training outfits.
        teacher: Teacher of the distillation.
        settings: Sizes.
        seed: Seed of weights and negatives.
        progress: Show a progress bar.
    """
    train, valid = splits
    torch.manual_seed(seed)
    model = ADDGNN(
        train.items.num_features,
        settings.hidden_channels,
        settings.num_attributes,
        settings.num_steps if variant.graph else 0,
    )
    history = fit(
        model,
        train,
        valid,
        graph=graph,
        objective=ADDGNNObjective.softmax(teacher if variant.distillation else None),
        max_epochs=settings.epochs,
        seed=seed,
        progress=progress,
    )
    return Trained(variant.name, variant.folder, model, history, len(train))

"""The trainings of a quickstart: a teacher, and ADD-GNN with and without its parts."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch_geometric.data import Data

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import top_bottom_pairs
from fashiongraph.data.splits import split
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.quickstart.settings import Settings
from fashiongraph.quickstart.trained import Trained
from fashiongraph.training import fit

TOPS = ("top", "knitwear", "outerwear")
BOTTOMS = ("trousers", "skirt")
# Strangers of a teacher are tops for tops and bottoms for bottoms: nothing else makes a pair.
_TEACHER_PROTOCOL = "same_category"


class Variant(NamedTuple):
    """ADD-GNN, whole or without one of its parts.

    Args:
        name: What tables call it.
        folder: Name of its checkpoint's folder.
        knowledge: Whether it learns from the teacher too.
        graph: Whether items pass messages.
    """

    name: str
    folder: str
    knowledge: bool = True
    graph: bool = True


VARIANTS = (
    Variant("ADD-GNN", "addgnn"),
    Variant("without knowledge", "addgnn_without_knowledge", knowledge=False),
    Variant("without graph", "addgnn_without_graph", graph=False),
)
"""The full model first."""


def train_teacher(
    designers: Outfits, settings: Settings, seed: int, progress: bool
) -> Trained[DesignerTeacher]:
    """Train the teacher on nine tenths of the designers' pairs of a top and a bottom.

    Args:
        designers: The designers' outfits.
        settings: The sizes.
        seed: Seed of split, weights and strangers.
        progress: Whether to show a progress bar.
    """
    pairs = top_bottom_pairs(designers, TOPS, BOTTOMS)
    train, valid = split(pairs, (9, 1), seed=seed)
    # Another start than the students': from the same one their masks would agree untaught.
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
    parts: tuple[Outfits, Outfits],
    graph: Data,
    teacher: DesignerTeacher,
    settings: Settings,
    seed: int,
    progress: bool,
) -> Trained[ADDGNN]:
    """Train ADD-GNN on users' outfits, whole or without one of its parts.

    All variants start from the same masks and see the same outfits and strangers in the same
    order, so that they differ in nothing but the part.

    Args:
        variant: Which parts the model has.
        parts: The users' training and validation outfits.
        graph: Category graph of the training outfits.
        teacher: What to distil from, where the variant does.
        settings: The sizes.
        seed: Seed of weights and strangers.
        progress: Whether to show a progress bar.
    """
    train, valid = parts
    torch.manual_seed(seed)
    model = ADDGNN(
        train.items.num_features,
        settings.hidden_channels,
        settings.num_attributes,
        settings.num_steps,
        use_graph=variant.graph,
    )
    history = fit(
        model,
        train,
        valid,
        graph=graph,
        objective=model.objective(teacher if variant.knowledge else None),
        max_epochs=settings.epochs,
        seed=seed,
        progress=progress,
    )
    return Trained(variant.name, variant.folder, model, history, len(train))

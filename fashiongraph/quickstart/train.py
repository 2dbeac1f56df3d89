"""Trainings of a quickstart: two teachers, ADD-GNN and its ablations."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch_geometric.data import Data

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import top_bottom_pairs
from fashiongraph.data.splits import split
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.nn import ADDGNNLoss, CandidateSoftmaxLoss
from fashiongraph.objectives import (
    ADDGNNObjective,
    DecorrelationObjective,
    Objective,
    RankingObjective,
)
from fashiongraph.quickstart.settings import Settings
from fashiongraph.quickstart.trained import Trained
from fashiongraph.training import TrainingConfig, fit

TOPS = ("top", "knitwear", "outerwear")
BOTTOMS = ("trousers", "skirt")
# A pair of a top and a bottom needs a negative of the same category.
_PAIR_PROTOCOL = "same_category"
# The published weight, 0.001, changes scores in the fourth digit only. Of 0.001, 0.03 and 0.3 this
# has the highest scores on data of another seed.
_MASK_WEIGHT = 0.3


class Variant(NamedTuple):
    """ADD-GNN or an ablation of it.

    Args:
        name: Name in tables.
        folder: Name of the checkpoint folder.
        knowledge: The designers' knowledge it learns from: ``"scores"`` starts from the weights of
            the teacher of outfits and distils its scores, ``"masks"`` distils the masks of the
            teacher of pairs (eq. A11); empty for none.
        graph: Pass messages between items.
    """

    name: str
    folder: str
    knowledge: str = "scores"
    graph: bool = True


VARIANTS = (
    Variant("ADD-GNN", "addgnn"),
    Variant("with mask distillation", "addgnn_masks", knowledge="masks"),
    Variant("without designers", "addgnn_without_designers", knowledge=""),
    Variant("without graph", "addgnn_without_graph", graph=False),
)
"""The full model first."""


class Teachers(NamedTuple):
    """The two teachers.

    Args:
        outfits: ADD-GNN, trained on complete outfits of designers.
        pairs: The published teacher, trained on their pairs of a top and a bottom.
    """

    outfits: Trained[ADDGNN]
    pairs: Trained[DesignerTeacher]


def train_teachers(designers: Outfits, settings: Settings, seed: int, progress: bool) -> Teachers:
    """Train both teachers on nine tenths of the designers' outfits.

    Args:
        designers: The designers' outfits.
        settings: Sizes.
        seed: Seed of splits, weights and negatives.
        progress: Show progress bars.
    """
    return Teachers(
        _teacher_of_outfits(designers, settings, seed, progress),
        _teacher_of_pairs(designers, settings, seed, progress),
    )


def _teacher_of_outfits(
    designers: Outfits, settings: Settings, seed: int, progress: bool
) -> Trained[ADDGNN]:
    train, valid = split(designers, (9, 1), seed=seed)
    torch.manual_seed(seed + 1)
    model = _addgnn(designers, settings, settings.num_steps)
    history = fit(
        model,
        train,
        valid,
        graph=category_graph(train.category_id, train.batch, train.items.num_categories),
        objective=DecorrelationObjective(RankingObjective()),
        config=TrainingConfig(batch_size=settings.batch_size),
        max_epochs=settings.teacher_epochs,
        seed=seed,
        progress=progress,
    )
    return Trained("designers' ADD-GNN", "teacher", model, history, len(train))


def _teacher_of_pairs(
    designers: Outfits, settings: Settings, seed: int, progress: bool
) -> Trained[DesignerTeacher]:
    pairs = top_bottom_pairs(designers, TOPS, BOTTOMS)
    train, valid = split(pairs, (9, 1), seed=seed)
    # Another initialisation than the students', whose masks would otherwise agree from the start.
    torch.manual_seed(seed + 1)
    model = DesignerTeacher(designers.items.num_features, settings.num_attributes)
    history = fit(
        model,
        train,
        valid,
        protocol=_PAIR_PROTOCOL,
        config=TrainingConfig(batch_size=settings.batch_size),
        max_epochs=settings.pair_epochs,
        seed=seed,
        progress=progress,
    )
    return Trained("designers' pairs", "pair_teacher", model, history, len(train))


def train_variant(
    variant: Variant,
    splits: tuple[Outfits, Outfits],
    graph: Data,
    teachers: Teachers,
    settings: Settings,
    seed: int,
    progress: bool,
) -> Trained[ADDGNN]:
    """Train ADD-GNN or an ablation of it on users' outfits.

    All variants have the same outfits and negatives, in the same order. Weights that the teacher
    of outfits lacks, or that no teacher gives, have the same initial values in all.

    Args:
        variant: The variant.
        splits: The users' training and validation outfits.
        graph: Category graph of the training outfits.
        teachers: The two teachers.
        settings: Sizes.
        seed: Seed of weights and negatives.
        progress: Show a progress bar.
    """
    train, valid = splits
    torch.manual_seed(seed)
    model = _addgnn(train, settings, settings.num_steps if variant.graph else 0)
    history = fit(
        model,
        train,
        valid,
        graph=graph,
        objective=DecorrelationObjective(_objective(variant, model, teachers)),
        config=TrainingConfig(batch_size=settings.batch_size),
        max_epochs=settings.epochs,
        seed=seed,
        progress=progress,
    )
    return Trained(variant.name, variant.folder, model, history, len(train))


def _addgnn(outfits: Outfits, settings: Settings, num_steps: int) -> ADDGNN:
    return ADDGNN(
        outfits.items.num_features, settings.hidden_channels, settings.num_attributes, num_steps
    )


def _objective(variant: Variant, model: ADDGNN, teachers: Teachers) -> Objective[Any]:
    """The objective of a variant, whose model starts from the teacher it distils the scores of."""
    if variant.knowledge == "scores":
        teacher = teachers.outfits.model
        model.load_state_dict(teacher.state_dict(), strict=variant.graph)
        return RankingObjective(teacher=teacher)
    if not variant.knowledge:
        return ADDGNNObjective.softmax()
    loss = ADDGNNLoss(0.0, _MASK_WEIGHT, 0.0, ranking=CandidateSoftmaxLoss())
    return ADDGNNObjective(loss, ADDGNNObjective.softmax().num_negatives, teachers.pairs.model)

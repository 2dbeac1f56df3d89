"""Registry of models with their objective and training configuration."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fashiongraph.errors import FashionGraphError
from fashiongraph.models import (
    ADDGNN,
    NGNN,
    ADDGNNPlus,
    BiLSTM,
    CollocationNet,
    DesignerTeacher,
    OutfitModel,
    SetTransformer,
    Siamese,
    TypeAware,
)
from fashiongraph.objectives import Objective, default_objective, paper_objective
from fashiongraph.training.training_config import TrainingConfig


@dataclass(frozen=True)
class ModelSpec:
    """Entry of the model registry: constructor, objective and training configuration.

    Args:
        summary: One line for lists and help texts.
        build: Builds the model from ``in_channels``, ``num_categories`` and constructor arguments.
        objective: Builds the training objective of a model.
        config: The training configuration.
        protocol: Protocol of negatives in training and validation, if the publication states one.
        reads_pairs: Whether the model is trained on pairs of a top and a bottom.
        distils_masks: Whether a teacher's masks are distilled, as published, unless stated
            otherwise.

    Example:
        >>> from fashiongraph.models import Siamese
        >>> spec = ModelSpec("siamese of a fixed size", lambda **sizes: Siamese(98))
        >>> model = spec.build(in_channels=98, num_categories=10)
        >>> type(spec.objective(model)).__name__
        'RankingObjective'
    """

    summary: str
    build: Callable[..., OutfitModel]
    objective: Callable[[OutfitModel], Objective[Any]] = default_objective
    config: TrainingConfig = field(default_factory=TrainingConfig)
    protocol: str | None = None
    reads_pairs: bool = False
    distils_masks: bool = False


def _sized(kind: Callable[..., OutfitModel], **defaults: Any) -> Callable[..., OutfitModel]:
    """Builder of a model from the number of features."""

    def build(in_channels: int, num_categories: int, **config: Any) -> OutfitModel:
        return kind(in_channels, **{**defaults, **config})

    return build


def _with_categories(
    kind: Callable[..., OutfitModel], **defaults: Any
) -> Callable[..., OutfitModel]:
    """Builder of a model from the number of features and of categories."""

    def build(in_channels: int, num_categories: int, **config: Any) -> OutfitModel:
        return kind(in_channels, **{"num_categories": num_categories, **defaults, **config})

    return build


def _constant(batch_size: int, optimizer: str, rate: float, **further: Any) -> TrainingConfig:
    return TrainingConfig(batch_size, optimizer, rate, schedule="constant", **further)


MODELS: Mapping[str, ModelSpec] = {
    "addgnn-plus": ModelSpec(
        "ADD-GNN with co-occurrence context and priors, and soft-min pooling: the strongest",
        _sized(ADDGNNPlus),
    ),
    "addgnn": ModelSpec(
        "ADD-GNN without saturating activations, in a small size",
        _sized(ADDGNN, hidden_channels=64, num_steps=1),
    ),
    "addgnn-paper": ModelSpec(
        "ADD-GNN as published",
        _sized(ADDGNN.paper),
        paper_objective,
        TrainingConfig.paper(),
        "uniform",
        distils_masks=True,
    ),
    "teacher": ModelSpec(
        "designer teacher on pairs of a top and a bottom",
        _sized(DesignerTeacher),
        reads_pairs=True,
    ),
    "teacher-paper": ModelSpec(
        "designer teacher as published",
        _sized(DesignerTeacher.paper),
        paper_objective,
        TrainingConfig.paper(),
        reads_pairs=True,
    ),
    "siamese": ModelSpec("one linear embedding, mean cosine of pairs", _sized(Siamese)),
    "type-aware": ModelSpec(
        "one embedding and a mask per pair of categories", _with_categories(TypeAware)
    ),
    "ngnn": ModelSpec("node-wise graph neural network", _with_categories(NGNN)),
    "bilstm": ModelSpec("bidirectional LSTM over the sequence of items", _sized(BiLSTM)),
    "set-transformer": ModelSpec(
        "transformer over the set of items (OutfitTransformer)", _sized(SetTransformer)
    ),
    "collocation": ModelSpec(
        "mixed-category metric learning with mined exemplars", _sized(CollocationNet)
    ),
    "siamese-paper": ModelSpec(
        "siamese metric as published",
        _sized(Siamese.paper),
        paper_objective,
        _constant(128, "adamw", 1e-3),
        "uniform",
    ),
    "type-aware-paper": ModelSpec(
        "type-aware embeddings as published",
        _with_categories(TypeAware.paper),
        paper_objective,
        _constant(256, "adamw", 5e-5),
        "same_category",
    ),
    "ngnn-paper": ModelSpec(
        "NGNN as in its paper",
        _with_categories(NGNN.paper),
        paper_objective,
        _constant(16, "rmsprop", 1e-3, weight_decay=1e-3),
        "uniform",
    ),
    "ngnn-code": ModelSpec(
        "NGNN as in its code",
        _with_categories(NGNN.reference_code),
        paper_objective,
        _constant(16, "rmsprop", 1e-3),
        "uniform",
    ),
    "bilstm-paper": ModelSpec(
        "Bi-LSTM as published",
        _sized(BiLSTM.paper),
        paper_objective,
        _constant(10, "sgd", 0.2, halve_every=2, gradient_clip=5.0),
        "uniform",
    ),
    "set-transformer-paper": ModelSpec(
        "OutfitTransformer as published",
        _sized(SetTransformer.paper),
        paper_objective,
        _constant(50, "adamw", 1e-5, halve_every=10),
        "uniform",
    ),
}
"""Models by name, as in ``--model`` and in the benchmarks."""

DEFAULT_MODEL = "addgnn-plus"


def model_spec(name: str) -> ModelSpec:
    """Registry entry of a model.

    Args:
        name: A name of :data:`MODELS`, or ``"module:Class"`` for a subclass of
            :class:`~fashiongraph.models.OutfitModel` in an importable module, whose constructor
            takes ``in_channels``.

    Raises:
        FashionGraphError: If there is no such model.

    Example:
        >>> model_spec("siamese").build(in_channels=98, num_categories=10)
        Siamese(
          in_channels=98, hidden_channels=64, learn_scale=True, normalize=True
          (embedding): ItemEmbedding(
            (lin): Linear(in_features=98, out_features=64, bias=True)
          )
          (scorer): CosineScorer()
        )
    """
    if name in MODELS:
        return MODELS[name]
    module, colon, attribute = name.partition(":")
    if not colon:
        raise FashionGraphError(
            f"'--model' needs one of {', '.join(MODELS)}, or my_module:MyModel (got {name!r})"
        )
    try:
        kind = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise FashionGraphError(f"'--model' {name!r} cannot be imported: {error}") from error
    if not (isinstance(kind, type) and issubclass(kind, OutfitModel)):
        raise FashionGraphError(f"'--model' needs a subclass of OutfitModel (got {name!r})")
    return ModelSpec(f"{attribute} of {module}", _sized(kind))

"""Ensemble of several models of one class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import copy
from itertools import tee
from typing import Any

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.outfit_model import OutfitModel


class Ensemble(OutfitModel):
    r"""Mean score of M models of one class with different initial weights.

    .. math::
        y(O) = \frac{1}{M} \sum_m y_m(O)

    The mean reduces the variance due to few training outfits, at M times the cost.
    :func:`fashiongraph.training.fit` trains the models side by side and keeps the epoch with the
    best validation score of the ensemble.

    Args:
        model: Name of the class of the models, such as ``"ADDGNNPlus"``.
        model_config: Their configuration.
        ensemble_size: Number of models, M.

    Raises:
        FashionGraphError: If ``ensemble_size`` is not positive or no imported module defines the
            class.

    Example:
        >>> from fashiongraph.models import Ensemble, Siamese
        >>> Ensemble.of(Siamese(in_channels=8), ensemble_size=3).ensemble_size
        3
    """

    def __init__(self, model: str, model_config: Mapping[str, Any], ensemble_size: int = 5) -> None:
        super().__init__()
        if ensemble_size < 1:
            raise FashionGraphError(
                f"'ensemble_size' needs to be a positive integer (got {ensemble_size})"
            )
        kind = OutfitModel.registry.get(model)
        if kind is None:
            raise FashionGraphError(f"'model' needs to be the name of a model (got {model!r})")
        self.model = model
        self.model_config = dict(model_config)
        self.ensemble_size = ensemble_size
        self.models = torch.nn.ModuleList(
            kind.from_config(model_config) for _ in range(ensemble_size)
        )
        self.in_channels = next(self.each()).in_channels

    @classmethod
    def of(cls, model: OutfitModel, ensemble_size: int = 5) -> Ensemble:
        """Build an ensemble of models with the configuration of one model and new weights."""
        return cls(type(model).__name__, model.config, ensemble_size)

    @property
    def graph(self) -> Data | None:
        """The category graph of all models."""
        return self._graph

    @graph.setter
    def graph(self, graph: Data | None) -> None:
        self._graph = graph
        for model in getattr(self, "models", ()):  # not set yet in the base constructor
            model.graph = graph

    @property
    def categories(self) -> list[str]:
        """The category vocabulary of all models."""
        return self._categories

    @categories.setter
    def categories(self, categories: list[str]) -> None:
        self._categories = categories
        for model in getattr(self, "models", ()):
            model.categories = categories

    @property
    def batch_inputs(self) -> frozenset[str]:
        """Optional fields of the batch that the models read."""
        return self._first.batch_inputs

    def forward(self, batch: Batch) -> Tensor:
        """Mean score of the models [B]."""
        return torch.stack([model(view) for model, view in self._views(batch)]).mean(dim=0)

    def ranking_scores(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Means of both scores, each [B]."""
        pairs = [model.ranking_scores(view) for model, view in self._views(batch)]
        candidate, outfit = (torch.stack(scores).mean(dim=0) for scores in zip(*pairs, strict=True))
        return candidate, outfit

    def score_candidates(self, batch: Batch, position: Tensor, num_candidates: int) -> Tensor:
        """Mean score of each candidate [Q, A]."""
        scores = [
            model.score_candidates(view, position, num_candidates)
            for model, view in self._views(batch)
        ]
        return torch.stack(scores).mean(dim=0)

    def item_scores(self, batch: Batch) -> Tensor:
        """Mean item scores [N]."""
        return torch.stack([m.item_scores(view) for m, view in self._views(batch)]).mean(dim=0)

    def pair_scores(self, batch: Batch) -> Tensor:
        """Mean pair scores [E]."""
        return torch.stack([m.pair_scores(view) for m, view in self._views(batch)]).mean(dim=0)

    def pair_terms(self, batch: Batch) -> dict[str, Tensor] | None:
        """Mean terms of pair scores; attribute k is the mean of the models' attributes k."""
        terms = [model.pair_terms(view) for model, view in self._views(batch)]
        present = [one for one in terms if one is not None]
        if len(present) < len(terms):
            return None
        return {
            name: torch.stack([one[name] for one in present]).mean(dim=0) for name in present[0]
        }

    @property
    def has_pair_scores(self) -> bool:
        """Whether the models score pairs."""
        return self._first.has_pair_scores

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Item embeddings of all models, named ``"<number>.<name>"``."""
        return {
            f"{number}.{name}": value
            for number, model in enumerate(self.each())
            for name, value in model.encode_items(items).items()
        }

    def cache_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Tensors to cache of all models, named ``"<number>.<name>"``."""
        return {
            f"{number}.{name}": value
            for number, model in enumerate(self.each())
            for name, value in model.cache_items(items).items()
        }

    def embed(self, states: Mapping[str, Tensor]) -> Tensor | None:
        """Concatenated item vectors of all models [U, M·D]."""
        vectors = [
            model.embed(_of_model(states, number)) for number, model in enumerate(self.each())
        ]
        present = [vector for vector in vectors if vector is not None]
        return torch.cat(present, dim=1) if len(present) == len(vectors) else None

    def completion_query(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """Concatenated queries of all models, divided by M, and the mean of their constants."""
        vectors = embedding.chunk(self.ensemble_size, dim=1)
        pairs = [
            model.completion_query(vector)
            for model, vector in zip(self.each(), vectors, strict=True)
        ]
        query = torch.cat([query for query, _ in pairs]) / self.ensemble_size
        return query, torch.stack([constant for _, constant in pairs]).mean()

    @property
    def has_exact_query(self) -> bool:
        """Whether the queries of the models are exact."""
        return self._first.has_exact_query

    @contextmanager
    def catalogue(self, features: Iterable[Tensor]) -> Iterator[None]:
        """Context manager that provides all items of an evaluation to every model."""
        with ExitStack() as stack:
            # tee is lazy: features that no model reads are never gathered.
            copies = tee(features, self.ensemble_size)
            for model, rows in zip(self.each(), copies, strict=True):
                stack.enter_context(model.catalogue(rows))
            yield

    @property
    def _first(self) -> OutfitModel:
        return next(self.each())

    def each(self) -> Iterator[OutfitModel]:
        """The models one by one."""
        for model in self.models:
            assert isinstance(model, OutfitModel)
            yield model

    def _views(self, batch: Batch) -> Iterator[tuple[OutfitModel, Batch]]:
        """Each model with the batch, reduced to its cached item embeddings if there are any."""
        cached = "item_states" in batch
        for number, model in enumerate(self.each()):
            view = batch
            if cached:
                view = copy(batch)
                view.item_states = _of_model(batch.item_states, number)
            yield model, view


def _of_model(states: Mapping[str, Tensor], number: int) -> dict[str, Tensor]:
    prefix = f"{number}."
    return {
        name.removeprefix(prefix): value
        for name, value in states.items()
        if name.startswith(prefix)
    }

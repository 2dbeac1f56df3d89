"""Scores of completions of an outfit by any model."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.encode_items import device_of, evaluating, input_blocks
from fashiongraph.evaluation.score_batches import check_vocabulary
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.outfit_model import OutfitModel


class CompletionScorer:
    """Scorer of completions of an outfit by any model.

    Items are encoded once per call, and batches are built as in training and evaluation, so that a
    score equals that of the completed outfit as a candidate of a question.

    Args:
        model: The model.
        items: The catalogue.

    Raises:
        FashionGraphError: If the number of features is not that of the model, or the model reads
            co-occurrence and its category graph has none.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> items = SyntheticOutfits.attributes_only(num_outfits=60, seed=0).items
        >>> scorer = CompletionScorer(Siamese(items.num_features), items)
        >>> scorer(torch.tensor([0]), torch.tensor([10, 20, 30])).shape
        torch.Size([3])
    """

    def __init__(self, model: OutfitModel, items: ItemTable) -> None:
        model.check_items(items)
        if model.batch_inputs and (model.graph is None or "item_key" not in model.graph):
            raise FashionGraphError("'model' needs a graph made by add_item_cooccurrence()")
        self.model = model
        self.items = items
        indexed = items.with_vocabulary(model.categories, "default") if model.categories else items
        self.batcher = OutfitBatcher(indexed, model.graph, share_items=True)
        self._without_features = OutfitBatcher(
            indexed.with_features(None), model.graph, share_items=True
        )
        self._without_features.cooccurrence = self.batcher.cooccurrence

    @torch.no_grad()
    def __call__(
        self,
        outfit: Tensor,
        candidates: Tensor,
        unknown: str = "error",
        block_size: int = 1024,
        query: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Score an outfit with each of the candidates added.

        Args:
            outfit: Rows of the items of the outfit [n].
            candidates: Rows of the candidates [M]; those of one question if the candidates of the
                model interact.
            unknown: As for :func:`fashiongraph.evaluation.score_outfits`.
            block_size: Number of candidates scored at once, unless they interact.
            query: :meth:`query` of the outfit, if it is known; read by models with an exact query.

        Returns:
            Scores of :meth:`OutfitModel.score_candidates` on the CPU [M].
        """
        rows = torch.cat([outfit, candidates])
        check_vocabulary(
            self.items.categories,
            self.items.category_id[rows],
            self.batcher.items.category_id[rows],
            unknown,
        )
        if self.model.candidates_interact:
            block_size = max(len(candidates), 1)
        score = self._batch_scores
        if self.model.has_exact_query:
            score = partial(self._products, query=query)
        blocks = candidates.split(block_size) if len(candidates) else ()
        scores = [score(outfit, block).flatten().float().cpu() for block in blocks]
        return torch.cat([torch.empty(0), *scores])

    def _batch_scores(self, outfit: Tensor, candidates: Tensor) -> Tensor:
        """Scores by the model's ``score_candidates``."""
        with evaluating(self.model):
            batch = self._batch(outfit, candidates)
            position = torch.tensor([len(outfit)], device=batch.ptr.device)
            return self.model.score_candidates(batch, position, len(candidates))

    def _products(
        self, outfit: Tensor, candidates: Tensor, query: tuple[Tensor, Tensor] | None
    ) -> Tensor:
        """The same scores as inner products with the query, for a model with an exact query."""
        vectors = self.embed(candidates)
        assert vectors is not None  # the query is made of such vectors
        direction, constant = self.query(outfit) if query is None else query
        return vectors @ direction + constant

    def co_occurring(self, outfit: Tensor) -> Tensor:
        """Rows that co-occur with an outfit in training, ascending, if the model reads that.

        Args:
            outfit: Rows of the outfit's items [n].
        """
        cooccurrence = self.batcher.cooccurrence
        if cooccurrence is None or "edge_cooccurrence" not in self.model.batch_inputs:
            return outfit[:0]
        return cooccurrence.co_occurring(outfit.unique())

    @torch.no_grad()
    def query(self, outfit: Tensor) -> tuple[Tensor, Tensor]:
        """:meth:`OutfitModel.completion_query` of an outfit, for a model with item vectors.

        Args:
            outfit: Rows of the outfit's items [n].
        """
        vectors = self.embed(outfit)
        assert vectors is not None
        return self.model.completion_query(vectors)

    @torch.no_grad()
    def embed(self, rows: Tensor) -> Tensor | None:
        """Vectors of items by their rows, in any order [n, D]; :obj:`None` without item vectors."""
        distinct, place = rows.unique(return_inverse=True)
        with evaluating(self.model):
            inputs = self._inputs(distinct)
            vectors = self.model.embed(self.model.encode_items(inputs))
        return None if vectors is None else vectors[place.to(vectors.device)]

    def _inputs(self, rows: Tensor) -> ItemInputs:
        """Inputs of items as one block."""
        device, size = device_of(self.model), max(len(rows), 1)
        _, inputs = next(input_blocks(self.batcher, rows, device, size))
        return inputs

    def _batch(self, outfit: Tensor, candidates: Tensor) -> Batch:
        """The outfit with each candidate at the end, with cached item embeddings."""
        n, count = len(outfit), len(candidates)
        item_id = torch.cat([outfit.expand(count, n), candidates.unsqueeze(1)], dim=1).flatten()
        ptr = torch.arange(count + 1) * (n + 1)
        rows = item_id.unique()
        device = device_of(self.model)
        cached = self.model.cache_items(self._inputs(rows))
        batcher = self._without_features if cached else self.batcher
        batch = batcher(Outfits(batcher.items, ptr, item_id))
        if cached:
            batch.item_index = torch.searchsorted(rows, item_id)
        batch = batch.to(device)
        if cached:
            batch.item_states = cached
        return batch

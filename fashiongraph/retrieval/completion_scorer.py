"""Scores of one outfit with each of many further items."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.encode_items import device_of, evaluating, input_blocks
from fashiongraph.evaluation.score_outfits import check_vocabulary
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models.outfit_model import OutfitModel


class CompletionScorer:
    """Scores completions of outfits by the model itself, for any model.

    Items are encoded once per call, and batches are built by the same loader as in training and
    evaluation, so that a score equals that of the completed outfit as a candidate.

    Args:
        model: The model.
        items: The catalogue.

    Raises:
        FashionGraphError: If the items have not the features that the model reads, or the model
            reads co-occurrence that its category graph has not.
    """

    def __init__(self, model: OutfitModel, items: ItemTable) -> None:
        if model.in_channels not in (None, items.num_features):
            raise FashionGraphError(
                f"'items' needs the {model.in_channels} features that the model reads "
                f"(got {items.num_features})"
            )
        if model.batch_inputs and (model.graph is None or "item_key" not in model.graph):
            raise FashionGraphError("'model' needs a graph made by add_item_cooccurrence()")
        self.model = model
        self.items = items
        indexed = items.with_vocabulary(model.categories, "default") if model.categories else items
        self.batcher = OutfitBatcher(indexed, model.graph, share_items=True)
        self._bare = OutfitBatcher(indexed.with_features(None), model.graph, share_items=True)
        self._bare.cooccurrence = self.batcher.cooccurrence

    @torch.no_grad()
    def __call__(
        self, outfit: Tensor, candidates: Tensor, unknown: str = "error", block_size: int = 1024
    ) -> Tensor:
        """Score an outfit with each candidate added.

        Args:
            outfit: Rows of the outfit's items [n].
            candidates: Rows of the items to add, one at a time [M]; for a model whose candidates
                interact, those of one question.
            unknown: As for :func:`fashiongraph.evaluation.score_outfits`.
            block_size: Candidates scored at once, unless they interact.

        Returns:
            Scores on the CPU [M], those of :meth:`OutfitModel.score_candidates`.
        """
        asked = torch.cat([outfit, candidates])
        check_vocabulary(
            self.items.categories,
            self.items.category_id[asked],
            self.batcher.items.category_id[asked],
            unknown,
        )
        if self.model.candidates_interact:
            block_size = max(len(candidates), 1)
        scores = [torch.empty(0)]
        with evaluating(self.model):
            for block in candidates.split(block_size) if len(candidates) else ():
                batch = self._batch(outfit, block)
                position = torch.tensor([len(outfit)], device=batch.ptr.device)
                score = self.model.score_candidates(batch, position, len(block))
                scores.append(score.flatten().float().cpu())
        return torch.cat(scores)

    @torch.no_grad()
    def embed(self, rows: Tensor) -> Tensor | None:
        """Vectors of items by rows of the catalogue, in any order [n, D]."""
        distinct, place = rows.unique(return_inverse=True)
        with evaluating(self.model):
            inputs = self._inputs(distinct)
            vectors = self.model.embed(self.model.encode_items(inputs))
        return None if vectors is None else vectors[place.to(vectors.device)]

    def _inputs(self, rows: Tensor) -> ItemInputs:
        """Inputs of some items in one block."""
        device, size = device_of(self.model), max(len(rows), 1)
        _, inputs = next(input_blocks(self.batcher, rows, device, size))
        return inputs

    def _batch(self, outfit: Tensor, candidates: Tensor) -> Batch:
        """The outfit with each candidate in the last place, with cached item states."""
        n, count = len(outfit), len(candidates)
        item_id = torch.cat([outfit.expand(count, n), candidates.unsqueeze(1)], dim=1).flatten()
        ptr = torch.arange(count + 1) * (n + 1)
        rows = item_id.unique()
        device = device_of(self.model)
        states = self.model.cache_items(self._inputs(rows))
        batcher = self._bare if states else self.batcher
        batch = batcher(Outfits(batcher.items, ptr, item_id))
        if states:
            batch.item_index = torch.searchsorted(rows, item_id)
        batch = batch.to(device)
        if states:
            batch.item_states = states
        return batch

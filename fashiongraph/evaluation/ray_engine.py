"""Scores by many processes, with Ray Data."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.score_batches import ScoreBatch, in_vocabulary, score_batches
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.optional import require
from fashiongraph.ray_session import errors_of_tasks

_BLOCKS = 4  # per processor, so that one that is slow keeps no other waiting


class RayEngine:
    """Engine of scores that distributes batches of outfits over a session of Ray, with Ray Data.

    Batches are those of one process, and so are the scores, except for the last digits where an
    item recurs in other batches. The model and the items are in the object store once, of which
    the processes of a machine read features without a copy. A block of outfits is an Arrow table
    of rows of the item table.

    Args:
        ray: The module of an open session (:func:`~fashiongraph.ray_session.ray_session`).

    Example:
        >>> from fashiongraph.evaluation import score_outfits
        >>> from fashiongraph.ray_session import ray_session
        >>> with ray_session() as ray:  # doctest: +SKIP
        ...     score_outfits(model, outfits, engine=RayEngine(ray))
    """

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._stored: dict[int, tuple[Any, Any]] = {}  # the object keeps its id from reuse

    def __call__(
        self,
        score: ScoreBatch,
        model: OutfitModel,
        outfits: Outfits,
        batch_size: int,
        unknown: str,
        position: Tensor | None = None,
    ) -> Tensor:
        """Apply a function of a model to batches of outfits, in the processes of the session.

        Args:
            score: A function from a model and a batch to scores.
            model: The model, on the CPU.
            outfits: The outfits.
            batch_size: Outfits per batch.
            unknown: As for :func:`~fashiongraph.evaluation.score_outfits`.
            position: Position of an item in each outfit [B], the batches' ``position``.

        Returns:
            The scores on the CPU, in the order of the outfits.

        Raises:
            FashionGraphError: As in one process.
        """
        in_vocabulary(model, outfits, unknown)  # whose errors need no process
        if not len(outfits):
            return score_batches(score, model, outfits, batch_size, unknown, position)
        arguments = {
            "score": score,
            "batch_size": batch_size,
            "unknown": unknown,
            "model": self._put(model, model),
            "items": self._put(outfits.items, *bare_and_features(outfits.items)),
            "catalogue": self._ray.put(outfits.item_id.unique().numpy()),
        }
        blocks = self._ray.data.from_arrow(self._blocks(outfits, batch_size, position))
        scored = blocks.map_batches(
            _score_block,
            batch_size=None,
            batch_format="pyarrow",
            zero_copy_batch=True,
            fn_kwargs=arguments,
            num_cpus=1,
        )
        with errors_of_tasks():
            parts = [part["score"] for part in scored.iter_batches(batch_size=None)]
        return torch.from_numpy(np.concatenate(parts))

    def _put(self, key: Any, *values: Any) -> Any:
        """References to objects in the store, where they are put once."""
        if id(key) not in self._stored:
            self._stored[id(key)] = key, [self._ray.put(value) for value in values]
        return self._stored[id(key)][1]

    def _blocks(self, outfits: Outfits, batch_size: int, position: Tensor | None) -> list[pa.Table]:
        """Blocks of a whole number of batches each."""
        processors = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        num_batches = -(-len(outfits) // batch_size)
        size = -(-num_batches // (_BLOCKS * processors)) * batch_size
        offsets = pa.array(outfits.ptr.numpy())
        columns = {
            "rows": pa.LargeListArray.from_arrays(offsets, pa.array(outfits.item_id.numpy()))
        }
        if position is not None:
            columns["position"] = pa.array(position.numpy())
        table = pa.table(columns)
        return [table.slice(start, size) for start in range(0, len(outfits), size)]


def bare_and_features(items: ItemTable) -> tuple[ItemTable, np.ndarray | Tensor | None]:
    """A table without features, and its features, as an array if there are arrays of their type.

    Ray copies tensors into each process. Arrays are read where they are.

    Args:
        items: The table.
    """
    bare, features = items.with_features(None, items.feature_sources), items.features
    if features is None or features.dtype == torch.bfloat16:
        return bare, features
    return bare, features.numpy()


def _score_block(
    block: pa.Table,
    score: ScoreBatch,
    batch_size: int,
    unknown: str,
    model: list[Any],
    items: list[Any],
    catalogue: Any,
) -> dict[str, np.ndarray]:
    """Score a block of outfits in a process of Ray."""
    rows = block["rows"].combine_chunks()
    ptr = torch.tensor(rows.offsets.to_numpy())
    item_id = torch.tensor(rows.flatten().to_numpy())
    outfits = Outfits(_items(*items), ptr - ptr[0], item_id)
    position = None
    if "position" in block.column_names:
        position = torch.tensor(block["position"].to_numpy())
    all_rows = torch.tensor(_fetched(catalogue))
    try:
        scores = score_batches(
            score, _fetched(*model), outfits, batch_size, unknown, position, all_rows
        )
    except FashionGraphError as error:
        raise RuntimeError(error) from error  # Ray Data would add lines to a text
    return {"score": scores.numpy()}


@lru_cache(maxsize=4)  # a process scores many blocks
def _fetched(stored: Any) -> Any:
    return require("ray", "ray").get(stored)


@lru_cache(maxsize=2)
def _items(bare: Any, features: Any) -> ItemTable:
    """The table of items, whose features are those of the object store."""
    items: ItemTable = _fetched(bare)
    array = _fetched(features)
    if array is None:
        return items
    return items.with_features(torch.as_tensor(array), items.feature_sources)

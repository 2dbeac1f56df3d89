"""Mini-batches of outfits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batcher import OutfitBatcher


class OutfitLoader:
    """Loader of PyG batches of outfits, built by index arithmetic.

    Args:
        outfits: The outfits.
        graph: Category graph of the edge weights; by default all edges have equal weights.
        batch_size: Outfits per batch.
        shuffle: Draw a new order for every pass, from ``seed`` and the number of the pass.
        seed: Seed of the order.
        drop_last: Leave out a last batch that is not full.
        self_loops: Add an edge from every item to itself.
        share_items: Store the features of distinct items once; see :class:`OutfitBatcher`.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> items = ItemTable.from_lists([*"abcd"], ["top", "shoe"] * 2, torch.eye(4))
        >>> outfits = Outfits.from_lists(items, [["a", "b"], ["c", "d"], ["a", "d"]])
        >>> [batch.num_graphs for batch in OutfitLoader(outfits, batch_size=2)]
        [2, 1]
    """

    def __init__(
        self,
        outfits: Outfits,
        graph: Data | None = None,
        batch_size: int = 256,
        shuffle: bool = False,
        seed: int = 0,
        drop_last: bool = False,
        self_loops: bool = False,
        share_items: bool = False,
    ) -> None:
        if batch_size < 1:
            raise FashionGraphError(
                f"'batch_size' needs to be a positive integer (got {batch_size})"
            )
        self.outfits = outfits
        self.batcher = OutfitBatcher(outfits.items, graph, self_loops, share_items)
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        self.epoch = 0

    def __len__(self) -> int:
        full, rest = divmod(len(self.outfits), self.batch_size)
        return full if self.drop_last or not rest else full + 1

    def __iter__(self) -> Iterator[Batch]:
        starts = range(0, len(self) * self.batch_size, self.batch_size)
        chunks: Iterable[slice | Tensor] = (slice(at, at + self.batch_size) for at in starts)
        if self.shuffle:
            rng = torch.Generator().manual_seed(hash((self.seed, self.epoch)))
            order = torch.randperm(len(self.outfits), generator=rng)
            self.epoch += 1
            chunks = order.split(self.batch_size)[: len(self)]
        for chunk in chunks:
            yield self.batcher(self.outfits.select(chunk))

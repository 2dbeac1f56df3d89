"""Batches of stored questions."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.loader.training_loader import check_shares


class QuestionLoader:
    """Loader of stored questions as batches of outfits with targets.

    A batch of FITB questions has the blanks as ``position`` [Q].

    Args:
        questions: The questions.
        graph: Category graph of the edge weights.
        batch_size: Questions per batch.
        rank: Number of this process, which loads every ``world_size``-th question.
        world_size: Number of processes.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, or ``rank`` is out of range.

    Example:
        >>> import torch
        >>> from fashiongraph.data import Compatibility, ItemTable
        >>> items = ItemTable.from_lists([*"abc"], ["top", "skirt", "skirt"], torch.eye(3))
        >>> ptr, item_id = torch.tensor([0, 2, 4]), torch.tensor([0, 1, 0, 2])
        >>> pairs = Compatibility(items, ptr, item_id, torch.tensor([1, 0]), torch.tensor([0, 0]))
        >>> [(b.num_graphs, label.tolist()) for b, label in QuestionLoader(pairs, None, 2)]
        [(2, [1, 0])]
    """

    def __init__(
        self,
        questions: Compatibility | FillInBlank,
        graph: Data | None,
        batch_size: int,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        check_shares(batch_size, rank, world_size)
        self.questions = questions
        self.batcher = OutfitBatcher(questions.items, graph, share_items=True)
        share = torch.arange(len(questions))[rank::world_size]
        self.chunks = (
            share.split(batch_size) if len(share) else ()
        )  # split() of nothing is one empty chunk

    def __len__(self) -> int:
        return len(self.chunks)

    def __iter__(self) -> Iterator[tuple[Batch, Tensor]]:
        for chunk in self.chunks:
            questions = self.questions.select(chunk)
            batch = self.batcher(questions.outfits())
            if isinstance(questions, FillInBlank):
                batch.position = questions.position
            yield batch, questions.target

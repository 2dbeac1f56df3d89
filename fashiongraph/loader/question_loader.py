"""Stored questions in batches."""

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
    """Iterates over stored questions in batches of outfits with their target.

    A batch of questions that ask to fill in blanks carries these as ``position`` [Q].

    Args:
        questions: The questions.
        graph: Category graph that weighs the edges.
        batch_size: Questions per batch.
        rank: Number of this process; each asks its own share of the questions, which is none
            where there are fewer questions than processes.
        world_size: Number of processes.

    Raises:
        FashionGraphError: If ``batch_size`` is not positive, or ``rank`` names no process.
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
        self.chunks = share.split(batch_size) if len(share) else ()  # of nothing, one empty chunk

    def __len__(self) -> int:
        return len(self.chunks)

    def __iter__(self) -> Iterator[tuple[Batch, Tensor]]:
        for chunk in self.chunks:
            part = self.questions.select(chunk)
            batch = self.batcher(part.outfits())
            if isinstance(part, FillInBlank):
                batch.position = part.position
            yield batch, part.target

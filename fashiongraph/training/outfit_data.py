"""Training batches and validation questions, as Lightning takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import lightning.pytorch as pl
import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from fashiongraph.data.candidate_loader import CandidateLoader
from fashiongraph.data.negatives.protocol import negative_sampler
from fashiongraph.data.outfit_batcher import OutfitBatcher
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.draw import draw_compatibility, draw_fill_in_blank
from fashiongraph.data.questions.fill_in_blank import FillInBlank

AnyQuestions = Compatibility | FillInBlank


class QuestionLoader:
    """Iterates over stored questions in batches of outfits with their target.

    Args:
        questions: The questions.
        graph: Category graph that weighs the edges.
        batch_size: Questions per batch.
        rank: Number of this process; each asks its own share of the questions.
        world_size: Number of processes.
    """

    def __init__(
        self,
        questions: AnyQuestions,
        graph: Data | None,
        batch_size: int,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.questions = questions
        self.batcher = OutfitBatcher(questions.items, graph, share_items=True)
        self.chunks = torch.arange(len(questions))[rank::world_size].split(batch_size)

    def __len__(self) -> int:
        return len(self.chunks)

    def __iter__(self) -> Iterator[tuple[Batch, Tensor]]:
        for chunk in self.chunks:
            part = self.questions.select(chunk)
            yield self.batcher(part.outfits()), part.target


class OutfitData(pl.LightningDataModule):
    """What one training reads.

    Args:
        train: Training outfits; those of one item have no pair and are left out.
        valid: Validation outfits, from which questions are drawn once.
        num_negatives: Corrupted editions per training outfit.
        graph: Category graph that weighs the edges.
        protocol: Protocol of negatives, in training and validation.
        columns: Columns that ``"matched"`` negatives share with what they replace.
        batch_size: Real outfits per batch and process.
        seed: Seed of everything drawn.
    """

    def __init__(
        self,
        train: Outfits,
        valid: Outfits,
        num_negatives: int,
        graph: Data | None = None,
        protocol: str = "uniform",
        columns: Sequence[str] = (),
        batch_size: int = 128,
        seed: int = 0,
    ) -> None:
        super().__init__()
        train = train.select(train.sizes > 1)
        # How often validation and test hold an item is not for training to know.
        self.train = train.with_frequency()
        self.sampler = negative_sampler(protocol, self.train.items, columns)
        self.questions = (
            draw_compatibility(valid, protocol, columns, seed=seed),
            draw_fill_in_blank(valid, protocol, columns, seed=seed),
        )
        self.num_negatives = num_negatives
        self.graph = graph
        self.batch_size = batch_size
        self.seed = seed

    def train_dataloader(self) -> CandidateLoader:
        """The batches of the current epoch; Lightning asks anew for every epoch."""
        trainer = self.trainer
        assert trainer is not None
        return CandidateLoader(
            self.train,
            self.sampler,
            self.num_negatives,
            self.graph,
            self.batch_size,
            self.seed,
            trainer.current_epoch,
            trainer.global_rank,
            trainer.world_size,
        )

    def val_dataloader(self) -> list[QuestionLoader]:
        """Compatibility questions, then blanks."""
        trainer = self.trainer
        assert trainer is not None
        return [
            QuestionLoader(
                questions, self.graph, self.batch_size, trainer.global_rank, trainer.world_size
            )
            for questions in self.questions
        ]

"""Training batches and validation questions, as Lightning takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import lightning.pytorch as pl
from torch_geometric.data import Data

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.evaluation.draw_questions import draw_compatibility, draw_fill_in_blank
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.question_loader import QuestionLoader
from fashiongraph.loader.training_loader import TrainingLoader
from fashiongraph.objectives.objective import Objective


class OutfitDataModule(pl.LightningDataModule):
    """What one training reads.

    Args:
        train: Training outfits; those of one item have no pair and are left out.
        valid: Validation outfits, from which questions are drawn once.
        objective: What is trained for; it says what a training batch holds.
        graph: Category graph that weighs the edges.
        protocol: Protocol of negatives, in validation and, unless the objective asks for
            another, in training.
        columns: Columns that ``"matched"`` negatives share with what they replace.
        batch_size: Real outfits per batch and process.
        seed: Seed of everything drawn.

    Raises:
        FashionGraphError: If an outfit leaves too few items to draw strangers from.
    """

    def __init__(
        self,
        train: Outfits,
        valid: Outfits | None,
        objective: Objective[Any],
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
        self.sampler = negative_sampler(
            objective.training_protocol(protocol), self.train.items, columns
        )
        # Now rather than in some later batch.
        self.sampler.check(self.train, objective.num_negatives)
        self.questions: tuple[Compatibility | FillInBlank, ...] = ()
        if valid is not None:
            self.questions = (
                draw_compatibility(valid, protocol, columns, seed=seed),
                draw_fill_in_blank(valid, protocol, columns, seed=seed),
            )
        self.objective = objective
        self.graph = graph
        self.batch_size = batch_size
        self.seed = seed

    def train_dataloader(self) -> TrainingLoader:
        """The batches of the current epoch; Lightning asks anew for every epoch."""
        trainer = self.trainer
        assert trainer is not None
        return self.objective.loader(
            self.train,
            self.sampler,
            graph=self.graph,
            batch_size=self.batch_size,
            seed=self.seed,
            epoch=trainer.current_epoch,
            rank=trainer.global_rank,
            world_size=trainer.world_size,
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

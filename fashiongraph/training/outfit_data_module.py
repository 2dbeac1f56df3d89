"""Lightning data module of training batches and validation questions."""

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
    """Lightning data module of training batches and validation questions.

    Args:
        train: Training outfits; those of one item are left out, because they have no pairs.
        valid: Validation outfits, from which questions are drawn once.
        objective: Training objective, which makes the loader of training batches.
        graph: Category graph of the edge weights.
        protocol: Protocol of negatives in validation, and in training unless the objective sets
            another one.
        columns: Columns in which ``"matched"`` negatives equal the items that they replace.
        batch_size: Real outfits per batch and process.
        seed: Seed of negatives, questions and the order of outfits.

    Raises:
        FashionGraphError: If there are too few candidates for the negatives of an outfit.
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
        # Frequencies in validation and test outfits must not reach training.
        self.train = train.with_frequency()
        self.sampler = negative_sampler(
            objective.training_protocol(protocol), self.train.items, columns
        )
        # Fail now rather than in a later batch.
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
        """Training batches of the current epoch; Lightning calls this at every epoch."""
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
        """Loaders of compatibility pairs and of FITB questions."""
        trainer = self.trainer
        assert trainer is not None
        return [
            QuestionLoader(
                questions, self.graph, self.batch_size, trainer.global_rank, trainer.world_size
            )
            for questions in self.questions
        ]

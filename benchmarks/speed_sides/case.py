"""Sizes, models and batches of the speed rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from torch_geometric.data import Batch

from fashiongraph.data import Outfits, category_graph
from fashiongraph.loader import OutfitLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.training_loader import TrainingLoader
from fashiongraph.models import ADDGNN
from fashiongraph.models.baselines import SetTransformer
from fashiongraph.objectives import paper_objective
from speed_sides.made import made_outfits


@dataclass(frozen=True)
class Case:
    """Sizes, models and batches of the rows.

    Args:
        outfits: Real outfits per training batch, and as many negatives.
        features: Size of the features.
        hidden: Size of a state.
        questions: Blanks to fill in.
        largest: Most outfits of the row about growth.
        transformer: Outfits of the rows with the set transformer.
        mapped_items: Items whose features lie in a file.
        mapped_outfits: Outfits of these items.
        repeats: Turns.
        catalogue_items: Items of the catalogue of a stylist.
        pictures: Photographs to embed.
        matmul: Backend of matrix products, see :func:`fashiongraph.nn.matmul.set_matmul_backend`.
    """

    outfits: int = 256
    features: int = 2048
    hidden: int = 256
    questions: int = 10_000
    largest: int = 100_000
    transformer: int = 32
    mapped_items: int = 2**18
    mapped_outfits: int = 2560
    repeats: int = 7
    catalogue_items: int = 100_000
    pictures: int = 256
    matmul: Literal["torch", "onednn"] = "torch"

    @property
    def device(self) -> str:
        """A GPU if there is one."""
        return "cuda" if torch.cuda.is_available() else "cpu"

    @cached_property
    def catalogue(self) -> Outfits:
        """Outfits over a table with four items an outfit."""
        return made_outfits(4 * self.outfits, 4 * self.outfits, self.features)

    @cached_property
    def model(self) -> ADDGNN:
        """The model with the paper's sizes."""
        torch.manual_seed(0)
        model = ADDGNN(self.features, self.hidden).to(self.device)
        outfits = self.catalogue
        model.graph = category_graph(outfits.category_id, outfits.batch, 50)
        return model

    @cached_property
    def pairs(self) -> Batch:
        """A training batch: real outfits with one corrupted outfit each."""
        return next(iter(self.loader(self.catalogue))).to(self.device)

    def loader(self, outfits: Outfits) -> TrainingLoader:
        """Training batches of some outfits."""
        sampler = negative_sampler("uniform", outfits.items)
        return paper_objective(self.model).loader(
            outfits, sampler, graph=self.model.graph, batch_size=self.outfits
        )

    def scored(self, count: int, batch_size: int) -> list[Batch]:
        """Batches of shared items."""
        few = self.catalogue.select(slice(count))
        loader = OutfitLoader(few, self.model.graph, batch_size, share_items=True)
        return [batch.to(self.device) for batch in loader]

    @property
    def transformer_model(self) -> SetTransformer:
        """The published size over the width of the features."""
        width = self.features
        model = SetTransformer(width, width, 6, 16, 2024, 0.1, norm_first=False, normalize=False)
        return model.to(self.device)

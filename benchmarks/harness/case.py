"""One split of one data set, with what its training outfits say."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
from torch_geometric.data import Data

from fashiongraph.data import category_graph, group_categories, add_item_cooccurrence, top_bottom_pairs
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.errors import FashionGraphError
from fashiongraph.models import DesignerTeacher
from fashiongraph.training import TrainingConfig, fit
from harness.sets import SETS, load, test_questions
from harness.tuned import tuned_features


class Case:
    """A data set split by a seed.

    Args:
        data: Name of the data set.
        seed: Seed of the split, the questions and all training on it.
        features: File of features; by default the data set's own.
        finer: Divide the categories further where the set's entry says how.
        share: Share of the training outfits that are there to learn from. The questions are those
            of all of them.
    """

    def __init__(
        self,
        data: str,
        seed: int,
        features: str | None = None,
        finer: bool = True,
        share: float = 1.0,
    ) -> None:
        self.data = data
        self.seed = seed
        self.dataset = load(data, features)
        column = SETS[data].finer
        if column is not None:
            outfits = self.dataset.outfits
            items = outfits.items.refined(column)
            if not finer:  # the same strangers all the same: they are told by a column
                items = replace(outfits.items, columns=items.columns)
            self.dataset.outfits = outfits.with_items(items)
        tuned = SETS[data].tuned
        if tuned is not None:
            if features is not None or share < 1:
                raise FashionGraphError(
                    f"'data' {data!r} has features of its own, made of all its training outfits "
                    f"(got features {features!r} and a share of {share})"
                )
            outfits = self.dataset.outfits
            untuned = Case(tuned, seed, finer=False)
            rows = [tuned_features(untuned, encoder) for encoder in SETS[data].encoders]
            items = outfits.items.with_features(torch.cat(rows, dim=1))
            self.dataset.outfits = outfits.with_items(items)
        self.train, self.valid, self.test = self.dataset.split(seed=seed)
        self.known = self.train  # of their pairs of items none is new
        if share < 1:
            order = np.random.default_rng(seed).permutation(len(self.train))
            self.train = self.train.select(order[: round(share * len(order))])

    @cached_property
    def graph(self) -> Data:
        """The category graph of the training outfits, which remembers what was worn with what."""
        train = self.train
        graph = category_graph(train.category_id, train.batch, self.dataset.num_categories)
        groups = SETS[self.data].groups
        graph = graph if groups is None else group_categories(graph, train.items, groups)
        return add_item_cooccurrence(graph, train)

    @cached_property
    def questions(self) -> dict[str, list[Compatibility | FillInBlank]]:
        """Questions about the test outfits, by protocol."""
        return test_questions(self.data, self.known, self.test, self.seed)

    def teacher(self, paper: bool = False) -> DesignerTeacher:
        """A teacher on the tops and bottoms of the training outfits."""
        torch.manual_seed(self.seed + 1000)  # from the student's start masks would agree untaught
        width = self.dataset.num_features
        teacher = DesignerTeacher.paper(width) if paper else DesignerTeacher(width)
        recipe = TrainingConfig.paper() if paper else TrainingConfig(learning_rate=1e-3)
        train, valid = (
            top_bottom_pairs(part, *SETS[self.data].pairs) for part in (self.train, self.valid)
        )
        fit(teacher, train, valid, recipe=recipe, max_epochs=10, seed=self.seed, progress=False)
        return teacher

"""One split of one data set."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch_geometric.data import Data

from fashiongraph.data import (
    add_item_cooccurrence,
    category_graph,
    group_categories,
    top_bottom_pairs,
)
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.errors import FashionGraphError
from fashiongraph.models import OutfitModel
from fashiongraph.training import TrainingConfig, fit, model_spec
from harness.pictures import picture_features
from harness.sets import SETS, load, test_questions
from harness.tuned import tuned_features


class Case:
    """A data set split by a seed.

    Args:
        data: Name of the data set.
        seed: Seed of the split, the questions and all training on it.
        features: File of features; by default that of the data set.
        finer: Divide the categories further, if the set has finer ones.
        share: Share of the training outfits. The questions are the same for every share.
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
            if not finer:  # negatives are drawn by the column all the same
                items = replace(outfits.items, columns=items.columns)
            self.dataset.outfits = outfits.with_items(items)
        tuned = SETS[data].tuned
        if tuned is not None:
            if features is not None or share < 1:
                raise FashionGraphError(
                    f"'features' and 'share' need their defaults on {data!r}, whose features "
                    f"come from all training outfits (got {features!r} and {share})"
                )
            outfits = self.dataset.outfits
            untuned = Case(tuned, seed, finer=False)
            rows = [tuned_features(untuned, encoder) for encoder in SETS[data].encoders]
            items = outfits.items.with_features(torch.cat(rows, dim=1))
            self.dataset.outfits = outfits.with_items(items)
        if SETS[data].pictures:
            outfits = self.dataset.outfits
            plain = Case(data.partition(",")[0], seed, finer=False)
            rows = picture_features(plain, SETS[data].pictures)
            self.dataset.outfits = outfits.with_items(outfits.items.with_features(rows))
        self.train, self.valid, self.test = self.dataset.split(
            seed=seed, disjoint=SETS[data].disjoint
        )
        self.seen = self.train  # outfits whose pairs of items are not new
        if share < 1:
            order = np.random.default_rng(seed).permutation(len(self.train))
            self.train = self.train.select(order[: round(share * len(order))])

    @cached_property
    def graph(self) -> Data:
        """The category graph of the training outfits with item co-occurrence."""
        train = self.train
        graph = category_graph(train.category_id, train.batch, self.dataset.num_categories)
        groups = SETS[self.data].groups
        graph = graph if groups is None else group_categories(graph, train.items, groups)
        return add_item_cooccurrence(graph, train)

    @cached_property
    def questions(self) -> dict[str, list[Compatibility | FillInBlank]]:
        """Questions on the test outfits, by protocol."""
        return test_questions(self.data, self.seen, self.test, self.seed)

    def teacher(self, name: str = "teacher", **config: Any) -> OutfitModel:
        """A teacher trained on the tops and bottoms of the training outfits.

        Args:
            name: ``"teacher"``, or ``"teacher-paper"`` for the published one.
            **config: Arguments of the teacher.
        """
        torch.manual_seed(self.seed + 1000)  # with the student's seed, masks would start equal
        spec = model_spec(name)
        teacher = spec.build(self.dataset.num_features, self.dataset.num_categories, **config)
        paper = name.endswith("paper")
        train, valid = (
            top_bottom_pairs(split, *SETS[self.data].pairs) for split in (self.train, self.valid)
        )
        fit(
            teacher,
            train,
            valid,
            config=spec.config if paper else TrainingConfig(learning_rate=1e-3),
            max_epochs=10,
            seed=self.seed,
            progress=False,
        )
        return teacher

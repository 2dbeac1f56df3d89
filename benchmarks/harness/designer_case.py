"""Users' outfits for a student, and designers' outfits for its teachers."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch

from fashiongraph.data import Outfits, category_graph, top_bottom_pairs
from fashiongraph.models import ADDGNNPlus, DesignerTeacher
from fashiongraph.training import TrainingConfig, fit
from harness.case import Case
from harness.sets import SETS, load

NUM_STUDENT_OUTFITS = 1000
TEXT = "features_text.npy"


def replaced_at_random(outfits: Outfits, share: float, rng: np.random.Generator) -> Outfits:
    """The outfits with each item replaced with a given probability.

    Replacements are drawn by their frequency in the outfits.
    """
    item = outfits.item_id.numpy().copy()
    (place,) = np.nonzero(rng.random(len(item)) < share)
    item[place] = rng.choice(outfits.item_id.numpy(), len(place))
    return Outfits(outfits.items, outfits.ptr, torch.from_numpy(item))


class DesignerCase(Case):
    """Outfits of a student, and those of its teachers.

    ``"mango, noise 0.3"``: the outfits of mango in two halves. One half is the designers'. Of the
    other, a thousand outfits whose items are replaced with a probability of 0.3 are the users' to
    train on, noisy ones to validate on, and clean ones to test on. ``"polyvore_titles after
    mango"``: mango holds the designers' outfits and polyvore_titles the users', both with features
    of text.

    Args:
        data: One of :data:`harness.sets.DESIGNERS`.
        seed: Seed of everything.
        features: File of features; by default that of the data set.
    """

    def __init__(self, data: str, seed: int, features: str | None = None) -> None:
        if data.startswith("mango"):
            super().__init__("mango", seed, features)
            self._halve(float(data.split()[-1]))
        else:
            super().__init__("polyvore_titles", seed, TEXT)
            self.designers = load("mango", TEXT).split(seed=seed)[:2]

    def _halve(self, noise: float) -> None:
        rng = np.random.default_rng(self.seed)
        order = rng.permutation(len(self.train))
        users, designers = self.train.select(order[::2]), self.train.select(order[1::2])
        self.train = replaced_at_random(users.select(slice(NUM_STUDENT_OUTFITS)), noise, rng)
        order = rng.permutation(len(self.valid))
        users, designers_valid = self.valid.select(order[::2]), self.valid.select(order[1::2])
        self.valid = replaced_at_random(users, noise, rng)
        self.seen, self.designers = self.train, (designers, designers_valid)

    @property
    def designers_pairs(self) -> list[Outfits]:
        """Tops and bottoms to train and validate a teacher on."""
        pairs = SETS["mango"].pairs
        return [top_bottom_pairs(split, *pairs) for split in self.designers]

    @cached_property
    def paper_teacher(self) -> DesignerTeacher:
        """The published teacher, on the designers' tops and bottoms."""
        torch.manual_seed(self.seed + 1000)  # with the student's seed, masks would start equal
        teacher = DesignerTeacher(self.dataset.num_features)
        train, valid = self.designers_pairs
        config = TrainingConfig(learning_rate=1e-3)
        fit(teacher, train, valid, config=config, max_epochs=10, seed=self.seed, progress=False)
        return teacher

    def teacher(self, name: str = "teacher", **config: Any) -> DesignerTeacher:
        """The published teacher, for every student."""
        return self.paper_teacher

    @cached_property
    def pair_model(self) -> ADDGNNPlus:
        """A model without message passing, trained on the designers' tops and bottoms."""
        return self._designers_model(*self.designers_pairs, epochs=10, num_steps=0)

    @cached_property
    def outfit_model(self) -> ADDGNNPlus:
        """A model trained on the designers' outfits."""
        return self._designers_model(*self.designers, epochs=12)

    def _designers_model(
        self, train: Outfits, valid: Outfits, epochs: int, **config: Any
    ) -> ADDGNNPlus:
        """A model without weights of categories and items, with the users' category graph."""
        torch.manual_seed(self.seed + 1000)
        model = ADDGNNPlus(self.dataset.num_features, context=None, priors=[], **config)
        fit(
            model,
            train,
            valid,
            graph=category_graph(train.category_id, train.batch, train.items.num_categories),
            protocol="matched",
            columns=SETS["mango"].columns,
            max_epochs=epochs,
            seed=self.seed,
            progress=False,
        )
        model.graph, model.categories = self.graph, list(self.train.items.categories)
        return model

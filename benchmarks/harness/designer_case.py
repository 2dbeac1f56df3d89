"""Users' outfits to learn from, and designers' outfits of which a teacher learned."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch

from fashiongraph.data import Outfits, category_graph, top_bottom_pairs
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.training import TrainingConfig, fit
from harness.case import Case
from harness.sets import SETS, load

NUM_STUDENT_OUTFITS = 1000
TEXT = "features_text.npy"


def replaced_at_random(outfits: Outfits, share: float, rng: np.random.Generator) -> Outfits:
    """The outfits, each item of which gave way to another with some probability.

    Strangers are drawn as often as outfits hold them.
    """
    item = outfits.item_id.numpy().copy()
    (place,) = np.nonzero(rng.random(len(item)) < share)
    item[place] = rng.choice(outfits.item_id.numpy(), len(place))
    return Outfits(outfits.items, outfits.ptr, torch.from_numpy(item))


class DesignerCase(Case):
    """A student's outfits, and a teacher's.

    ``"mango, noise 0.3"``: the outfits of mango in two halves. One is the designers'; of the other,
    a thousand outfits whose items were replaced with a probability of 0.3 are the users' to train
    on, noisy ones to validate on, and clean ones to test on. ``"polyvore_titles after mango"``:
    mango's outfits are the designers', polyvore_titles' the users'; both with features of text.

    Args:
        data: One of those names.
        seed: Seed of everything.
        features: File of features; by default the data set's own.
    """

    def __init__(self, data: str, seed: int, features: str | None = None) -> None:
        self.halves = data.startswith("mango")
        if self.halves:
            super().__init__("mango", seed, features)
            self._halve(float(data.split()[-1]))
        else:
            super().__init__("polyvore_titles", seed, TEXT)
            designers = load("mango", TEXT)
            self.designers = designers.split(seed=seed)[:2]

    def _halve(self, noise: float) -> None:
        rng = np.random.default_rng(self.seed)
        order = rng.permutation(len(self.train))
        mine, theirs = self.train.select(order[::2]), self.train.select(order[1::2])
        self.train = replaced_at_random(mine.select(slice(NUM_STUDENT_OUTFITS)), noise, rng)
        order = rng.permutation(len(self.valid))
        mine, their_valid = self.valid.select(order[::2]), self.valid.select(order[1::2])
        self.valid = replaced_at_random(mine, noise, rng)
        self.known, self.designers = self.train, (theirs, their_valid)

    @property
    def designers_pairs(self) -> list[Outfits]:
        """Tops and bottoms to train and validate a teacher on."""
        pairs = SETS["mango"].pairs
        return [top_bottom_pairs(part, *pairs) for part in self.designers]

    @cached_property
    def paper_teacher(self) -> DesignerTeacher:
        """The paper's teacher, on the designers' tops and bottoms."""
        torch.manual_seed(self.seed + 1000)  # from the student's start masks would agree untaught
        teacher = DesignerTeacher(self.dataset.num_features)
        train, valid = self.designers_pairs
        recipe = TrainingConfig(learning_rate=1e-3)
        fit(teacher, train, valid, recipe=recipe, max_epochs=10, seed=self.seed, progress=False)
        return teacher

    def teacher(self, paper: bool = False) -> DesignerTeacher:
        """The paper's teacher, whatever the settings of the student's recipe."""
        return self.paper_teacher

    @cached_property
    def pair_model(self) -> ADDGNN:
        """A student without graph, trained on the designers' tops and bottoms."""
        return self._designers_model(*self.designers_pairs, epochs=10, use_graph=False)

    @cached_property
    def outfit_model(self) -> ADDGNN:
        """A student trained on the designers' whole outfits."""
        return self._designers_model(*self.designers, epochs=12)

    def _designers_model(
        self, train: Outfits, valid: Outfits, epochs: int, **settings: bool
    ) -> ADDGNN:
        """A student that knows nothing of its own categories and items, ready for the users'."""
        torch.manual_seed(self.seed + 1000)
        model = ADDGNN.best(
            self.dataset.num_features,
            use_context=False,
            use_lift=False,
            use_pairs=False,
            **settings,
        )
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

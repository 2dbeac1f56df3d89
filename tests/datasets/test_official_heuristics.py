"""The category heuristic on published outfits and questions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.datasets.maryland_polyvore import MarylandPolyvore
from fashiongraph.datasets.polyvore_outfits import PolyvoreOutfits
from fashiongraph.evaluation import compatibility, draw_questions, fill_in_blank
from fashiongraph.models.heuristics import CategoryCooccurrence

pytestmark = pytest.mark.slow  # a thousand bootstrap samples of up to 30,000 outfits


def test_categories_are_chance_on_polyvore_outfits(data_root, tmp_path):
    root = data_root("polyvore_outfits")
    disjoint = PolyvoreOutfits(root, "disjoint", form="tuples", processed_dir=tmp_path)
    model = CategoryCooccurrence.from_outfits(disjoint.official_split()["train"])
    result = compatibility(model, disjoint.compatibility_questions("test"))
    assert result.num_questions == 15_145
    assert result.value == pytest.approx(0.50, abs=0.01)

    nondisjoint = PolyvoreOutfits(
        root, form="tuples", splits=("valid", "test"), processed_dir=tmp_path
    )
    result = compatibility(model, nondisjoint.compatibility_questions("test"))
    assert result.value == pytest.approx(0.50, abs=0.01)
    result = fill_in_blank(model, nondisjoint.fill_in_blank_questions("test"))
    assert result.num_questions == 10_000
    # The four candidates are of one category, so they tie: which counts as wrong, or as a quarter.
    assert result.fractional == pytest.approx(0.25, abs=0.01)
    assert result.value < 0.01


def test_categories_detect_uniform_negatives_of_maryland(data_root, tmp_path):
    dataset = MarylandPolyvore(
        data_root("polyvore_maryland"), ngnn_filter=True, processed_dir=tmp_path
    )
    splits = dataset.official_split()
    model, test = CategoryCooccurrence.from_outfits(splits["train"]), splits["test"]

    # Outfits of random items only, as the incompatible outfits of the original release are.
    rng = np.random.default_rng(0)
    negatives = torch.from_numpy(rng.integers(dataset.num_items, size=test.item_id.numel()))
    questions = Compatibility(
        items=test.items,
        ptr=torch.cat([test.ptr, test.ptr[-1] + test.ptr[1:]]),
        item_id=torch.cat([test.item_id, negatives]),
        label=torch.tensor([1, 0]).repeat_interleave(len(test)),
        group=torch.arange(len(test)).repeat(2),
    )
    assert compatibility(model, questions).value == pytest.approx(0.88, abs=0.005)

    # A single negative is harder to detect, and impossible within its category.
    uniform = draw_questions(test, "compatibility", protocol="uniform", seed=0)
    assert compatibility(model, uniform).value == pytest.approx(0.71, abs=0.02)
    same = draw_questions(test, "compatibility", protocol="same_category", seed=0)
    assert compatibility(model, same).value == pytest.approx(0.50, abs=0.01)
    # The published choices are five of one category.
    interactive = fill_in_blank(model, dataset.interactive_questions())
    assert interactive.fractional == pytest.approx(0.20, abs=0.01)

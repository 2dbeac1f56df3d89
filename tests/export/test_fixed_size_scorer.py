from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.export import FixedSizeScorer
from fashiongraph.nn import AttributeBilinearScorer


@pytest.mark.parametrize("num_outfits", [0, 1, 7])
@pytest.mark.parametrize("n", range(2, 9))
def test_equals_the_scorer(n, num_outfits):
    scorer = AttributeBilinearScorer(5, 3).double()
    states = torch.randn(num_outfits, n, 3, 5, dtype=torch.double)
    batch = torch.arange(num_outfits).repeat_interleave(n)
    expected = scorer(states.flatten(0, 1), batch, num_outfits)
    torch.testing.assert_close(FixedSizeScorer(scorer, n)(states), expected)


def test_sums_in_single_precision():
    scorer = AttributeBilinearScorer(5, 3).bfloat16()
    states = torch.randn(4, 3, 3, 5, dtype=torch.bfloat16)
    score = FixedSizeScorer(scorer, 3)(states)
    expected = scorer(states.flatten(0, 1), torch.arange(4).repeat_interleave(3))
    assert score.dtype == torch.float32
    torch.testing.assert_close(score, expected)


def test_its_example_names_the_input():
    example = FixedSizeScorer(AttributeBilinearScorer(5, 3), 4).example()
    assert {name: tuple(value.shape) for name, value in example.items()} == {"states": (2, 4, 3, 5)}


@pytest.mark.parametrize("n", [1, 0, -1])
def test_refuses_outfits_without_pairs(n):
    with pytest.raises(FashionGraphError, match=rf"'num_items' needs .* 2 \(got {n}\)"):
        FixedSizeScorer(AttributeBilinearScorer(5, 3), n)

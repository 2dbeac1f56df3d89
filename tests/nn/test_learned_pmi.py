from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn import LearnedPMI


def counts(*shape):
    return torch.randint(9, shape).double(), 3 * torch.rand(*shape, dtype=torch.double)


@pytest.mark.parametrize("smoothing", [0.03, 1.0])
def test_equals_the_equation(smoothing):
    pmi = LearnedPMI(smoothing).double()
    pmi.weight.data = torch.tensor([1.7, 0.6], dtype=torch.double)
    count, expected = counts(5, 4)
    score = pmi(count, expected).detach()
    for row in range(5):
        for column in range(4):
            n, e = float(count[row, column]), float(expected[row, column])
            by_hand = 1.7 * np.log(1 + n / smoothing) - 0.6 * np.log(1 + e / smoothing)
            assert float(score[row, column]) == pytest.approx(by_hand, rel=1e-6)


def test_weights_of_one_give_the_smoothed_pmi():
    pmi = LearnedPMI(0.5, weight=1.0).double()
    count, expected = counts(7)
    logarithm = ((count + 0.5) / (expected + 0.5)).log()
    torch.testing.assert_close(pmi(count, expected), logarithm, rtol=1e-6, atol=1e-6)


def test_pairs_without_observations_score_zero():
    none = torch.zeros(3)
    assert LearnedPMI()(none, none).tolist() == [0.0, 0.0, 0.0]
    assert LearnedPMI()(none[:0], none[:0]).shape == (0,)


def test_gradients():
    pmi = LearnedPMI(0.4).double()
    names = ("log_smoothing", "weight")
    torch.autograd.gradcheck(
        lambda n, e, *values: torch.func.functional_call(
            pmi, dict(zip(names, values, strict=True)), (n, e)
        ),
        (*(each.requires_grad_() for each in counts(6)), pmi.log_smoothing, pmi.weight),
    )


def test_a_smoothing_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match=r"'smoothing' .*got 0.0"):
        LearnedPMI(0.0)


@pytest.mark.filterwarnings("error")
def test_repr():
    assert str(LearnedPMI(0.5, 2)) == "LearnedPMI(smoothing=0.5, weight=(2, 2))"


def test_counts_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match=r"'count' .*\(5,\) and \(5, 1\)"):
        LearnedPMI()(torch.rand(5), torch.rand(5, 1))


def test_half_precision_counts_do_not_overflow():
    count, expected = torch.tensor([3000.0]), torch.tensor([0.5])
    pmi = LearnedPMI()
    torch.testing.assert_close(pmi(count.half(), expected.half()), pmi(count, expected))


def test_reset_restores_the_initial_values():
    pmi = LearnedPMI(0.2, weight=1.5)
    first = [p.detach().clone() for p in pmi.parameters()]
    with torch.no_grad():
        for parameter in pmi.parameters():
            parameter.add_(1)
    pmi.reset_parameters()
    assert all(torch.equal(a, b) for a, b in zip(pmi.parameters(), first, strict=True))

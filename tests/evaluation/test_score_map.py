import numpy as np
import pytest
import torch

from fashiongraph.evaluation.score_map import ScoreMap, fit_score_map


def questions(count, probability, seed=0):
    """Scores, and labels drawn with a probability that depends on the score."""
    rng = np.random.default_rng(seed)
    score = rng.uniform(-3, 3, count)
    label = (rng.random(count) < probability(score)).astype(float)
    return torch.tensor(score), torch.tensor(label), torch.arange(count) // 2


def logistic(score):
    return 1 / (1 + np.exp(-2 * score))


def step(score):
    """Constant but for a rise at 1, which no logistic curve follows."""
    return np.where(score < 1, 0.2, 0.9)


def pooled(share):
    """Isotonic regression of equally weighted values: pool neighbours that do not ascend."""
    blocks = [[one] for one in share]
    place = 0
    while place < len(blocks) - 1:
        if np.mean(blocks[place]) >= np.mean(blocks[place + 1]):
            blocks[place] += blocks.pop(place + 1)
            place = max(place - 1, 0)
        else:
            place += 1
    return blocks


def test_knots_are_the_pooled_bins():
    score, label, group = questions(2000, step)
    found, _ = fit_score_map(score, label, group)
    order = np.argsort(score.numpy())
    raw = score.numpy()[order].reshape(20, 100).mean(axis=1)
    share = (label.numpy()[order].reshape(20, 100).sum(axis=1) + 0.5) / 101
    expected, start = [], 0
    for block in pooled(share):
        level = np.mean(block)
        expected.append((raw[start : start + len(block)].mean(), np.log(level / (1 - level))))
        start += len(block)
    np.testing.assert_allclose(found.knots, expected)


def test_a_map_with_knots_is_increasing_and_interpolates():
    score, label, group = questions(2000, step)
    found, _ = fit_score_map(score, label, group)
    y = torch.linspace(-5, 5, 1001, dtype=torch.float64)
    odds = found(y)
    assert bool((odds.diff() > 0).all())
    raw, knot_odds = np.array(found.knots).T
    inside = (y.numpy() >= raw[0]) & (y.numpy() <= raw[-1])
    np.testing.assert_allclose(odds[inside], np.interp(y[inside], raw, knot_odds))
    above = y[y > raw[-1]]
    np.testing.assert_allclose(found(above), knot_odds[-1] + found.slope * (above - raw[-1]))


def test_isotonic_wins_on_a_step_and_not_on_a_logistic_curve():
    for curve, isotonic in ((step, True), (logistic, False)):
        score, label, group = questions(4000, curve)
        found, held_out = fit_score_map(score, label, group)
        assert bool(found.knots) == isotonic
        error = (held_out - torch.tensor(curve(score.numpy()))).abs().mean()
        assert error < 0.05


@pytest.mark.parametrize(("count", "curve"), [(900, step), (2000, lambda score: 1 - step(score))])
def test_few_questions_and_falling_scores_keep_the_linear_map(count, curve):
    score, label, group = questions(count, curve)
    assert fit_score_map(score, label, group)[0].knots == ()


def test_equal_scores_keep_the_linear_map():
    _, label, group = questions(2000, step)
    found, held_out = fit_score_map(torch.zeros(2000, dtype=torch.float64), label, group)
    assert found.knots == ()
    assert bool(held_out.isfinite().all())


def test_nan_stays_nan_and_shapes_stay():
    for knots in ((), ((0.0, -1.0), (1.0, 1.0))):
        odds = ScoreMap(1.0, 0.0, knots)(torch.tensor([[float("nan"), 0.5]]))
        assert odds.shape == (1, 2)
        assert bool(odds[0, 0].isnan()) and bool(odds[0, 1].isfinite())

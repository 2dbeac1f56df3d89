from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn import CosineScorer, l2_normalize
from fashiongraph.nn.functional import outfit_mean

SIZES = [3, 1, 4, 0, 2]


def outfits(dtype=torch.float64):
    rng = torch.Generator().manual_seed(0)
    batch = torch.repeat_interleave(torch.tensor(SIZES))
    return torch.randn(len(batch), 6, generator=rng, dtype=dtype), batch


def loop(x, batch, batch_size):
    x = x.detach().double().numpy()
    scores = np.zeros(batch_size)
    for outfit in range(batch_size):
        rows = [i for i in range(len(x)) if batch[i] == outfit]
        cosines = [
            x[i] @ x[j] / (np.linalg.norm(x[i]) * np.linalg.norm(x[j]))
            for i in rows
            for j in rows
            if i != j
        ]
        scores[outfit] = np.mean(cosines) if cosines else 0.0
    return torch.from_numpy(scores)


@pytest.mark.parametrize("shuffled", [False, True])
def test_equals_the_equation(shuffled):
    x, batch = outfits()
    if shuffled:
        batch = batch[torch.randperm(len(batch))]
    torch.testing.assert_close(CosineScorer()(x, batch, 5), loop(x, batch, 5))


def test_gradients():
    x, batch = outfits()
    assert torch.autograd.gradcheck(lambda x: CosineScorer()(x, batch, 5), x.requires_grad_())
    assert torch.autograd.gradcheck(lambda x: CosineScorer().item_scores(x, batch), x)


def test_item_scores_equal_a_loop_and_average_to_the_score():
    x, batch = outfits()
    batch = batch[torch.randperm(len(batch))]
    scores = CosineScorer().item_scores(x, batch, 5)
    u = x.numpy() / np.linalg.norm(x.numpy(), axis=1, keepdims=True)
    for i in range(len(x)):
        cosines = [u[i] @ u[j] for j in range(len(x)) if j != i and batch[j] == batch[i]]
        expected = np.mean(cosines) if cosines else 0.0
        assert float(scores[i]) == pytest.approx(expected, abs=1e-12)
    assert torch.equal(CosineScorer().item_scores(x, batch), scores)
    torch.testing.assert_close(outfit_mean(scores, batch, 5), CosineScorer()(x, batch, 5))


def test_default_batch_is_one_outfit():
    x, _ = outfits()
    torch.testing.assert_close(CosineScorer()(x), loop(x, torch.zeros(len(x)), 1))
    batch = torch.zeros(len(x), dtype=torch.long)
    assert torch.equal(CosineScorer().item_scores(x), CosineScorer().item_scores(x, batch))
    assert CosineScorer()(x[:0]).tolist() == [0.0]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_query_gives_the_score_of_the_completed_outfit(size):
    outfit, new = torch.randn(size, 6).double(), torch.randn(20, 6).double()
    query, constant = CosineScorer().query(outfit)
    completed = [loop(torch.cat([outfit, c[None]]), torch.zeros(size + 1), 1) for c in new]
    torch.testing.assert_close(l2_normalize(new) @ query + constant, torch.cat(completed))


def test_query_refuses_other_shapes_and_empty_outfits():
    with pytest.raises(ValueError, match=r"'x' .*got none"):
        CosineScorer().query(torch.empty(0, 6))
    with pytest.raises(ValueError, match=r"'x' .*\(3, 2, 6\)"):
        CosineScorer().query(torch.zeros(3, 2, 6))


def test_one_item_scores_zero_and_no_outfits_have_no_scores():
    x, batch = outfits(torch.float32)
    score = CosineScorer()(x, batch, 5)
    assert score[1] == 0
    assert score[3] == 0
    assert CosineScorer()(x[:0], batch[:0], 0).shape == (0,)


def test_a_zero_state_has_a_cosine_of_zero_with_any_other():
    x = torch.tensor([[0.0, 0.0], [1.0, 0.0]], requires_grad=True)
    score = CosineScorer()(x, torch.tensor([0, 0]), 1)
    score.sum().backward()
    assert score.tolist() == [0.0]
    assert x.grad.abs().max() <= 1


def test_scores_of_bfloat16_states_are_float32():
    x, batch = outfits(torch.float32)
    assert CosineScorer()(x.bfloat16(), batch, 5).dtype == torch.float32


def test_the_number_of_outfits_is_read_from_the_batch():
    x, batch = outfits()
    assert torch.equal(CosineScorer()(x, batch), CosineScorer()(x, batch, 5))


def test_refuses_shapes_that_would_broadcast():
    x, batch = outfits()
    with pytest.raises(ValueError, match=r"'x' .*\[N, H\] .*\(10, 5, 6\)"):
        CosineScorer()(x.unsqueeze(1).expand(-1, 5, -1), batch, 5)
    with pytest.raises(ValueError, match=r"'batch' .*\(1,\)"):
        CosineScorer()(x, batch[:1], 5)

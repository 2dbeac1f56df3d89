from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn import CosineScorer

SIZES = [3, 1, 4, 0, 2]


def outfits(dtype=torch.float64):
    rng = torch.Generator().manual_seed(0)
    batch = torch.repeat_interleave(torch.tensor(SIZES))
    return torch.randn(len(batch), 6, generator=rng, dtype=dtype), batch


def loop(x, batch, batch_size):
    x = x.detach().double().numpy()
    scores = np.zeros(batch_size)
    for outfit in range(batch_size):
        own = [i for i in range(len(x)) if batch[i] == outfit]
        cosines = [
            x[i] @ x[j] / (np.linalg.norm(x[i]) * np.linalg.norm(x[j]))
            for i in own
            for j in own
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


def test_one_item_scores_zero_and_nothing_scores_nothing():
    x, batch = outfits(torch.float32)
    score = CosineScorer()(x, batch, 5)
    assert score[1] == 0
    assert score[3] == 0
    assert CosineScorer()(x[:0], batch[:0], 0).shape == (0,)


def test_a_state_of_length_zero_goes_with_nothing():
    x = torch.tensor([[0.0, 0.0], [1.0, 0.0]], requires_grad=True)
    score = CosineScorer()(x, torch.tensor([0, 0]), 1)
    score.sum().backward()
    assert score.tolist() == [0.0]
    assert x.grad.abs().max() <= 1


def test_scores_of_bfloat16_states_are_not_rounded_to_it():
    x, batch = outfits(torch.float32)
    assert CosineScorer()(x.bfloat16(), batch, 5).dtype == torch.float32


def test_the_number_of_outfits_is_read_from_the_batch():
    x, batch = outfits()
    assert torch.equal(CosineScorer()(x, batch), CosineScorer()(x, batch, 5))


def test_refuses_shapes_that_would_broadcast():
    x, batch = outfits()
    with pytest.raises(ValueError, match=r"'x' needs states \[N, H\] \(got the shape \(10, 5, 6\)"):
        CosineScorer()(x.unsqueeze(1).expand(-1, 5, -1), batch, 5)
    with pytest.raises(ValueError, match="'batch' needs one entry for each row of 'x'"):
        CosineScorer()(x, batch[:1], 5)

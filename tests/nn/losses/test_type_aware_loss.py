from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.nn import TypeAwareLoss


def draw():
    rng = torch.Generator().manual_seed(0)
    distances = torch.rand(2, 7, generator=rng, dtype=torch.float64)
    masks = torch.randn(7, 4, generator=rng, dtype=torch.float64)
    embeddings = torch.randn(5, 4, generator=rng, dtype=torch.float64)
    return *distances, masks, embeddings


def test_repr():
    assert str(TypeAwareLoss()) == (
        "TypeAwareLoss(margin=0.3, lambda_mask=0.0005, lambda_embedding=0.0005)"
    )


def test_equals_the_equation():
    positive, negative, masks, embeddings = draw()
    terms = TypeAwareLoss(0.2, 0.3, 0.4)(positive, negative, masks, embeddings)
    triplet = np.mean([max(0, float(p - n) + 0.2) for p, n in zip(positive, negative, strict=True)])
    mask = np.mean([sum(abs(float(w)) for w in row) for row in masks])
    embedding = np.sqrt(np.mean([sum(float(v) ** 2 for v in row) for row in embeddings]))
    assert float(terms["triplet"]) == pytest.approx(triplet)
    assert float(terms["mask"]) == pytest.approx(mask)
    assert float(terms["embedding"]) == pytest.approx(embedding)
    assert float(terms["loss"]) == pytest.approx(triplet + 0.3 * mask + 0.4 * embedding)


def test_gradients():
    inputs = [value.clone().requires_grad_() for value in draw()]
    assert torch.autograd.gradcheck(lambda *values: TypeAwareLoss()(*values)["loss"], inputs)


def test_empty_inputs_have_zero_loss():
    terms = TypeAwareLoss()(*(value[:0] for value in draw()))
    assert {name: float(value) for name, value in terms.items()} == dict.fromkeys(terms, 0.0)


def test_unequal_distances_are_refused():
    positive, negative, masks, embeddings = draw()
    with pytest.raises(ValueError, match=r"'positive' and 'negative' .*\(7,\)"):
        TypeAwareLoss()(positive, negative[:1], masks, embeddings)


def test_sums_do_not_overflow_in_half_precision():
    masks = torch.ones(2000, 128).half()
    terms = TypeAwareLoss()(torch.zeros(3).half(), torch.zeros(3).half(), masks, masks)
    assert float(terms["mask"]) == 128
    assert all(term.dtype == torch.float32 for term in terms.values())

from __future__ import annotations

import math

import pytest
import torch

from fashiongraph.nn.attribute_mask import AttributeMask
from fashiongraph.nn.losses.addgnn_loss import ADDGNNLoss
from fashiongraph.nn.losses.candidate_softmax_loss import CandidateSoftmaxLoss


def scores(num_negatives=1):
    rng = torch.Generator().manual_seed(0)
    positive = torch.randn(5, generator=rng, dtype=torch.float64)
    return positive, torch.randn(5, num_negatives, generator=rng, dtype=torch.float64)


def norm_loop(parameters):
    """The norm of all parameters, entry by entry."""
    return math.sqrt(sum(v**2 for parameter in parameters for v in parameter.flatten().tolist()))


def test_repr():
    shown = str(ADDGNNLoss(0.1, 0.2, 0.3))
    assert "lambda_mask=0.1, lambda_distillation=0.2, lambda_norm=0.3" in shown
    assert "(ranking): BPRLoss()" in shown
    assert "(distillation): AttributeDistillationLoss()" in shown


def test_equals_the_equation():
    loss = ADDGNNLoss(lambda_mask=0.1, lambda_distillation=0.2, lambda_norm=0.3)
    mask, teacher = AttributeMask(8, 3).double(), AttributeMask(8, 3).double()
    x = torch.randn(6, 8, dtype=torch.float64)
    positive, negative = scores()
    theta = [mask.weight, torch.randn(4, dtype=torch.float64)]
    terms = loss(positive, negative, mask.sparsity_loss(), (mask(x), teacher(x)), iter(theta))
    assert list(terms) == ["loss", "ranking", "mask", "distillation", "norm"]
    torch.testing.assert_close(terms["ranking"], loss.ranking(positive, negative))
    torch.testing.assert_close(terms["mask"], mask.sparsity_loss())
    torch.testing.assert_close(terms["distillation"], loss.distillation(mask(x), teacher(x)))
    assert terms["norm"].item() == pytest.approx(norm_loop(theta))
    expected = (
        terms["ranking"] + 0.1 * terms["mask"] + 0.2 * terms["distillation"] + 0.3 * terms["norm"]
    )
    torch.testing.assert_close(terms["loss"], expected)
    terms["loss"].backward()
    assert mask.weight.grad.isfinite().all()
    assert teacher.weight.grad is None


def test_the_papers_weights_are_the_defaults():
    loss = ADDGNNLoss()
    weights = (loss.lambda_mask, loss.lambda_distillation, loss.lambda_norm)
    assert weights == (1e-3, 1e-3, 1e-3)


def test_terms_without_inputs_are_left_out():
    positive, negative = scores()
    terms = ADDGNNLoss()(positive, negative)
    assert list(terms) == ["loss", "ranking"]
    assert torch.equal(terms["loss"], terms["ranking"])


def test_another_ranking_loss():
    positive, negative = scores(num_negatives=3)
    ranking = CandidateSoftmaxLoss().double()
    loss = ADDGNNLoss(ranking=ranking)
    assert torch.equal(loss(positive, negative)["loss"], ranking(positive, negative))
    outfit_scores = torch.randn(5, 4, dtype=torch.double)
    terms = loss(positive, negative, outfit_scores=outfit_scores)
    assert torch.equal(terms["loss"], ranking(positive, negative, outfit_scores))
    assert set(loss.parameters()) == set(ranking.parameters())


def test_gradients():
    loss = ADDGNNLoss(0.1, 0.2, 0.3)
    positive, negative = (score.requires_grad_() for score in scores())
    student, teacher = torch.randn(2, 3, 2, 4, dtype=torch.float64)
    weight = torch.randn(2, 4, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(4, dtype=torch.float64, requires_grad=True)

    def call(positive, negative, student, weight, bias):
        sparsity = weight.abs().sum(0).max()
        terms = loss(positive, negative, sparsity, (student, teacher), (weight, bias))
        return terms["loss"]

    inputs = (positive, negative, student.requires_grad_(), weight, bias)
    assert torch.autograd.gradcheck(call, inputs)


def test_empty_batch_and_parameters_of_zero_stay_finite():
    weight = torch.zeros(3, 4, requires_grad=True)
    empty = torch.empty(0, 3, 4)
    terms = ADDGNNLoss()(torch.empty(0), torch.empty(0), weight.sum(), (empty, empty), (weight,))
    terms["loss"].backward()
    assert terms["loss"].item() == 0
    assert weight.grad.isfinite().all()


@pytest.mark.parametrize("term", ["mask", "distillation", "norm"])
def test_a_term_of_weight_zero_is_returned_and_not_added(term):
    loss = ADDGNNLoss(**{f"lambda_{name}": 0.0 for name in ("mask", "distillation", "norm")})
    shown = ADDGNNLoss()
    positive, negative = (score.requires_grad_() for score in scores())
    weight = torch.randn(2, 4, dtype=torch.float64, requires_grad=True)
    masks = weight.view(2, 1, 4), torch.zeros(2, 1, 4, dtype=torch.float64)
    given = (positive, negative, weight.abs().sum(), masks, (weight,))
    terms = loss(*given)
    assert torch.equal(terms["loss"], terms["ranking"])
    torch.testing.assert_close(terms[term], shown(*given)[term])
    terms["loss"].backward()
    assert weight.grad is None
    assert positive.grad is not None


def test_a_term_of_weight_zero_may_overflow():
    weight = torch.full((2, 2), 1e30, requires_grad=True)
    positive = torch.zeros(1, requires_grad=True)
    loss = ADDGNNLoss(0.0, 0.0, 0.0)
    masks = weight.view(2, 1, 2), -weight.view(2, 1, 2)
    terms = loss(positive, torch.zeros(1), weight.square().sum(), masks, (weight,))
    assert terms["mask"] == terms["norm"] == torch.inf
    assert terms["loss"].isfinite()


def test_without_gradients_terms_need_none():
    weight = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        terms = ADDGNNLoss()(torch.zeros(1), torch.zeros(1), weight.sum(), None, (weight,))
    assert not any(term.requires_grad for term in terms.values())

from __future__ import annotations

import math

import pytest
import torch

from fashiongraph.nn.losses.hard_aware_cascade_loss import HardAwareCascadeLoss
from fashiongraph.nn.miners import AllPairsMiner, exemplar_labels

pml_losses = pytest.importorskip("pytorch_metric_learning.losses")
pml_miners = pytest.importorskip("pytorch_metric_learning.miners")
pml_reducers = pytest.importorskip("pytorch_metric_learning.reducers")

LABELS = exemplar_labels(torch.tensor([0, 0, 1, 1, 1, 1, 2]))
WIDTHS = (4, 3, 5)


def embedded():
    return torch.randn(14, sum(WIDTHS), dtype=torch.double, requires_grad=True)


def loop(embeddings, positive, negative, fractions, margin):
    """The equation, model by model and pair by pair."""
    embeddings, total, start = embeddings.detach(), 0.0, 0
    counts = len(positive), len(negative)
    for width, fraction in zip(WIDTHS, fractions, strict=True):
        model = embeddings[:, start : start + width]
        model = model / model.norm(dim=1, keepdim=True)
        start += width
        positive = positive[: math.ceil(fraction * counts[0])]
        negative = negative[: math.ceil(fraction * counts[1])]
        pull = {pair: float((model[pair[0]] - model[pair[1]]).norm()) for pair in positive}
        push = {pair: float((model[pair[0]] - model[pair[1]]).norm()) for pair in negative}
        total += sum(pull.values()) / len(pull)
        total += sum(max(0, margin - distance) for distance in push.values()) / len(push)
        positive = sorted(positive, key=pull.get, reverse=True)
        negative = sorted(negative, key=push.get)
    return torch.tensor(total, dtype=embeddings.dtype)


def test_repr():
    text = str(HardAwareCascadeLoss((8, 8, 8)))
    assert text.startswith(
        "HardAwareCascadeLoss(\n  [8, 8, 8], fractions=[1.0, 0.5, 0.2], margin=1.0"
    )


@pytest.mark.parametrize("fractions", [(1.0, 0.5, 0.2), (1.0, 0.8, 0.1), (1.0, 1.0, 1.0)])
def test_equals_the_equation(fractions):
    embeddings = embedded()
    # Each unordered pair once, so that no distances tie.
    positive = [(0, 1), (2, 3), (2, 4), (2, 5), (3, 4), (3, 5), (4, 5)]
    negative = [(i, i + 7) for i in range(7)] + [(0, 8), (1, 7), (2, 10), (3, 11)]
    indices = (*torch.tensor(positive).T, *torch.tensor(negative).T)
    expected = loop(embeddings, positive, negative, fractions, 1.5)
    value = HardAwareCascadeLoss(WIDTHS, fractions, margin=1.5)(embeddings, LABELS, indices)
    torch.testing.assert_close(value, expected)


def test_equals_a_cascade_of_pytorch_metric_learning():
    embeddings = embedded()
    indices = AllPairsMiner()(embeddings, LABELS)
    indices = (*(rows[::2] for rows in indices[:2]), *indices[::2])
    contrastive = pml_losses.ContrastiveLoss(neg_margin=2.5, reducer=pml_reducers.MeanReducer())
    expected, chosen = 0, indices
    for model, keep in zip(embeddings.split(WIDTHS, 1), (0.5, 0.4, 1.0), strict=True):
        expected = expected + contrastive(model, LABELS, chosen)
        miner = pml_miners.HDCMiner(keep)
        miner.set_idx_externally(chosen, LABELS)
        chosen = miner(model, LABELS)
    sizes = [len(indices[0]), len(indices[2])]
    assert [math.ceil(0.4 * math.ceil(0.5 * n)) for n in sizes] == [
        math.ceil(0.2 * n) for n in sizes
    ]
    loss = HardAwareCascadeLoss(WIDTHS, (1.0, 0.5, 0.2), margin=2.5)
    value = loss(embeddings, LABELS, indices)
    torch.testing.assert_close(value, expected, rtol=1e-4, atol=1e-4)


def shuffled(indices):
    """The same pairs in another order, and with their rows exchanged."""
    anchor, positive, other, negative = indices
    p, n = torch.randperm(len(anchor)), torch.randperm(len(other))
    swap = torch.rand(len(anchor)) < 0.5
    first, second = torch.where(swap, positive, anchor), torch.where(swap, anchor, positive)
    return first[p], second[p], other[n], negative[n]


@pytest.mark.parametrize("margin", [0.8, 1.5])  # most negatives lie beyond the smaller margin
@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("fractions", [(1.0, 0.5, 0.2), (1.0, 0.3, 0.3)])
def test_does_not_depend_on_the_order_of_pairs(fractions, repeats, margin):
    embeddings = embedded()
    if repeats:  # equal under the first model, different under the others
        with torch.no_grad():
            embeddings[:, :4] = torch.eye(4, dtype=torch.double)[torch.randint(4, (14,))]
    loss = HardAwareCascadeLoss(WIDTHS, fractions, margin)
    anchor, positive, negative = AllPairsMiner()(embeddings, LABELS)
    indices = anchor, positive, anchor, negative
    expected = loss(embeddings, LABELS, indices)
    (gradient,) = torch.autograd.grad(expected, embeddings)
    for _ in range(5):
        value = loss(embeddings, LABELS, shuffled(indices))
        torch.testing.assert_close(value, expected)
        torch.testing.assert_close(torch.autograd.grad(value, embeddings)[0], gradient)


def test_tied_pairs_share_the_last_places_equally():
    # Under the first model all four pairs tie; the second has half of them.
    first = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).repeat(4, 1)
    second = torch.nn.functional.normalize(torch.randn(8, 3), dim=1)
    pairs = torch.arange(8).view(4, 2).t()
    none = torch.empty(0, dtype=torch.long)
    embeddings = torch.cat([first, second], dim=1)
    loss = HardAwareCascadeLoss((2, 3), (1.0, 0.5))
    value = loss(embeddings, torch.zeros(8), (*pairs, none, none))
    expected = 2**0.5 + (second[::2] - second[1::2]).norm(dim=1).mean()
    torch.testing.assert_close(value, expected)


def test_refuses_embeddings_of_another_width():
    with pytest.raises(ValueError, match=r"'x' needs 12 .*\(14, 11\)"):
        HardAwareCascadeLoss(WIDTHS)(torch.randn(14, 11), LABELS)


def test_gradients():
    loss = HardAwareCascadeLoss(WIDTHS)
    assert torch.autograd.gradcheck(lambda e: loss(e, LABELS), embedded())


def test_without_pairs_the_loss_is_zero_with_a_gradient():
    embeddings = embedded()
    value = HardAwareCascadeLoss(WIDTHS)(embeddings, exemplar_labels(torch.arange(7)))
    assert value == 0
    value.backward()
    assert (embeddings.grad == 0).all()


@pytest.mark.parametrize("fractions", [(1.0, 0.5), (0.5, 1.0, 0.2), (1.0, 0.5, 0.0), (2, 1, 1)])
def test_refuses_fractions_that_do_not_fit(fractions):
    with pytest.raises(ValueError, match=r"'fractions' needs 3 .*got"):
        HardAwareCascadeLoss(WIDTHS, fractions)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_narrow_embeddings_are_widened(dtype):
    embeddings, loss = torch.randn(len(LABELS), sum(WIDTHS)).to(dtype), HardAwareCascadeLoss(WIDTHS)
    assert torch.equal(loss(embeddings, LABELS), loss(embeddings.float(), LABELS))

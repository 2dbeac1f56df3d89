from __future__ import annotations

import warnings

import pytest
import torch

from fashiongraph.nn.losses.histogram_loss import HistogramLoss
from fashiongraph.nn.miners import AllPairsMiner, exemplar_labels

pml = pytest.importorskip("pytorch_metric_learning.losses")

LABELS = exemplar_labels(torch.tensor([0, 0, 1, 1, 1, 2]))


def loop(embeddings, positive, negative, num_bins):
    """The equation, pair by pair and node by node."""
    u = embeddings / embeddings.norm(dim=1, keepdim=True)
    width = 2 / num_bins
    nodes = [-1 + r * width for r in range(num_bins + 1)]

    def histogram(pairs):
        cosines = [float(u[i] @ u[j]) for i, j in pairs]
        return [
            sum(max(0, 1 - abs(s - node) / width) for s in cosines) / len(cosines) for node in nodes
        ]

    h_pos, h_neg = histogram(positive), histogram(negative)
    total = sum(h_neg[r] * sum(h_pos[: r + 1]) for r in range(num_bins + 1))
    return torch.tensor(total, dtype=embeddings.dtype)


def all_pairs(labels):
    pairs = [(i, j) for i in range(len(labels)) for j in range(i + 1, len(labels))]
    pairs = [(i, j) for i, j in pairs if labels[i] >= 0 or labels[j] >= 0]
    positive = [(i, j) for i, j in pairs if labels[i] == labels[j]]
    return positive, [pair for pair in pairs if pair not in positive]


def test_repr():
    assert str(HistogramLoss()).startswith("HistogramLoss(\n  num_bins=100")


@pytest.mark.parametrize("num_bins", [1, 10, 100])
def test_equals_the_equation(num_bins):
    embeddings = torch.randn(12, 4, dtype=torch.double)
    expected = loop(embeddings, *all_pairs(LABELS.tolist()), num_bins)
    torch.testing.assert_close(HistogramLoss(num_bins)(embeddings, LABELS), expected)


def test_of_given_triplets_each_pair_counts_once():
    embeddings = torch.randn(12, 4, dtype=torch.double)
    a, p, n = AllPairsMiner()(embeddings, LABELS)
    positive = {tuple(sorted(pair)) for pair in zip(a.tolist(), p.tolist(), strict=True)}
    negative = {tuple(sorted(pair)) for pair in zip(a.tolist(), n.tolist(), strict=True)}
    expected = loop(embeddings, positive, negative, 20)
    torch.testing.assert_close(HistogramLoss(20)(embeddings, LABELS, (a, p, n)), expected)


def test_equals_pytorch_metric_learning():
    embeddings, labels = torch.randn(15, 4, dtype=torch.double), torch.arange(15) // 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pytorch-metric-learning, for indexing with lists
        expected = pml.HistogramLoss(n_bins=50)(embeddings, labels)
    # pytorch-metric-learning sums in float32.
    torch.testing.assert_close(HistogramLoss(50)(embeddings, labels), expected, rtol=0, atol=1e-6)


def test_gradients():
    embeddings = torch.randn(12, 4, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda e: HistogramLoss(5)(e, LABELS), embeddings)


def test_cosines_of_one_are_in_range():
    embeddings = torch.ones(4, 3, requires_grad=True)
    loss = HistogramLoss()(embeddings, torch.tensor([0, 0, 1, 1]))
    torch.testing.assert_close(loss, torch.tensor(1.0))
    loss.backward()
    assert embeddings.grad.isfinite().all()


@pytest.mark.parametrize("labels", [[0, 0], [0, 1], [-1, -2], []])
def test_one_kind_of_pair_gives_zero_with_a_gradient(labels):
    embeddings = torch.randn(len(labels), 3, requires_grad=True)
    loss = HistogramLoss()(embeddings, torch.tensor(labels, dtype=torch.long))
    assert loss == 0
    loss.backward()
    assert (embeddings.grad == 0).all()


def test_refuses_zero_bins():
    with pytest.raises(ValueError, match=r"'num_bins' .* \(got 0\)"):
        HistogramLoss(0)


def test_counts_above_the_range_of_bfloat16():
    embeddings = torch.randn(400, 8, generator=torch.Generator().manual_seed(0)).bfloat16()
    labels = torch.arange(400) // 4
    loss = HistogramLoss()(embeddings, labels)
    assert torch.equal(loss, HistogramLoss()(embeddings.float(), labels))
    assert 0.4 < loss < 0.6


def test_default_pairs_equal_explicit_pairs():
    embeddings = torch.randn(len(LABELS), 5, dtype=torch.double, requires_grad=True)
    positive, negative = (torch.tensor(pairs).t() for pairs in all_pairs(LABELS))
    losses = [HistogramLoss()(embeddings, LABELS)]
    losses.append(HistogramLoss()(embeddings, LABELS, (*positive, *negative)))
    torch.testing.assert_close(*losses)
    gradients = [torch.autograd.grad(loss, embeddings)[0] for loss in losses]
    torch.testing.assert_close(*gradients)


def test_refuses_another_number_of_labels():
    with pytest.raises(ValueError, match=r"'labels' .*\(11,\) and \(12, 4\)"):
        HistogramLoss()(torch.randn(12, 4), LABELS[:11])

from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.distances import CosineSimilarity, EuclideanDistance, SquaredEuclideanDistance
from fashiongraph.nn.losses.mixed_category_triplet_loss import MixedCategoryTripletLoss
from fashiongraph.nn.miners import AllPairsMiner, SimpleMiner, exemplar_labels

pml_distances = pytest.importorskip("pytorch_metric_learning.distances")
pml_losses = pytest.importorskip("pytorch_metric_learning.losses")
pml_miners = pytest.importorskip("pytorch_metric_learning.miners")
pml_reducers = pytest.importorskip("pytorch_metric_learning.reducers")

LABELS = exemplar_labels(torch.tensor([0, 0, 1, 1, 1, 2]))


def embedded(dtype=torch.double):
    return torch.randn(12, 4, dtype=dtype, requires_grad=True)


def loop(embeddings, triplets, distance, margin):
    """The equation, triplet by triplet."""
    d = distance(embeddings)
    if distance.is_inverted:
        d = -d
    return torch.stack([(d[a, p] - d[a, n] + margin).clamp(min=0) for a, p, n in triplets])


def test_repr():
    text = str(MixedCategoryTripletLoss())
    assert text.startswith("MixedCategoryTripletLoss(\n  margin=0.2, reducer=mean")


@pytest.mark.parametrize("reducer", ["sum", "mean", "mean_nonzero"])
@pytest.mark.parametrize(
    "distance",
    [
        CosineSimilarity(),
        EuclideanDistance(False),
        SquaredEuclideanDistance(),
        pml_distances.CosineSimilarity(),
        pml_distances.LpDistance(normalize_embeddings=False, power=2),
    ],
)
def test_equals_the_equation(distance, reducer):
    embeddings = embedded()
    triplets = torch.randint(12, (20, 3))
    losses = loop(embeddings, triplets.tolist(), distance, 0.3)
    expected = {
        "sum": losses.sum(),
        "mean": losses.mean(),
        "mean_nonzero": losses[losses > 0].mean(),
    }
    loss = MixedCategoryTripletLoss(0.3, distance, reducer)
    value = loss(embeddings, LABELS, tuple(triplets.T))
    torch.testing.assert_close(value, expected[reducer], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("reducer", ["sum", "mean", "mean_nonzero"])
def test_gradients(reducer):
    loss = MixedCategoryTripletLoss(1.0, reducer=reducer)
    assert torch.autograd.gradcheck(lambda e: loss(e, LABELS), embedded())


def test_default_triplets_are_those_of_all_pairs_miner():
    embeddings, loss = embedded(), MixedCategoryTripletLoss()
    expected = loss(embeddings, LABELS, AllPairsMiner()(embeddings, LABELS))
    torch.testing.assert_close(loss(embeddings, LABELS), expected)


def test_pairs_that_share_their_anchor_make_triplets():
    embeddings, loss = embedded(), MixedCategoryTripletLoss(1.0)
    pairs = tuple(map(torch.tensor, ([0, 2], [1, 3], [0, 0, 2], [7, 8, 9])))
    triplets = tuple(map(torch.tensor, ([0, 0, 2], [1, 1, 3], [7, 8, 9])))
    torch.testing.assert_close(loss(embeddings, LABELS, pairs), loss(embeddings, LABELS, triplets))


@pytest.mark.parametrize(
    "reducer", ["sum", "mean", "mean_nonzero", pml_reducers.AvgNonZeroReducer()]
)
def test_without_triplets_the_loss_is_zero_with_a_gradient(reducer):
    embeddings = embedded()
    lone = exemplar_labels(torch.arange(6))
    value = MixedCategoryTripletLoss(reducer=reducer)(
        embeddings, lone, SimpleMiner()(embeddings, lone)
    )
    assert value == 0
    value.backward()
    assert (embeddings.grad == 0).all()


def test_equals_the_triplet_loss_of_pytorch_metric_learning():
    embeddings = embedded()
    indices = SimpleMiner()(embeddings, LABELS)
    theirs = pml_losses.TripletMarginLoss(0.4, distance=pml_distances.CosineSimilarity())
    ours = MixedCategoryTripletLoss(0.4, reducer="mean_nonzero")
    expected = theirs(embeddings, LABELS, indices)
    torch.testing.assert_close(ours(embeddings, LABELS, indices), expected)


@pytest.mark.parametrize(
    "miner",
    [
        pml_miners.TripletMarginMiner(type_of_triplets="all"),
        pml_miners.TripletMarginMiner(type_of_triplets="semihard"),
        pml_miners.BatchHardMiner(),
        pml_miners.MultiSimilarityMiner(),
    ],
)
def test_accepts_miners_of_pytorch_metric_learning(miner):
    embeddings = embedded()
    value = MixedCategoryTripletLoss(1.0)(embeddings, LABELS, miner(embeddings, LABELS))
    value.backward()
    assert value > 0
    assert embeddings.grad.abs().sum() > 0


def test_accepts_reducers_of_pytorch_metric_learning():
    embeddings = embedded()
    ours = MixedCategoryTripletLoss(1.0)(embeddings, LABELS)
    theirs = MixedCategoryTripletLoss(1.0, reducer=pml_reducers.MeanReducer())
    torch.testing.assert_close(theirs(embeddings, LABELS), ours)


def test_refuses_an_unknown_reducer():
    with pytest.raises(ValueError, match=r"'reducer' .*got 'max'"):
        MixedCategoryTripletLoss(reducer="max")


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_narrow_embeddings_are_widened(dtype):
    embeddings, loss = torch.randn(len(LABELS), 4).to(dtype), MixedCategoryTripletLoss()
    assert torch.equal(loss(embeddings, LABELS), loss(embeddings.float(), LABELS))

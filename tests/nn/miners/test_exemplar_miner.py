from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.distances import (
    CosineSimilarity,
    EuclideanDistance,
    PositionDependentSimilarity,
    SquaredEuclideanDistance,
)
from fashiongraph.nn.miners import HardMiner, SemiHardMiner, SimpleMiner, exemplar_labels

pml_distances = pytest.importorskip("pytorch_metric_learning.distances")
pml_losses = pytest.importorskip("pytorch_metric_learning.losses")

MINERS = {"simple": SimpleMiner, "semi-hard": SemiHardMiner, "hard": HardMiner}
torch.manual_seed(0)  # of the weights of a distance, which could make all pairs tie
DISTANCES = [
    CosineSimilarity(),
    EuclideanDistance(),
    SquaredEuclideanDistance(normalize_embeddings=False),
    PositionDependentSimilarity(4).double(),
    pml_distances.CosineSimilarity(),
    pml_distances.LpDistance(normalize_embeddings=False, p=1),
]


@pytest.fixture(params=MINERS)
def kind(request):
    return request.param


def as_list(triplets):
    return sorted(zip(*(rows.tolist() for rows in triplets), strict=True))


@pytest.mark.parametrize("every_pair", [False, True])
@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("seed", range(5))
def test_equals_the_loops(kind, distance, seed, every_pair, make_batch, mine_by_loops):
    torch.manual_seed(seed)
    sizes = torch.randint(1, 7, (12,)).tolist()
    embeddings, labels = make_batch(sizes)
    triplets = MINERS[kind](distance, every_pair)(embeddings, labels)
    expected = mine_by_loops(kind, distance, embeddings, labels, every_pair)
    assert as_list(triplets) == expected
    assert all(not rows.requires_grad and rows.dtype == torch.long for rows in triplets)


@pytest.mark.parametrize("distance", [CosineSimilarity(), EuclideanDistance(False)])
@pytest.mark.parametrize("seed", range(5))
def test_of_equal_distances_the_first_row_counts(kind, distance, seed, make_batch, mine_by_loops):
    torch.manual_seed(seed)
    embeddings, labels = make_batch([4, 1, 3, 2, 6], repeats=True)
    # Integers, so that loops and matrix products have the same ties.
    embeddings = embeddings.mul(2).round() if not distance.normalize_embeddings else embeddings
    if distance.normalize_embeddings:
        embeddings = torch.eye(4, dtype=torch.double)[embeddings.argmax(dim=1)]
    triplets = MINERS[kind](distance)(embeddings, labels)
    assert as_list(triplets) == mine_by_loops(kind, distance, embeddings, labels)


def test_a_negative_equal_to_the_positive_is_not_farther(make_batch):
    embeddings, labels = make_batch([2] * 40, channels=64)
    embeddings = embeddings.float()
    embeddings[80:] = embeddings[:80]  # each negative is an item of some outfit
    anchor, positive, negative = SemiHardMiner()(embeddings, labels)
    assert len(anchor) > 60
    assert not (embeddings[positive] == embeddings[negative]).all(dim=1).any()


def test_repr_shows_every_pair(kind):
    assert "every_pair=True" in str(MINERS[kind](every_pair=True))
    assert "every_pair" not in str(MINERS[kind]())


@pytest.mark.parametrize("every_pair", [False, True])
@pytest.mark.parametrize("sizes", [[], [1], [1, 1, 1]])
def test_outfits_of_fewer_than_two_items_give_no_triplets(kind, sizes, every_pair, make_batch):
    triplets = MINERS[kind](every_pair=every_pair)(*make_batch(sizes))
    assert [rows.shape for rows in triplets] == [(0,)] * 3


def test_an_anchor_without_a_valid_negative_gives_no_triplet():
    embeddings = torch.tensor([[1.0, 0], [0, 1], [1, 1], [1, 1]])
    labels = exemplar_labels(torch.tensor([0, 0]))
    assert as_list(SemiHardMiner()(embeddings, labels)) == []  # both negatives lie in between
    assert as_list(HardMiner()(embeddings, labels)) == [(0, 1, 2), (1, 0, 2)]


def test_without_negatives_all_other_labels_are_candidates(kind, mine_by_loops):
    embeddings, labels = torch.randn(20, 4, dtype=torch.double), torch.arange(20) // 4
    miner = MINERS[kind]()
    expected = mine_by_loops(kind, miner.distance, embeddings, labels)
    assert as_list(miner(embeddings, labels)) == expected
    assert as_list(miner(embeddings, torch.zeros(20, dtype=torch.long))) == []


@pytest.mark.parametrize("kind", ["simple", "semi-hard"])
@pytest.mark.parametrize("every_pair", [False, True])
def test_the_pool_may_hold_items_of_other_outfits(kind, every_pair, make_batch, mine_by_loops):
    embeddings, labels = make_batch([3, 1, 4, 2, 2])
    miner = MINERS[kind](every_pair=every_pair, pool="batch")
    expected = mine_by_loops(kind, miner.distance, embeddings, labels, every_pair, batch=True)
    triplets = as_list(miner(embeddings, labels))
    assert triplets == expected
    assert any(labels[negative] >= 0 for _, _, negative in triplets)
    assert "pool='batch'" in repr(miner)


@pytest.mark.parametrize(("kind", "pool"), [("simple", "all"), ("hard", "batch")])
def test_an_invalid_pool_is_refused(kind, pool):
    with pytest.raises(ValueError, match=f"'pool'.*'{pool}'"):
        MINERS[kind](pool=pool)


@pytest.mark.parametrize(
    "loss", [pml_losses.TripletMarginLoss(margin=2), pml_losses.LiftedStructureLoss()]
)
def test_losses_of_pytorch_metric_learning_take_its_triplets(kind, loss, make_batch):
    embeddings, labels = make_batch([3, 2, 4])
    embeddings.requires_grad_()
    indices = MINERS[kind]()(embeddings, labels)
    value = loss(embeddings, labels, indices)
    value.backward()
    assert value > 0
    assert embeddings.grad.abs().sum() > 0


def test_has_no_parameters_and_passes_no_gradient(kind, make_batch):
    embeddings, labels = make_batch([3, 2])
    miner = MINERS[kind]()
    assert list(miner.parameters()) == []
    miner(embeddings.requires_grad_(), labels)
    assert embeddings.grad is None


@pytest.mark.parametrize("distance", [CosineSimilarity(), pml_distances.CosineSimilarity()])
@pytest.mark.parametrize("every_pair", [False, True])
def test_choice_is_the_same_in_half_precision(kind, distance, every_pair, make_batch):
    embeddings, labels = make_batch([4] * 40, channels=32)
    narrow, miner = embeddings.bfloat16(), MINERS[kind](distance, every_pair)
    expected = as_list(miner(narrow.float(), labels))
    assert as_list(miner(narrow, labels)) == expected
    with torch.autocast("cpu", torch.bfloat16):
        assert as_list(miner(narrow.float(), labels)) == expected


class FarthestMiner(HardMiner):
    farthest_negative = True


@pytest.mark.parametrize("miner", [HardMiner, FarthestMiner])
@pytest.mark.parametrize("every_pair", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_negatives_of_the_outfit_may_be_missing_or_unordered(
    seed, every_pair, miner, make_batch, mine_by_loops
):
    torch.manual_seed(seed)
    embeddings, labels = make_batch(torch.randint(1, 7, (12,)).tolist())
    kept = torch.ones_like(labels, dtype=torch.bool)
    kept[-10:] = torch.rand(10) < 0.5  # not every item has a negative
    order = torch.arange(len(labels))
    order[len(labels) // 2 :] = order[len(labels) // 2 :].flip(0)  # in another order than items
    embeddings, labels = embeddings[order][kept], labels[order][kept]
    ties = torch.eye(4, dtype=torch.double)[embeddings.argmax(dim=1)]
    for x in (embeddings, ties):
        expected = mine_by_loops(
            "hard", CosineSimilarity(), x, labels, every_pair, miner.farthest_negative
        )
        assert as_list(miner(every_pair=every_pair)(x, labels)) == expected


def test_same_outfit_combines_with_only_farther(make_batch):
    class Both(HardMiner):
        only_farther = True

    embeddings, labels = make_batch([3] * 20)
    anchor, positive, negative = Both(every_pair=True)(embeddings, labels)
    cosine = CosineSimilarity()(embeddings)
    assert 0 < len(anchor) < 120
    assert (labels[~labels[negative]] == labels[anchor]).all()
    assert (cosine[anchor, negative] < cosine[anchor, positive]).all()


@pytest.mark.parametrize("wrong", [-1, -100])
def test_refuses_negatives_with_other_labels(kind, wrong):
    labels = torch.tensor([0, 0, wrong, wrong])
    with pytest.raises(ValueError, match=rf"'labels' .*got \[{wrong}, {wrong}\]"):
        MINERS[kind]()(torch.randn(4, 3), labels)


@pytest.mark.parametrize("every_pair", [False, True])
def test_small_blocks_equal_the_loops(kind, every_pair, make_batch, mine_by_loops):
    miner = MINERS[kind](every_pair=every_pair)
    miner.block_size = 40  # two anchors at a time
    embeddings, labels = make_batch([3, 1, 4, 2])
    for given in (labels, labels.clamp(min=0)):  # with and without negatives
        expected = mine_by_loops(kind, CosineSimilarity(), embeddings, given, every_pair)
        assert as_list(miner(embeddings, given)) == sorted(expected)


@pytest.mark.parametrize("num_labels", [7, 9])
def test_refuses_another_number_of_labels(kind, num_labels):
    labels = exemplar_labels(torch.zeros(5, dtype=torch.long))[:num_labels]
    with pytest.raises(ValueError, match=rf"'labels' .*\({num_labels},\) and \(8, 3\)"):
        MINERS[kind]()(torch.randn(8, 3), labels)


def test_embeddings_of_other_batches_are_refused(kind):
    memory = pml_losses.CrossBatchMemory(
        pml_losses.ContrastiveLoss(), 4, memory_size=64, miner=MINERS[kind]()
    )
    with pytest.raises(ValueError, match=r"'ref_emb' .*None.*Miner.*got Tensor"):
        memory(torch.randn(12, 4), torch.arange(12) // 3)

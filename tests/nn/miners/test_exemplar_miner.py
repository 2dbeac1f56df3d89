from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.distances import (
    CosineSimilarity,
    EuclideanDistance,
    PositionDependentSimilarity,
    SquaredEuclideanDistance,
)
from fashiongraph.nn.miners import (
    HardMiner,
    SemiHardMiner,
    SimpleMiner,
    exemplar_miner,
)
from fashiongraph.nn.miners import (
    exemplar_labels,
)

pml_distances = pytest.importorskip("pytorch_metric_learning.distances")
pml_losses = pytest.importorskip("pytorch_metric_learning.losses")

MINERS = {"simple": SimpleMiner, "semi-hard": SemiHardMiner, "hard": HardMiner}
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
def test_of_equally_far_rows_the_first_counts(kind, distance, seed, make_batch, mine_by_loops):
    torch.manual_seed(seed)
    embeddings, labels = make_batch([4, 1, 3, 2, 6], repeats=True)
    # Whole numbers, so that the loops and the products of matrices tie at the same places.
    embeddings = embeddings.mul(2).round() if not distance.normalize_embeddings else embeddings
    if distance.normalize_embeddings:
        embeddings = torch.eye(4, dtype=torch.double)[embeddings.argmax(dim=1)]
    triplets = MINERS[kind](distance)(embeddings, labels)
    assert as_list(triplets) == mine_by_loops(kind, distance, embeddings, labels)


def test_the_same_item_once_more_is_not_farther(make_batch):
    embeddings, labels = make_batch([2] * 40, channels=64)
    embeddings = embeddings.float()
    embeddings[80:] = embeddings[:80]  # each stranger is an item of some outfit
    anchor, positive, negative = SemiHardMiner()(embeddings, labels)
    assert len(anchor) > 60
    assert not (embeddings[positive] == embeddings[negative]).all(dim=1).any()


def test_repr_tells_when_every_pair_is_taken(kind):
    assert "every_pair=True" in str(MINERS[kind](every_pair=True))
    assert "every_pair" not in str(MINERS[kind]())


@pytest.mark.parametrize("every_pair", [False, True])
@pytest.mark.parametrize("sizes", [[], [1], [1, 1, 1]])
def test_outfits_of_fewer_than_two_items_give_nothing(kind, sizes, every_pair, make_batch):
    triplets = MINERS[kind](every_pair=every_pair)(*make_batch(sizes))
    assert [rows.shape for rows in triplets] == [(0,)] * 3


def test_an_anchor_without_a_stranger_that_qualifies_gives_nothing():
    embeddings = torch.tensor([[1.0, 0], [0, 1], [1, 1], [1, 1]])
    labels = exemplar_labels(torch.tensor([0, 0]))
    assert as_list(SemiHardMiner()(embeddings, labels)) == []  # both strangers lie in between
    assert as_list(HardMiner()(embeddings, labels)) == [(0, 1, 2), (1, 0, 2)]


def test_without_strangers_all_other_labels_are_the_pool(kind, mine_by_loops):
    embeddings, labels = torch.randn(20, 4, dtype=torch.double), torch.arange(20) // 4
    miner = MINERS[kind]()
    expected = mine_by_loops(kind, miner.distance, embeddings, labels)
    assert as_list(miner(embeddings, labels)) == expected
    assert as_list(miner(embeddings, torch.zeros(20, dtype=torch.long))) == []


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


def test_learns_nothing_itself(kind, make_batch):
    embeddings, labels = make_batch([3, 2])
    miner = MINERS[kind]()
    assert list(miner.parameters()) == []
    miner(embeddings.requires_grad_(), labels)
    assert embeddings.grad is None


@pytest.mark.parametrize("distance", [CosineSimilarity(), pml_distances.CosineSimilarity()])
@pytest.mark.parametrize("every_pair", [False, True])
def test_chooses_the_same_under_autocast_and_of_narrow_embeddings(
    kind, distance, every_pair, make_batch
):
    embeddings, labels = make_batch([4] * 40, channels=32)
    narrow, miner = embeddings.bfloat16(), MINERS[kind](distance, every_pair)
    expected = as_list(miner(narrow.float(), labels))
    assert as_list(miner(narrow, labels)) == expected
    with torch.autocast("cpu", torch.bfloat16):
        assert as_list(miner(narrow.float(), labels)) == expected


class PoolMiner(HardMiner):
    """Measures all strangers of the batch, and then drops those of others."""

    def _of_own(self, embeddings, labels, anchor):
        return self._of_pool(embeddings, labels, anchor, anchor)


@pytest.mark.parametrize("farthest", [False, True])
@pytest.mark.parametrize("every_pair", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_an_outfits_own_strangers_are_chosen_as_from_the_whole_pool(
    seed, every_pair, farthest, make_batch, monkeypatch
):
    monkeypatch.setattr(HardMiner, "farthest_negative", farthest)
    torch.manual_seed(seed)
    embeddings, labels = make_batch(torch.randint(1, 7, (12,)).tolist())
    kept = torch.ones_like(labels, dtype=torch.bool)
    kept[-10:] = torch.rand(10) < 0.5  # not every item has a stranger
    order = torch.arange(len(labels))
    order[len(labels) // 2 :] = order[len(labels) // 2 :].flip(0)  # nor are they in its order
    embeddings, labels = embeddings[order][kept], labels[order][kept]
    ties = torch.eye(4, dtype=torch.double)[embeddings.argmax(dim=1)]
    for x in (embeddings, embeddings.float(), ties):
        own = HardMiner(every_pair=every_pair)(x, labels)
        pool = PoolMiner(every_pair=every_pair)(x, labels)
        assert all(torch.equal(a, b) for a, b in zip(own, pool, strict=True))


def test_an_outfits_own_strangers_may_need_to_be_farther(make_batch):
    class Both(HardMiner):
        only_farther = True

    embeddings, labels = make_batch([3] * 20)
    anchor, positive, negative = Both(every_pair=True)(embeddings, labels)
    apart = CosineSimilarity()(embeddings)
    assert 0 < len(anchor) < 120
    assert (labels[~labels[negative]] == labels[anchor]).all()
    assert (apart[anchor, negative] < apart[anchor, positive]).all()


@pytest.mark.parametrize("wrong", [-1, -100])
def test_strangers_need_labels_of_their_own(kind, wrong):
    labels = torch.tensor([0, 0, wrong, wrong])
    with pytest.raises(ValueError, match=r"'labels' need strangers as exemplar_labels\(\) makes"):
        MINERS[kind]()(torch.randn(4, 3), labels)


@pytest.mark.parametrize("every_pair", [False, True])
def test_blocks_choose_what_the_loops_choose(
    kind, every_pair, make_batch, mine_by_loops, monkeypatch
):
    monkeypatch.setattr(exemplar_miner, "_CELLS", 40)  # two anchors at a time
    embeddings, labels = make_batch([3, 1, 4, 2])
    for part in (labels, labels.clamp(min=0)):  # with strangers, and of labels alone
        found = MINERS[kind](every_pair=every_pair)(embeddings, part)
        expected = mine_by_loops(kind, CosineSimilarity(), embeddings, part, every_pair)
        assert as_list(found) == sorted(expected)


def test_a_memory_of_other_batches_is_refused(kind):
    memory = pml_losses.CrossBatchMemory(
        pml_losses.ContrastiveLoss(), 4, memory_size=64, miner=MINERS[kind]()
    )
    with pytest.raises(ValueError, match=r"'ref_emb' needs to be None: .*Miner chooses within one"):
        memory(torch.randn(12, 4), torch.arange(12) // 3)

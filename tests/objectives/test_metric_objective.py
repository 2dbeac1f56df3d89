from __future__ import annotations

import pytest
import torch

from fashiongraph.loader import ExemplarLoader, negative_sampler
from fashiongraph.models import CollocationNet
from fashiongraph.nn import (
    AffineSimilarity,
    AllPairsMiner,
    HardAwareCascadeLoss,
    HardMiner,
    HistogramLoss,
    LayerProjection,
    MinerSchedule,
    MixedCategoryTripletLoss,
    PositionDependentLoss,
    SemiHardMiner,
    SimpleMiner,
    exemplar_labels,
)
from fashiongraph.objectives import MetricObjective, default_objective

pml_losses = pytest.importorskip("pytorch_metric_learning.losses")
pml_miners = pytest.importorskip("pytorch_metric_learning.miners")


@pytest.fixture
def batch(wardrobe):
    outfits = wardrobe.select(wardrobe.sizes > 1).with_frequency()
    sampler = negative_sampler("same_category", outfits.items)
    return next(iter(ExemplarLoader(outfits, sampler, batch_size=20)))


def test_equals_the_equation_outfit_by_outfit(batch):
    """Eq. M4 over the triplets of eq. M6, from the batch's own items."""
    model = CollocationNet(8, 6)
    e = model.embed_features(batch.unique_x)[batch.unique_index].detach()
    half = batch.num_nodes // 2
    cosine = e @ e.T
    losses = []
    for start, end in zip(batch.ptr[:20].tolist(), batch.ptr[1:21].tolist(), strict=True):
        pairs = [(i, j) for i in range(start, end) for j in range(start, end) if i < j]
        a, p = min(pairs, key=lambda pair: cosine[pair])
        for one, other in ((a, p), (p, a)):
            pool = [n for n in range(half, 2 * half) if cosine[one, n] < cosine[a, p] - 1e-6]
            if pool:
                n = max(pool, key=lambda n, one=one: cosine[one, n])
                losses.append((cosine[one, n] - cosine[one, other] + 0.3).clamp(min=0))
    objective = MetricObjective.paper(margin=0.3, miner=SemiHardMiner())
    parts = objective(model, batch)
    torch.testing.assert_close(parts["loss"].detach(), torch.stack(losses).mean())
    assert parts["mined"] == len(losses)
    assert set(parts) == {"loss", "mined"}


def test_a_schedule_follows_the_epochs(batch):
    model = CollocationNet(8, 6)
    objective = MetricObjective.paper(miner=MinerSchedule(starts=(0, 2, 4)))
    stages = []
    for epoch in (0, 2, 5):
        objective.begin_epoch(epoch)
        stages.append(int(objective(model, batch)["stage"]))
    assert stages == [0, 1, 2]


def test_strangers_are_of_the_same_category_at_least():
    objective = MetricObjective(HistogramLoss())
    protocols = ["uniform", "same_category", "matched"]
    assert [objective.training_protocol(p) for p in protocols] == [
        "same_category",
        "same_category",
        "matched",
    ]


@pytest.mark.parametrize(
    ("loss", "miner"),
    [
        (MixedCategoryTripletLoss(distance=AffineSimilarity(12)), AllPairsMiner()),
        (MixedCategoryTripletLoss(2.0), SimpleMiner()),
        (PositionDependentLoss(12), SemiHardMiner()),
        (HistogramLoss(), None),
        (HardAwareCascadeLoss([4, 4, 4]), None),
        (pml_losses.LiftedStructureLoss(), AllPairsMiner()),
        (pml_losses.ContrastiveLoss(), AllPairsMiner()),
        (pml_losses.TripletMarginLoss(), AllPairsMiner()),
        (pml_losses.TripletMarginLoss(), SemiHardMiner()),
        (pml_losses.MultiSimilarityLoss(), None),
        (MixedCategoryTripletLoss(1.0), pml_miners.TripletMarginMiner()),
        (MixedCategoryTripletLoss(), pml_miners.MultiSimilarityMiner()),
    ],
)
def test_losses_and_miners_of_both_libraries_mix(batch, loss, miner):
    model = CollocationNet(8, 6, [3, 5])
    objective = MetricObjective(loss, miner)
    optimizer = torch.optim.Adam([*model.parameters(), *objective.parameters()], lr=0.01)
    values = []
    for _ in range(30):
        parts = objective(model, batch)
        optimizer.zero_grad()
        parts["loss"].backward()
        optimizer.step()
        values.append(parts["loss"].item())
    assert values[0] > 0
    if miner is None or isinstance(miner, AllPairsMiner):  # a loss on fixed pairs
        assert values[-1] < values[0]


def test_an_empty_batch_is_no_loss(wardrobe):
    outfits = wardrobe.with_frequency()
    sampler = negative_sampler("same_category", outfits.items)
    loader = ExemplarLoader(outfits.select(outfits.sizes == 1), sampler, batch_size=8)
    model = CollocationNet(8, 6)
    parts = default_objective(model)(model, next(iter(loader)))
    assert parts["loss"] == 0
    assert parts["mined"] == 0
    parts["loss"].backward()


def test_trainers_of_pytorch_metric_learning_take_miner_and_loss(wardrobe):
    trainers = pytest.importorskip("pytorch_metric_learning.trainers")
    outfits = wardrobe.with_frequency()
    sampler = negative_sampler("same_category", outfits.items)
    batches = [
        (batch.unique_x[batch.unique_index], exemplar_labels(batch.batch[: batch.num_nodes // 2]))
        for batch in ExemplarLoader(outfits, sampler, batch_size=20)
    ]
    trunk = LayerProjection([8], 6)
    before = [p.clone() for p in trunk.parameters()]
    trainer = trainers.MetricLossOnly(
        models={"trunk": trunk},
        optimizers={"trunk_optimizer": torch.optim.Adam(trunk.parameters(), lr=0.01)},
        batch_size=1,
        loss_funcs={"metric_loss": MixedCategoryTripletLoss()},
        mining_funcs={"tuple_miner": MinerSchedule([SemiHardMiner(), HardMiner()], starts=(0, 1))},
        dataset=batches,
        collate_fn=lambda rows: rows[0],
        dataloader_num_workers=0,
        data_device="cpu",
    )
    trainer.train(num_epochs=2)
    assert not any(torch.equal(a, b) for a, b in zip(before, trunk.parameters(), strict=True))

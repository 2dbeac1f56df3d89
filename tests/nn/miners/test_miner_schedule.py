from __future__ import annotations

import pytest
import torch

from fashiongraph.nn.miners import HardMiner, MinerSchedule, SemiHardMiner, SimpleMiner

pml_miners = pytest.importorskip("pytorch_metric_learning.miners")


def test_repr():
    assert str(MinerSchedule()).startswith("MinerSchedule(\n  starts=[0, 1, 15]\n  (miners):")


def test_the_current_miner_depends_on_the_epoch_only(make_batch):
    embeddings, labels = make_batch([4, 3, 5])
    schedule = MinerSchedule(starts=(0, 2, 3))
    stages = []
    for epoch in (0, 1, 2, 3, 9, 1):
        schedule.epoch = epoch
        stages.append(schedule.stage)
        miner = (SimpleMiner, SemiHardMiner, HardMiner)[schedule.stage](every_pair=True)
        for chosen, expected in zip(
            schedule(embeddings, labels), miner(embeddings, labels), strict=True
        ):
            assert torch.equal(chosen, expected)
    assert stages == [0, 0, 1, 2, 2, 0]


def test_takes_miners_of_pytorch_metric_learning(make_batch):
    schedule = MinerSchedule([SimpleMiner(), pml_miners.TripletMarginMiner()], starts=(0, 1))
    schedule.epoch = 1
    anchor, positive, negative = schedule(*make_batch([3, 3]))
    assert len(anchor) == len(positive) == len(negative) > 0


@pytest.mark.parametrize("starts", [(0, 1), (1, 2, 3), (0, 2, 2), ()])
def test_refuses_starts_that_do_not_fit(starts):
    with pytest.raises(ValueError, match=r"'starts' needs 3 .*got"):
        MinerSchedule(starts=starts)

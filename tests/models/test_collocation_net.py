from __future__ import annotations

import logging

import pytest
import torch

from fashiongraph.data import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import score_outfits
from fashiongraph.loader import OutfitLoader
from fashiongraph.models import CollocationNet, OutfitModel
from fashiongraph.nn import AllPairsMiner, MinerSchedule
from fashiongraph.objectives import MetricObjective, RankingObjective
from fashiongraph.training import TrainingConfig, fit


@pytest.fixture
def batch(wardrobe):
    return next(iter(OutfitLoader(wardrobe, batch_size=60)))


def test_repr():
    assert str(CollocationNet(8, 4, [3, 5])).startswith(
        "CollocationNet(\n  in_channels=8, out_channels=4, layer_channels=[3, 5], normalize=True"
    )


@pytest.mark.parametrize("out_channels", [6, None])
def test_scores_the_mean_cosine_of_pairs(batch, out_channels):
    model = CollocationNet(8, out_channels).double()
    e = model.embed_features(batch.x)
    expected = []
    for start, end in zip(batch.ptr[:-1].tolist(), batch.ptr[1:].tolist(), strict=True):
        pairs = [(i, j) for i in range(start, end) for j in range(start, end) if i != j]
        total = sum(e[i] @ e[j] for i, j in pairs)
        expected.append(float(total) / max(len(pairs), 1))
    score = model(batch)
    torch.testing.assert_close(score.double(), torch.tensor(expected).double(), atol=1e-6, rtol=0)


def test_embeds_several_layers_side_by_side():
    sizes = [
        CollocationNet(8, layer_channels=c).embed_features(torch.randn(2, 8)).shape[1]
        for c in (None, [3, 5], [3, 3, 2])
    ]
    assert sizes == [128, 256, 384]


def test_shared_items_score_the_same(wardrobe):
    model = CollocationNet(8, 6)
    scores = [
        model(next(iter(OutfitLoader(wardrobe, batch_size=60, share_items=share))))
        for share in (False, True)
    ]
    torch.testing.assert_close(*scores)


def test_an_empty_batch_has_no_scores(wardrobe):
    empty = OutfitLoader(wardrobe).batcher(wardrobe.select([]))
    assert CollocationNet(8, 6)(empty).shape == (0,)


@pytest.mark.parametrize("layer_channels", [None, [3, 5]])
def test_a_checkpoint_restores_it(wardrobe, tmp_path, layer_channels):
    model = CollocationNet(8, 6, layer_channels).eval()
    model.save(tmp_path / "model")
    kept = OutfitModel.load(tmp_path / "model")
    assert isinstance(kept, CollocationNet)
    torch.testing.assert_close(score_outfits(kept, wardrobe), score_outfits(model, wardrobe))


@pytest.fixture
def styles(wardrobe):
    """Outfits whose items share one of four styles, which their features show."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    rng = torch.Generator().manual_seed(0)
    features = torch.randn(40, 8, generator=rng) / 4
    features[torch.arange(40), torch.arange(40) % 4] += 1
    chosen = torch.rand(90, 10, generator=rng).argsort(1)[:, :4]
    item_id = (4 * chosen + (torch.arange(90) % 4).unsqueeze(1)).flatten()
    outfits = Outfits(wardrobe.items.with_features(features), torch.arange(91) * 4, item_id)
    return outfits.select(slice(0, 60)), outfits.select(slice(60, 90))


def train(styles, **kwargs):
    torch.manual_seed(0)
    model = CollocationNet(8, 6, [3, 5])
    config = TrainingConfig(batch_size=16, learning_rate=0.02)
    return model, fit(model, *styles, config=config, progress=False, accelerator="cpu", **kwargs)


def test_learns_and_logs_the_schedule(styles):
    # The closest two and the farthest negative keep a smaller margin from the start.
    objective = MetricObjective.paper(1.0, miner=MinerSchedule(starts=(0, 2, 4)))
    _, history = train(styles, objective=objective, max_epochs=6)
    assert history["train/stage"].tolist() == [0, 0, 1, 1, 2, 2]
    assert (history["train/mined"] > 0).all()
    loss = history["train/loss"]
    assert loss[2] < loss[1]  # within a stage; the next one's triplets are harder
    assert history["valid/score"].max() > 0.55  # chance is 0.375


def test_a_resumed_training_is_in_the_stage_of_its_epoch(styles, tmp_path):
    objective = MetricObjective.paper(miner=MinerSchedule(starts=(0, 1, 2)))
    config = TrainingConfig(batch_size=16, schedule="constant")
    for epochs, resume in ((1, False), (3, True)):
        model = CollocationNet(8, 6)
        history = fit(
            model,
            *styles,
            objective=objective,
            config=config,
            max_epochs=epochs,
            directory=tmp_path,
            resume=resume,
            progress=False,
            accelerator="cpu",
        )
    assert history["train/stage"].tolist() == [0, 1, 2]


def test_the_loss_falls_on_random_triplets(styles):
    objective = MetricObjective.paper(miner=AllPairsMiner())
    _, history = train(styles, objective=objective, max_epochs=2)
    assert history["train/loss"][2] < history["train/loss"][1]


def test_trains_for_ranking_too(styles):
    _, history = train(styles, objective=RankingObjective(), max_epochs=2)
    assert history["train/loss"][2] < history["train/loss"][1]


def test_refuses_layers_that_do_not_add_up():
    with pytest.raises(FashionGraphError, match=r"add up to 8 features \(got \[3, 4\]\)"):
        CollocationNet(8, layer_channels=[3, 4])

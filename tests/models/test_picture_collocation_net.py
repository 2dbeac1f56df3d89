from __future__ import annotations

import logging

import pytest
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.evaluation import score_outfits
from fashiongraph.loader import OutfitLoader
from fashiongraph.models import OutfitModel, PictureCollocationNet
from fashiongraph.training import TrainingConfig, fit

LAYERS = ["layer1", "layer3", "avgpool"]


def small():
    return PictureCollocationNet("resnet18", LAYERS, out_channels=4)


@pytest.fixture
def outfits():
    """Twelve outfits of three of eighteen pictures, which share a colour where they go together."""
    rng = torch.Generator().manual_seed(0)
    colour = torch.arange(18) % 3
    pixels = torch.randn(18, 3, 32, 32, generator=rng) / 10
    pixels[torch.arange(18), colour] += 1
    items = ItemTable.from_lists(
        [f"item{i}" for i in range(18)], [f"category{i % 2}" for i in range(18)], pixels
    )
    chosen = torch.rand(12, 6, generator=rng).argsort(1)[:, :3]
    item_id = (3 * chosen + (torch.arange(12) % 3).unsqueeze(1)).flatten()
    return Outfits(items, torch.arange(13) * 3, item_id)


def test_each_layer_is_pooled_and_projected():
    model = small().eval()
    pixels = torch.randn(2, 3, 32, 32)
    e = model.embed_features(pixels)
    assert e.shape == (2, 12)
    torch.testing.assert_close(e.norm(dim=1), torch.ones(2))
    torch.testing.assert_close(e, model.projection(model.encoder(pixels)))
    assert model.encoder.widths == (64, 256, 512)


def test_the_papers_network_has_three_layers_of_128():
    model = PictureCollocationNet().eval()
    with torch.inference_mode():
        assert model.embed_features(torch.randn(1, 3, 64, 64)).shape == (1, 384)


def test_a_checkpoint_restores_network_and_projections(outfits, tmp_path):
    model = small().eval()
    model.save(tmp_path / "model")
    kept = OutfitModel.load(tmp_path / "model")
    torch.testing.assert_close(score_outfits(kept, outfits), score_outfits(model, outfits))


def test_the_network_learns_along(outfits):
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.manual_seed(0)
    model = small()
    before = model.encoder.network.conv1.weight.clone()
    history = fit(
        model,
        outfits,
        outfits,
        config=TrainingConfig(batch_size=6, learning_rate=1e-3),
        max_epochs=2,
        progress=False,
        accelerator="cpu",
    )
    assert history["train/loss"].notna().all()
    assert not torch.equal(before, model.encoder.network.conv1.weight)
    assert model(next(iter(OutfitLoader(outfits)))).shape == (12,)

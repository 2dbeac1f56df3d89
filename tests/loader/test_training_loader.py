"""Shares of batches between processes."""

from __future__ import annotations

import pytest
import torch

from fashiongraph.data import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.candidate_loader import CandidateLoader
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.training_loader import TrainingLoader, check_shares


def test_the_base_class_does_not_draw(wardrobe):
    sampler = negative_sampler("uniform", wardrobe.items)
    with pytest.raises(NotImplementedError, match=r"TrainingLoader.*draw"):
        next(iter(TrainingLoader(wardrobe, sampler)))


@pytest.mark.parametrize("count", [0, 1, 2, 7, 12])
def test_every_process_has_the_same_number_of_batches(wardrobe, count):
    sampler = negative_sampler("uniform", wardrobe.items)
    outfits = wardrobe.select(wardrobe.sizes > 1).select(slice(0, count))
    for rank in range(3):
        loader = CandidateLoader(outfits, sampler, 1, batch_size=2, rank=rank, world_size=3)
        assert len(list(loader)) == len(loader) == -(-count // 6)


class RealOutfits(TrainingLoader):
    """The real outfits, without negatives."""

    def draw(self, outfits, share, rng):
        return outfits.select(share)


def visits(outfits, weight, epoch=0, **settings):
    """Number of visits of each outfit in a pass."""
    # Outfit b holds item b alone twice, so that batches show their outfits.
    rows = torch.arange(len(weight)).repeat_interleave(2)
    ptr = 2 * torch.arange(len(weight) + 1)
    weighted = Outfits(outfits.items, ptr, rows, weight=torch.as_tensor(weight))
    sampler = negative_sampler("uniform", outfits.items)
    loader = RealOutfits(weighted, sampler, batch_size=3, epoch=epoch, **settings)
    batches = list(loader)
    assert len(batches) == len(loader)
    return torch.cat([batch.item_id for batch in batches]).bincount(minlength=len(weight)) // 2


def test_weighted_outfits_are_visited_in_proportion(wardrobe):
    weight = torch.tensor([0.0, 1.0, 2.5, 0.5, 4.0, 1.0, 0.0])
    times = torch.stack([visits(wardrobe, weight, epoch) for epoch in range(400)]).double()
    expected = weight / weight.mean()
    assert times.sum(dim=1).unique().tolist() == [7]
    assert bool(((times >= expected.floor()) & (times <= expected.ceil())).all())
    assert float((times.mean(dim=0) - expected).abs().max()) < 0.1
    assert visits(wardrobe, 10 * weight).tolist() == times[0].tolist()


def test_equal_weights_visit_each_outfit_once(wardrobe):
    assert visits(wardrobe, [0.3] * 10).tolist() == [1] * 10


def test_processes_share_weighted_passes(wardrobe):
    weight = [1.0, 5.0, 0.0, 2.0, 1.0]
    halves = [visits(wardrobe, weight, rank=rank, world_size=2) for rank in (0, 1)]
    assert sum(halves).sum() == 5 and int(sum(halves)[1]) in (2, 3)


def test_weights_of_zero_are_refused(wardrobe):
    with pytest.raises(FashionGraphError, match="an outfit of positive weight"):
        visits(wardrobe, [0.0, 0.0])


@pytest.mark.parametrize(("rank", "world_size"), [(0, 1), (1, 2)])
def test_valid_shares(rank, world_size):
    check_shares(1, rank, world_size)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ((0, 0, 1), r"'batch_size'.*got 0"),
        ((8, 2, 2), r"'rank' needs to lie in \[0, 2\) \(got 2\)"),
        ((8, -1, 2), r"'rank' needs to lie in \[0, 2\) \(got -1\)"),
    ],
)
def test_invalid_shares_are_refused(shares, message):
    with pytest.raises(FashionGraphError, match=message):
        check_shares(*shares)

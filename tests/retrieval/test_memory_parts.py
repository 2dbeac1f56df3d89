from __future__ import annotations

import pytest
import torch
from fashiongraph.retrieval.completed_scores import completed_outfits
from fashiongraph.retrieval.item_encoder import ItemEncoder
from fashiongraph.retrieval.memory_parts import companions, memory_parts, unmet_part

from fashiongraph.loader import OutfitLoader


@pytest.mark.parametrize("own", [[3], [0, 5, 9], [4, 4, 1]])
@pytest.mark.parametrize("block_size", [3, 1000])
def test_is_what_the_model_says_of_those_outfits(wardrobe, make_model, own, block_size):
    model = make_model(use_pairs=True)
    model.counted.pairs.weight.data = torch.tensor([1.5, 0.4])
    own, items = torch.tensor(own), wardrobe.items
    candidate = torch.arange(len(items)).flip(0)
    outfits = completed_outfits(items, own, candidate, whole_table=True)
    (batch,) = OutfitLoader(outfits, model.graph, len(outfits), share_items=True)
    assert batch.edge_cooccurrence.sum() > 0
    part = memory_parts(ItemEncoder(model, items), own, candidate, block_size)
    torch.testing.assert_close(part, model.counted.pair_part(batch).detach(), rtol=1e-4, atol=1e-5)


def test_all_but_companions_get_at_most_what_an_unknown_item_gets(wardrobe, make_model):
    model, own = make_model(use_pairs=True), torch.tensor([0, 5])
    encode = ItemEncoder(model, wardrobe.items)
    part = memory_parts(encode, own, torch.arange(len(wardrobe.items)))
    met = companions(encode, own)
    assert 0 < len(met) < len(part)
    others = ~torch.isin(torch.arange(len(part)), met)
    assert part[others].max() <= unmet_part(encode, own) + 1e-6
    model.counted.pairs.weight.data[1] = -1.0  # no bound then
    assert unmet_part(encode, own) == float("inf")


def test_a_model_without_remembers_nothing(wardrobe, make_model):
    encode, own = ItemEncoder(make_model(), wardrobe.items), torch.tensor([0, 5])
    assert memory_parts(encode, own, torch.arange(4)).tolist() == [0.0] * 4
    assert not len(companions(encode, own)) and unmet_part(encode, own) == 0.0


def test_no_candidates(wardrobe, make_model):
    encode = ItemEncoder(make_model(use_pairs=True), wardrobe.items)
    assert memory_parts(encode, torch.tensor([0]), torch.tensor([], dtype=torch.long)).shape == (0,)

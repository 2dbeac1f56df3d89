from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fashiongraph.data import Outfits
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation import Calibration
from fashiongraph.models import ADDGNN
from fashiongraph.quickstart.explained_outfit import explain, looks
from fashiongraph.stylist import Stylist
from fashiongraph.stylist.pair_terms import pair_terms


def rows_of(outfits: Outfits, place: int) -> list[int]:
    rows: list[int] = outfits.item_id[outfits.ptr[place] : outfits.ptr[place + 1]].tolist()
    return rows


def test_explanations_add_up_to_scores() -> None:
    users = SyntheticOutfits(
        None, num_items=60, num_outfits=20, version="users", features="attributes"
    )
    outfits, truth = users.outfits, SyntheticOutfits.truth
    torch.manual_seed(0)
    model = ADDGNN(users.num_features, 4, num_attributes=3, num_steps=0)
    pairs = pair_terms(model, outfits)
    score = torch.arange(20.0)
    pictures = [Path(f"{name}.png") for name in users.items.ids]
    calibration = Calibration.fit(model, outfits)
    stylist = Stylist(model, users.items, outfits, calibration=calibration)
    one, other = explain(outfits, score, pairs, pictures, truth, [7, 19], stylist)
    calibrated = looks(stylist, outfits)
    for place, explained in ((7, one), (19, other)):
        assert explained.rank == 1 + int((calibrated > calibrated[place]).sum())
        assert explained.calibrated == pytest.approx(float(calibrated[place]))
        worn = [str(item) for item in users.items.ids[rows_of(outfits, place)]]
        assert explained.sentence == stylist.explain(worn).sentence
        assert explained.score == place
    assert one.outfit_id == outfits.ids[7]
    rows = rows_of(outfits, 7)
    assert [garment.picture for garment in one.garments] == [pictures[r] for r in rows]
    assert [garment.title for garment in one.garments] == [
        users.items.columns["title"][r] for r in rows
    ]
    assert len(one.pairs) == len(rows) * (len(rows) - 1) // 2
    totals = [pair.total for pair in one.pairs]
    assert totals == sorted(totals)
    score_7 = pairs.terms[pairs.outfit == 7].sum(dim=1).mean()
    assert sum(totals) / len(totals) + one.typical == pytest.approx(float(score_7), abs=1e-4)
    pair, attribute = one.lowest
    assert pair.gain[attribute] == min(min(each.gain) for each in one.pairs)
    assert all(-1 <= value <= 1 for each in one.pairs for value in each.strength)
    broken = dict(zip(truth.names, truth.violations(outfits)[7].tolist(), strict=True))
    assert one.broken == {name: count for name, count in broken.items() if count}

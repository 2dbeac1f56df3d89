from __future__ import annotations

import json

import pytest
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.load import load_questions
from fashiongraph.quickstart.comparison import PROTOCOLS, Contrast, compare


def test_everyone_is_asked_the_same_stored_questions(wardrobe: Outfits, tmp_path) -> None:
    wardrobe = wardrobe.with_frequency()
    weight = torch.randn(8, generator=torch.Generator().manual_seed(1))

    def linear(batch):
        rows = batch.unique_x[batch.unique_index] @ weight
        return torch.zeros(batch.num_graphs).index_add(0, batch.batch, rows)

    def flat(batch):
        return torch.zeros(batch.num_graphs)

    scorers = {"linear": linear, "flat": flat}
    found = compare(scorers, {"looks": ("linear", "flat")}, wardrobe, tmp_path, seed=2)
    assert len(found.questions) == 2 * len(PROTOCOLS)
    for name, checksum in found.questions.items():
        assert load_questions(tmp_path / name, wardrobe.items).checksum == checksum
    for protocol, contrast in zip(PROTOCOLS, found.contrasts, strict=True):
        auc, fitb = found.results["flat"][protocol]
        assert (auc.value, fitb.value) == (0.5, 0.0)
        assert contrast.protocol == protocol
        assert contrast.value == pytest.approx(found.results["linear"][protocol][1].value)
    facts = json.loads(json.dumps(found.to_dict()))
    assert set(facts["results"]["linear"]["uniform"]) == {"auc", "fitb"}


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.02, "helps"),
        (-0.02, -0.01, "harms"),
        (0.0, 0.0, "not to be told from zero"),
        (-0.01, 0.02, "not to be told from zero"),
    ],
)
def test_a_verdict_needs_an_interval_beside_zero(low, high, verdict) -> None:
    assert Contrast("graph", "uniform", (low + high) / 2, low, high).verdict == verdict

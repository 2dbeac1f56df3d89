from __future__ import annotations

import json

import pytest
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.load import load_questions
from fashiongraph.quickstart.comparison import PROTOCOLS, Contrast, compare


def test_all_scorers_have_the_same_stored_questions(wardrobe: Outfits, tmp_path) -> None:
    wardrobe = wardrobe.with_frequency()
    weight = torch.randn(8, generator=torch.Generator().manual_seed(1))

    def linear(batch):
        rows = batch.x @ weight
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
        (0.01, 0.02, "improves"),
        (-0.02, -0.01, "degrades"),
        (0.0, 0.0, "no significant difference"),
        (-0.01, 0.02, "no significant difference"),
    ],
)
def test_the_verdict_needs_an_interval_without_zero(low, high, verdict) -> None:
    assert Contrast("graph", "uniform", (low + high) / 2, low, high).verdict == verdict

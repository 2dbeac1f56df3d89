from __future__ import annotations

import fashiongraph
from fashiongraph.datasets.io.polyvore_questions import official_recipe


def test_what_it_says():
    assert official_recipe("fitb", "valid.json", left_out=3) == {
        "kind": "fitb",
        "protocol": "official",
        "source": "valid.json",
        "left_out": 3,
        "fashiongraph": fashiongraph.__version__,
    }

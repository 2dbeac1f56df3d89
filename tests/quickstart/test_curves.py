from __future__ import annotations

import xml.etree.ElementTree as ET

import pandas as pd

from fashiongraph.models import OutfitModel
from fashiongraph.quickstart.curves import draw_curves
from fashiongraph.quickstart.trained import Trained


def trained(name: str) -> Trained[OutfitModel]:
    columns = ("train/ranking", "valid/auc", "valid/fitb", "valid/score")
    scores = {column: [0.5, 0.7, 0.6] for column in columns}
    history = pd.DataFrame(scores, index=pd.RangeIndex(1, 4, name="epoch"))
    return Trained(name, name, OutfitModel(), history, 3)


def test_curves_are_an_svg() -> None:
    drawn = draw_curves(trained("teacher"), [trained(name) for name in ("a", "b", "c", "d")])
    assert ET.fromstring(drawn).tag.endswith("svg")


def test_the_best_epoch_counts_from_one() -> None:
    assert trained("a").best_epoch == 2

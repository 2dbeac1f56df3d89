"""The figures of the pages are those that their scripts draw."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree

FIGURES = Path(__file__).parents[2] / "docs" / "figures"


def without_pictures(svg: str) -> str:
    """The figure without its embedded PNG files, whose bytes depend on the version of zlib."""
    return re.sub(r"data:image/png;base64,[^\"]+", "", svg)


def test_figure_is_current():
    script = runpy.run_path(str(FIGURES / "outfit_to_score.py"))
    drawn = script["figure"]()
    written = (FIGURES / "outfit_to_score.svg").read_text(encoding="utf-8")
    assert without_pictures(written) == without_pictures(drawn)
    texts = [one.text for one in ElementTree.fromstring(written).iter() if one.tag.endswith("text")]
    assert texts[:5] == list(script["STEPS"])
    assert float(texts[-2]) == round(sum(script["SCORES"]) / len(script["SCORES"]), 2)

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fashiongraph.quickstart.explained_outfit import ExplainedOutfit, ExplainedPair, Garment
from fashiongraph.quickstart.report import picture_uri, write_report

SECTIONS = ("best", "worst", "reading", "results", "rules", "graph", "curves", "limits", "data")


class Page(HTMLParser):
    """References, identifiers and tags of a page, and its pictures without alternative text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.references: list[str] = []
        self.ids: set[str] = set()
        self.without_alt = 0
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.ids.add(found.get("id") or "")
        self.references += [found[key] or "" for key in ("src", "href", "srcset") if key in found]
        self.without_alt += tag == "img" and not found.get("alt")


@pytest.mark.slow
def test_report_is_complete_and_self_contained(small_run):
    text = (small_run.folder / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert set(SECTIONS) <= page.ids
    assert page.references
    assert all(one.startswith("data:image/") for one in page.references)
    assert page.without_alt == 0
    assert not page.tags & {"script", "link", "iframe", "object"}
    assert not re.search(r"@import|url\(", text)
    assert "The data set is synthetic" in text
    assert text.index("<img") < text.index("<table")  # pictures before numbers
    best, worst = small_run.findings.best[0], small_run.findings.worst[0]
    assert best.rank == 1 and best.calibrated > worst.calibrated
    assert f"scores {best.calibrated:.0f} of 100" in text
    for results in small_run.findings.comparison.results.values():
        for pair in results.values():
            assert all(f"{result.value:.3f}" in text for result in pair)
    shown = [*small_run.findings.best, *small_run.findings.worst]
    assert all(f"{one.outfit_id}: rank {one.rank} of" in text for one in shown)


@pytest.mark.slow
def test_report_escapes_all_text(small_run, tmp_path):
    nasty = "<script>alert('x')</script>\" onload=\"y"
    picture = Path("hat.png")
    shutil.copy(
        small_run.folder / small_run.findings.best[0].garments[0].picture, tmp_path / picture
    )
    garments = [Garment(nasty, nasty, picture), Garment("hat", "hat", picture)]
    pair = ExplainedPair(0, 1, [0.5, -1.0, 0.0, 0.0], [0.25, -0.5, 0.0, 0.0])
    outfit = ExplainedOutfit(nasty, 1.0, 0.5, 1, garments, [pair], {nasty: 2}, 50.0, nasty)
    path = tmp_path / "report.html"
    write_report(path, replace(small_run.findings, best=[outfit], worst=[]))
    text = path.read_text(encoding="utf-8")
    assert "script" not in Page(text).tags
    assert "onload" not in re.sub(r"onload=&#34;y", "", text)
    assert "&lt;script&gt;" in text


def test_a_picture_becomes_a_data_uri(tmp_path):
    (tmp_path / "dot.png").write_bytes(b"\x89PNG")
    assert picture_uri(tmp_path / "dot.png") == "data:image/png;base64,iVBORw=="

"""Pages of answers: pictures, tables with thumbnails, links, marks of training outfits."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from PIL import Image

from fashiongraph.data import ItemTable
from fashiongraph.stylist import Stylist


@pytest.fixture
def pictured(siamese, outfits, tmp_path) -> Stylist:
    """Three items: the first has a picture and a link, the second a title that is markup."""
    for name, colour in (("a.png", "red"), ("c.png", "blue")):
        Image.new("RGB", (8, 8), colour).save(tmp_path / name)
    columns = pd.DataFrame(
        {
            "title": ["red top", "<b>skirt</b>", None],
            "image": ["a.png", None, "c.png"],
            "url": ["https://shop.example/a", None, None],
            "price": [10, 20, 30],
        }
    )
    names = outfits.items.categories[:3]
    items = ItemTable.from_lists(["a", "b", "c"], names, outfits.items.features[:3], columns)
    catalogue = siamese.catalogue
    return Stylist(catalogue.model, items, folder=tmp_path, calibration=catalogue.calibration)


def test_tables_of_pairs_have_thumbnails(pictured, tmp_path):
    page = tmp_path / "page.html"
    pictured.explain(["a", "b", "c"]).to_html(page)
    text = page.read_text()
    (table,) = re.findall("<tbody>.*?</tbody>", text, re.DOTALL)
    thumbnails = re.findall(r'class="thumb">(<img|<span class="blank")', table)
    assert len(thumbnails) == 6  # two for each of three pairs
    assert thumbnails.count("<img") == 4  # a and c are in two pairs each
    assert "&lt;b&gt;skirt&lt;/b&gt;" in table and "<b>skirt" not in text
    assert 'href="https://shop.example/a"' in text
    assert "price 20" in text


def test_training_outfits_are_marked_in_every_ranking(stylist, outfits):
    rows = outfits.item_id[outfits.ptr[0] : outfits.ptr[1]]
    worn = [str(one) for one in outfits.items.ids[rows.numpy()]]
    frame = stylist.complete(worn[:-1], k=300).frame
    whole = frame.set_index("item_id")["in_training"]
    expected = [
        stylist.score([[*worn[:-1], item]]).frame["in_training"].iloc[0]
        for item in whole.index[:40]
    ]
    assert whole.iloc[:40].tolist() == expected
    seen = bool(stylist.score([worn]).frame["in_training"].iloc[0])
    assert bool(whole[worn[-1]]) == seen
    for answer in (
        stylist.swap(worn, worn[-1], k=300),
        stylist.compose(worn[:1], n=5),
    ):
        outfits_of = answer.outfits or [[*worn[:-1], one] for one in answer.frame["item_id"]]
        marks = stylist.score(outfits_of).frame["in_training"]
        assert answer.frame["in_training"].tolist() == marks.tolist()
    panel = stylist.explain(worn).panels[0]
    assert ("in training" in panel.verdict) == seen
    capsule = stylist.capsule(6, threshold=10)
    marks = stylist.score(capsule.outfits[:12]).frame["in_training"].tolist()
    assert ["in training" in one.verdict for one in capsule.panels[1:]] == marks

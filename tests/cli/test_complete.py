from __future__ import annotations

import json
from functools import partial

import pandas as pd
import pytest

from fashiongraph.cli.complete import _place
from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError

FEATURES = ("--features", "features.npy")


@pytest.fixture
def common(folder, checkpoint):
    return ("complete", checkpoint, "--data", folder, *FEATURES)


def test_completes_an_outfit_slot_by_slot(command, common):
    asked = ("--items", "0001,0005", "--slots", "shoe,bag", "-k", 3, "--json")
    found = json.loads(command(*common, *asked).stdout)
    assert found["outfit"] == ["0001", "0005"]
    frame = pd.DataFrame(found["completions"])
    assert frame["score"].is_monotonic_decreasing
    assert frame.groupby("category").size().to_dict() == {"shoe": 3, "bag": 3}
    # Outfits share a style, which the model has learned.
    best = frame.loc[frame["rank"] == 1, "item_id"]
    assert {int(i) % 4 for i in best} == {1}
    every = json.loads(command(*common, *asked, "--shortlist", 0).stdout)
    # No category has more items than the shortlist; the last digits depend on the order of sums.
    pd.testing.assert_frame_equal(pd.DataFrame(every["completions"]), frame, rtol=1e-5)
    assert "Completions of 0001, 0005" in command(*common, *asked[:-1]).output


def test_states_written_before_give_the_same(folder, command, common, checkpoint, tmp_path):
    command("index", folder, *FEATURES, "-o", tmp_path / "s", "--checkpoint", checkpoint)
    asked = ("--items", "0001", "--json")
    plain = json.loads(command(*common, *asked).stdout)
    assert json.loads(command(*common, *asked, "--states", tmp_path / "s").stdout) == plain
    assert {c["category"] for c in plain["completions"]} == {"top", "bottom", "shoe", "bag"}


def test_a_hidden_item_is_marked_on_the_sheet(folder, command, common, tmp_path):
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    own = outfits.loc[outfits["outfit_id"] == "o003", "item_id"].tolist()
    sheet = tmp_path / "sheet.html"
    asked = ("--outfit", "o003", "--hide", own[2], "-k", 12, "--report", sheet, "--json")
    found = json.loads(command(*common, *asked).stdout)
    assert found["outfit"] == [own[0], own[1], own[3]]
    assert {c["category"] for c in found["completions"]} == {"shoe"}
    (hidden,) = (c for c in found["completions"] if c["hidden"])
    assert hidden["item_id"] == own[2]
    page = sheet.read_text()
    assert page.count("ground truth") == 1
    assert all(name in page for name in own)


def test_where_a_hidden_item_came_out_is_said(folder, command, common):
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    own = outfits.loc[outfits["outfit_id"] == "o003", "item_id"].tolist()
    asked = ("--outfit", "o003", "--hide", own[2])
    found = json.loads(command(*common, *asked, "-k", 12, "--json").stdout)["completions"]
    rank = next(c["rank"] for c in found if c["hidden"])
    text = command(*common, *asked, "-k", 12).output
    assert f"{own[2]} is rank {rank} of 12 in its category" in text
    assert "yes" in text
    refused = command(*common, *asked, "--slots", "bag", fails=True)
    assert "'--slots' needs 'shoe', the category of what '--hide' hides" in str(refused.exception)


def test_the_answer_is_there_though_the_sheet_cannot_be_written(command, common, tmp_path):
    (tmp_path / "file").touch()
    asked = ("--items", "0001", "--report", tmp_path / "file" / "sheet.html")
    result = command(*common, *asked, fails=True)
    assert isinstance(result.exception, OSError)
    assert "Completions of 0001" in result.output


def test_more_than_the_default_shortlist_may_be_asked_for(command, common):
    asked = ("--items", "0001", "--slots", "shoe", "--json")
    found = json.loads(command(*common, *asked, "-k", 200).stdout)["completions"]
    assert len(found) == 12


def test_refuses_bad_input(command, common):
    for arguments, message in (
        ((), "either '--items' or '--outfit'"),
        (("--items", "0001", "--outfit", "o003"), "either '--items' or '--outfit'"),
        (("--outfit", "nobody"), "'--outfit' needs an outfit of the data (got 'nobody')"),
        (("--items", "0001", "--hide", "0002"), "'--hide' needs an item of the outfit"),
        (("--items", "0001", "--hide", "0001"), "'outfit' needs at least one item"),
        (("--items", "0001", "--slots", "cape"), "(got 'cape')"),
        (("--items", "0001", "--states", "nowhere"), "no item states"),
    ):
        result = command(*common, *arguments, fails=True)
        assert isinstance(result.exception, FashionGraphError), result.exception
        assert message in str(result.exception)


def test_a_rank_on_a_shortlist_is_no_rank_among_all():
    table = ItemTable.from_lists(["a", "b", "c", "d"], ["hat"] * 3 + ["bag"])
    frame = pd.DataFrame({"rank": [1, 2], "hidden": [False, True]})
    told = partial(_place, table, ["d"], "a", frame, 2)
    assert told(None) == told(3) == "a is rank 2 of 3 in its category"
    assert told(2) == "a is rank 2 on the shortlist of the 3 in its category"
    assert _place(table, ["d"], "a", frame[:1], 1, 2) == "a is not among the first 1"

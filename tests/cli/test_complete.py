from __future__ import annotations

import json
from functools import partial

import pandas as pd
import pytest

from fashiongraph.cli.complete import hidden_rank
from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError

FEATURES = ("--features", "features.npy")


@pytest.fixture
def common(folder, checkpoint):
    return ("complete", checkpoint, "--data", folder, *FEATURES)


def test_completes_an_outfit_slot_by_slot(command, common):
    query = ("--items", "0001,0005", "--slots", "shoe,bag", "-k", 3, "--json")
    found = json.loads(command(*common, *query).stdout)
    assert found["outfit"] == ["0001", "0005"]
    frame = pd.DataFrame(found["completions"])
    assert frame["score"].is_monotonic_decreasing
    assert frame.groupby("category").size().to_dict() == {"shoe": 3, "bag": 3}
    # Outfits share a style, which the model has learned.
    best = frame.loc[frame["rank"] == 1, "item_id"]
    assert {int(i) % 4 for i in best} == {1}
    every = json.loads(command(*common, *query, "--shortlist", 0).stdout)
    # No category has more items than the shortlist; the last digits depend on the order of sums.
    pd.testing.assert_frame_equal(pd.DataFrame(every["completions"]), frame, rtol=1e-5)
    assert "Completions of 0001, 0005" in command(*common, *query[:-1]).output


def test_stored_states_give_the_same(folder, command, common, checkpoint, tmp_path):
    options = ("--checkpoint", checkpoint, "--for", "complete")
    command("index", folder, *FEATURES, "-o", tmp_path / "s", *options)
    query = ("--items", "0001", "--json")
    plain = json.loads(command(*common, *query).stdout)
    assert json.loads(command(*common, *query, "--states", tmp_path / "s").stdout) == plain
    assert {c["category"] for c in plain["completions"]} == {"top", "bottom", "shoe", "bag"}


def test_a_hidden_item_is_marked_in_the_report(folder, command, common, tmp_path):
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    outfit = outfits.loc[outfits["outfit_id"] == "o003", "item_id"].tolist()
    report = tmp_path / "report.html"
    query = ("--outfit", "o003", "--hide", outfit[2], "-k", 12, "--report", report, "--json")
    found = json.loads(command(*common, *query).stdout)
    assert found["outfit"] == [outfit[0], outfit[1], outfit[3]]
    assert {c["category"] for c in found["completions"]} == {"shoe"}
    (hidden,) = (c for c in found["completions"] if c["hidden"])
    assert hidden["item_id"] == outfit[2]
    page = report.read_text()
    assert page.count("ground truth") == 1
    assert all(name in page for name in outfit)


def test_the_rank_of_a_hidden_item_is_printed(folder, command, common):
    outfits = pd.read_csv(folder / "outfits.csv", dtype=str)
    outfit = outfits.loc[outfits["outfit_id"] == "o003", "item_id"].tolist()
    query = ("--outfit", "o003", "--hide", outfit[2])
    found = json.loads(command(*common, *query, "-k", 12, "--json").stdout)["completions"]
    rank = next(c["rank"] for c in found if c["hidden"])
    text = command(*common, *query, "-k", 12).output
    assert f"{outfit[2]} is rank {rank} of 12 in its category" in text
    assert "yes" in text
    refused = command(*common, *query, "--slots", "bag", fails=True)
    assert "'--slots' needs 'shoe'" in str(refused.exception)


def test_an_existing_report_is_kept(command, common, tmp_path):
    (tmp_path / "file").touch()
    query = ("--items", "0001", "--report", tmp_path / "file")
    result = command(*common, *query, fails=True)
    assert "--overwrite" in str(result.exception)
    assert result.output == "" and (tmp_path / "file").read_text() == ""
    command(*common, *query, "--overwrite")
    assert "0001" in (tmp_path / "file").read_text()
    result = command(*common, *query[:-1], tmp_path / "file" / "report.html", fails=True)
    assert "is not a folder" in str(result.exception) and result.output == ""


def test_more_results_than_the_default_shortlist(command, common):
    query = ("--items", "0001", "--slots", "shoe", "--json")
    found = json.loads(command(*common, *query, "-k", 200).stdout)["completions"]
    assert len(found) == 12


def test_refuses_bad_input(command, common):
    for arguments, message in (
        ((), "either '--items' or '--outfit'"),
        (("--items", "0001", "--outfit", "o003"), "either '--items' or '--outfit'"),
        (("--outfit", "no-item"), "'--outfit' needs an outfit of the data (got 'no-item')"),
        (("--items", "0001", "--hide", "0002"), "'--hide' needs an item of the outfit"),
        (("--items", "0001", "--hide", "0001"), "'--items' needs at least one item"),
        (("--items", "0001", "--slots", "cape"), "'--slots' needs categories"),
        (("--items", "no-item"), "'--items' needs"),
        (("--items", "0001", "--states", "nowhere"), "nowhere: does not exist"),
    ):
        result = command(*common, *arguments, fails=True)
        assert isinstance(result.exception, FashionGraphError), result.exception
        assert message in str(result.exception)


def test_a_rank_on_a_shortlist_is_no_rank_among_all():
    table = ItemTable.from_lists(["a", "b", "c", "d"], ["hat"] * 3 + ["bag"])
    frame = pd.DataFrame({"rank": [1, 2], "hidden": [False, True]})
    sentence = partial(hidden_rank, table, ["d"], "a", frame, 2)
    assert sentence(None) == sentence(3) == "a is rank 2 of 3 in its category"
    assert sentence(2) == "a is rank 2 on the shortlist of the 3 in its category"
    assert hidden_rank(table, ["d"], "a", frame[:1], 1, 2) == "a is not in the first 1"


def test_complete_keeps_constraints(command, common, outfit):
    words = (*common, "--items", outfit[0], "--slots", "shoe", "--json")
    found = json.loads(command(*words, "--where", "style = style2").stdout)["completions"]
    assert found and all(int(one["item_id"]) % 4 == 2 for one in found)
    left = [one["item_id"] for one in found][:1]
    again = command(*words, "--where", "style = style2", "--exclude", left[0]).stdout
    assert left[0] not in [one["item_id"] for one in json.loads(again)["completions"]]
    result = command(*words, "--unless", "cut = slim", fails=True)
    assert "'--unless' needs a column among" in str(result.exception)


def test_complete_keeps_a_budget(command, common, outfit, priced_folder):
    words = ("complete", common[1], "--data", priced_folder, "--items", outfit[0], "-k", 50)
    within = ("--budget", f"total price <= {int(outfit[0]) + 10}")
    found = json.loads(command(*words, *within, "--json").stdout)["completions"]
    assert {int(one["item_id"]) for one in found} == set(range(1, 11)) - {int(outfit[0])}
    assert "1 item has no price" in command(*words, *within).stderr

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.questions.questions import Questions
from fashiongraph.errors import DataError
from fashiongraph.evaluation.draw_questions import draw_questions

KINDS = {"fitb": FillInBlank, "compatibility": Compatibility}


@pytest.fixture(params=["fitb", "compatibility"])
def questions(request, wardrobe: Outfits) -> Questions:
    return draw_questions(wardrobe.with_frequency(), request.param, "same_category", seed=5)


def assert_same(one: Questions, two: Questions) -> None:
    assert type(one) is type(two)
    assert one.recipe == two.recipe
    for name in ("ptr", "item_id", *one._row_fields()):
        first, second = getattr(one, name), getattr(two, name)
        assert first.dtype == second.dtype
        if name in one.item_fields:
            names = [
                list(q.items.ids[v.flatten().numpy()]) for q, v in ((one, first), (two, second))
            ]
            assert names[0] == names[1] and first.shape == second.shape
        else:
            assert torch.equal(first, second)


def test_read_back_identically(questions: Questions, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "questions.npz"
    questions.save(path)
    loaded = type(questions).load(path, questions.items)
    assert_same(questions, loaded)
    assert loaded.checksum == questions.checksum
    assert [entry.name for entry in path.parent.iterdir()] == ["questions.npz"]


def test_loading_with_a_larger_reordered_item_table(questions: Questions, tmp_path: Path) -> None:
    questions.save(tmp_path / "q")
    ids = [f"item{i}" for i in np.random.default_rng(0).permutation(50)]
    other = ItemTable.from_lists(ids, ["x"] * 50)
    loaded = type(questions).load(tmp_path / "q", other)
    assert_same(questions, loaded)
    assert loaded.checksum == questions.checksum
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "q").read_bytes()


def test_the_checksum_covers_everything(questions: Questions) -> None:
    changes = [
        {"recipe": {**questions.recipe, "seed": 6}},
        {"items": replace(questions.items, ids=questions.items.ids + "x")},
    ]
    if isinstance(questions, Compatibility):
        changes += [{"label": 1 - questions.label}, {"group": questions.group + 1}]
    changed = {replace(questions, **change).checksum for change in changes}
    assert len(changed | {questions.checksum}) == len(changes) + 1


def test_identifiers_of_any_kind(tmp_path: Path) -> None:
    ids = ["", " ", "naïve 👗", 'quote"', "nul\0", "ends\0\0", "x" * 1000, "01", "1"]
    items = ItemTable.from_lists(ids, ["x"] * len(ids))
    outfits = Outfits(items, torch.tensor([0, 9]), torch.arange(9))
    questions = Compatibility(
        items, outfits.ptr, outfits.item_id, torch.tensor([1]), torch.tensor([0])
    )
    questions.save(tmp_path / "q.npz")
    assert list(Compatibility.load(tmp_path / "q.npz", items).source_outfits.items.ids) == ids
    assert_same(questions, Compatibility.load(tmp_path / "q.npz", items))


def test_no_questions(wardrobe: Outfits, tmp_path: Path) -> None:
    none = draw_questions(wardrobe, "fitb", "uniform").select(torch.empty(0, dtype=torch.long))
    none.save(tmp_path / "q")
    assert len(FillInBlank.load(tmp_path / "q", wardrobe.items)) == 0


def test_unknown_item(questions: Questions, tmp_path: Path) -> None:
    questions.save(tmp_path / "q")
    items = ItemTable.from_lists([f"item{i}" for i in range(39)], ["x"] * 39)
    with pytest.raises(DataError, match=r"q: needs the item 'item39'"):
        type(questions).load(tmp_path / "q", items)


def test_another_kind(questions: Questions, tmp_path: Path) -> None:
    questions.save(tmp_path / "q")
    other = next(kind for name, kind in KINDS.items() if name != questions.kind)
    with pytest.raises(DataError, match=rf"'{other.kind}' \(holds '{questions.kind}'"):
        other.load(tmp_path / "q", questions.items)


def test_answers_outside_the_candidates_are_refused(wardrobe: Outfits, tmp_path: Path) -> None:
    questions = draw_questions(wardrobe, "fitb", "uniform")
    questions.answer.fill_(9)  # after the checks of the constructor
    questions.save(tmp_path / "q")
    with pytest.raises(DataError, match=r"needs valid questions: 'answer'"):
        FillInBlank.load(tmp_path / "q", wardrobe.items)


@pytest.mark.parametrize("kind", KINDS)
def test_read_back_on_real_outfits(mango: Outfits, kind: str, tmp_path: Path) -> None:
    questions = draw_questions(mango, kind, "matched", ["type", "year", "line"])
    questions.save(tmp_path / kind)
    assert_same(questions, KINDS[kind].load(tmp_path / kind, mango.items))


def test_a_row_outside_the_vocabulary_is_refused(questions: Questions, tmp_path: Path) -> None:
    file = questions._file()
    beyond = np.full_like(file.arrays["item_id"], len(file.vocabulary))
    replace(file, arrays={**file.arrays, "item_id": beyond}).write(tmp_path / "q.npz")
    with pytest.raises(DataError, match="needs valid questions"):
        type(questions).load(tmp_path / "q.npz", questions.items)

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import fashiongraph
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.draw_questions import (
    draw_compatibility,
    draw_fill_in_blank,
    draw_questions,
)

PROTOCOLS = ["uniform", "same_category", "matched"]


@pytest.fixture
def outfits(wardrobe: Outfits) -> Outfits:
    return wardrobe.with_frequency()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_fitb_questions(outfits: Outfits, protocol: str) -> None:
    kept = outfits.select(outfits.sizes > 1)
    questions = draw_fill_in_blank(outfits, protocol, num_candidates=5)
    assert torch.equal(questions.ptr, kept.ptr) and torch.equal(questions.item_id, kept.item_id)
    assert questions.candidates.shape == (len(kept), 5)
    for q in range(len(kept)):
        outfit = kept.item_id[kept.ptr[q] : kept.ptr[q + 1]].tolist()
        candidates = questions.candidates[q].tolist()
        right = outfit[int(questions.position[q])]
        assert candidates[int(questions.answer[q])] == right
        assert len(set(candidates)) == 5
        assert set(candidates) & set(outfit) == {right}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_corrupted_outfits(outfits: Outfits, protocol: str) -> None:
    kept = outfits.select(outfits.sizes > 1)
    questions = draw_compatibility(outfits, protocol)
    assert questions.label.tolist() == [1, 0] * len(kept)
    assert questions.group.tolist() == [q // 2 for q in range(2 * len(kept))]
    rows = [r.tolist() for r in questions.item_id.split(questions.source_outfits.sizes.tolist())]
    for real, corrupted, b in zip(rows[::2], rows[1::2], range(len(kept)), strict=True):
        assert real == kept.item_id[kept.ptr[b] : kept.ptr[b + 1]].tolist()
        changed = [(i, j) for i, j in zip(real, corrupted, strict=True) if i != j]
        assert len(changed) == 1
        assert changed[0][1] not in real


def test_answers_and_positions_are_uniform(outfits: Outfits) -> None:
    many = outfits.select(torch.arange(60).repeat(100))
    many = many.select(many.sizes == 4)
    questions = draw_fill_in_blank(many, "uniform")
    for value in (questions.answer, questions.position):
        share = torch.bincount(value, minlength=4) / len(questions)
        assert (share - 0.25).abs().max() < 0.05


def test_recipe(outfits: Outfits) -> None:
    alone = int((outfits.sizes == 1).sum())
    assert alone > 0
    recipe = draw_fill_in_blank(outfits, "same_category", ["year"], 7, num_candidates=12).recipe
    relaxed = recipe.pop("relaxed")["any_category"]
    assert relaxed > 0  # no category has twelve items outside every outfit
    assert recipe == {
        "kind": "fitb",
        "protocol": "same_category",
        "columns": [],
        "seed": 7,
        "outfits": 60 - alone,
        "left_out": alone,
        "fashiongraph": fashiongraph.__version__,
        "num_candidates": 12,
    }
    recipe = draw_compatibility(outfits, "uniform", seed=3).recipe
    assert (recipe["kind"], recipe["seed"], recipe["relaxed"]) == ("compatibility", 3, {})
    assert json.loads(json.dumps(recipe)) == recipe


def test_blanks_depend_on_the_seed_only(outfits: Outfits) -> None:
    one, same = (draw_fill_in_blank(outfits, "uniform", seed=1) for _ in range(2))
    other = draw_fill_in_blank(outfits, "uniform", seed=2)
    assert one.checksum == same.checksum != other.checksum
    assert torch.equal(one.candidates, same.candidates)
    matched = draw_fill_in_blank(outfits, "same_category", seed=1)
    assert torch.equal(one.position, matched.position)
    assert not torch.equal(one.candidates, matched.candidates)


def test_columns_may_be_a_generator(outfits: Outfits) -> None:
    columns = pd.DataFrame({"year": [i % 2 for i in range(40)], "line": [i % 3 for i in range(40)]})
    outfits = outfits.with_items(replace(outfits.items, columns=columns))
    listed = draw_fill_in_blank(outfits, "matched", ["year", "line"])
    once = draw_fill_in_blank(outfits, "matched", (name for name in ("year", "line")))
    assert once.recipe["columns"] == ["year", "line"]
    assert once.checksum == listed.checksum
    with pytest.raises(FashionGraphError, match=r"'columns'.*got 'year'"):
        draw_fill_in_blank(outfits, "matched", "year")


@pytest.mark.parametrize("protocol", ["same_columns", "matched"])
def test_the_recipe_has_the_columns(outfits: Outfits, protocol: str) -> None:
    columns = pd.DataFrame({"year": [2019] * len(outfits.items), "line": "basic"})
    outfits = outfits.with_items(replace(outfits.items, columns=columns))
    one, other = (draw_compatibility(outfits, protocol, [name]) for name in ("year", "line"))
    assert (one.recipe["columns"], other.recipe["columns"]) == (["year"], ["line"])
    assert one.checksum != other.checksum


def test_seeds_of_any_integer_type(outfits: Outfits, tmp_path: Path) -> None:
    questions = draw_compatibility(outfits, "uniform", seed=np.int64(3))
    questions.save(tmp_path / "questions.npz")
    assert questions.checksum == draw_compatibility(outfits, "uniform", seed=3).checksum
    for seed in (-1, 0.5, None):
        with pytest.raises(FashionGraphError, match=rf"'seed'.*got {seed}"):
            draw_compatibility(outfits, "uniform", seed=seed)


def test_kinds(outfits: Outfits) -> None:
    blanks = draw_questions(outfits, "fitb", "uniform", num_candidates=3)
    assert isinstance(blanks, FillInBlank) and blanks.candidates.size(1) == 3
    assert isinstance(draw_questions(outfits, "compatibility", "uniform"), Compatibility)
    with pytest.raises(FashionGraphError, match=r"'kind'.*got 'quiz'"):
        draw_questions(outfits, "quiz", "uniform")


def test_bad_arguments(outfits: Outfits) -> None:
    with pytest.raises(FashionGraphError, match=r"'num_candidates'.*got 1"):
        draw_fill_in_blank(outfits, "uniform", num_candidates=1)
    with pytest.raises(FashionGraphError, match=r"'outfits'.*got none of"):
        draw_compatibility(outfits.select(outfits.sizes == 1), "uniform")
    two = Outfits.from_lists(ItemTable.from_lists(["a", "b"], ["x", "x"]), [["a", "b"]])
    with pytest.raises(FashionGraphError, match=r"'num_negatives'.*got 1, and 0"):
        draw_compatibility(two, "uniform")


def test_fitb_questions_of_real_outfits(mango: Outfits) -> None:
    questions = draw_fill_in_blank(mango, "matched", ["type", "year", "line"])
    assert len(questions) + questions.recipe["left_out"] == len(mango)
    assert len(questions.outfits()) == 4 * len(questions)

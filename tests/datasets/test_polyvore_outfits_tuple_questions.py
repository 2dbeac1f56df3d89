from __future__ import annotations

import pytest

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.polyvore_outfits import tuple_compatibility, tuple_fill_in_blank
from fashiongraph.errors import DataError

# Three outfits of items of one type, an item being its own row.
REAL = [[0, 1, 2], [3, 4], [5, 6, 7]]


@pytest.fixture
def items():
    return ItemTable.from_lists([f"item{n}" for n in range(20)], ["tops"] * 20)


@pytest.fixture
def write(tmp_path):
    def file(name, outfits):
        fill = [o + [-1] * (3 - len(o)) for o in outfits]
        kind = [[0] * len(o) + [-1] * (3 - len(o)) for o in outfits]
        rows = [[0, len(o), *f, *k] for o, f, k in zip(outfits, fill, kind, strict=True)]
        path = tmp_path / name
        path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
        return path

    return file


def test_compatibility(items, write):
    corrupted = [[8, 9, 10], [11, 12], [13, 14, 15]]
    questions = tuple_compatibility(write("pos", REAL), write("neg", corrupted), items, "test_neg")
    sizes = questions.outfits().sizes.tolist()
    assert [part.tolist() for part in questions.item_id.split(sizes)] == REAL + corrupted
    assert questions.label.tolist() == [1, 1, 1, 0, 0, 0]
    assert questions.group.tolist() == [0, 1, 2, 0, 1, 2]
    assert questions.recipe["source"] == "test_neg"
    assert questions.recipe["protocol"] == "official"
    with pytest.raises(DataError, match=r"neg: .*each of 3 .*\(got 2\)"):
        tuple_compatibility(write("pos", REAL), write("neg", corrupted[:2]), items, "")


def test_fill_in_blank(items, write):
    others = [[0, 8, 2], [0, 9, 2], [10, 4], [11, 4], [5, 6, 7], [5, 6, 12]]
    questions = tuple_fill_in_blank(write("pos", REAL), write("neg", others), items, "neg")
    assert questions.position.tolist() == [1, 0, 2]
    assert questions.candidates.tolist() == [[1, 8, 9], [3, 10, 11], [7, 7, 12]]
    assert questions.answer.tolist() == [0, 0, 0]
    assert [o.tolist() for o in questions.item_id.split([3, 2, 3])] == REAL
    # One variant is the outfit itself: the answer is one of the wrong candidates, too.
    assert questions.recipe["repeated"] == 1


@pytest.mark.parametrize(
    ("others", "row", "rule"),
    [
        ([[0, 8, 2], [3, 9]], None, r"equally many .* 3 outfits .*\(got 2\)"),
        ([[0, 8, 2], [3, 9], [5, 10]], 3, "a variant needs the size of its outfit"),
        ([[0, 8, 2], [8, 9], [5, 6, 10]], 2, "a variant needs one other item at most"),
        ([[0, 8, 2], [3, 4], [5, 6, 10]], 2, "to differ where the other variants do"),
        (
            [[0, 8, 2], [0, 1, 8], [3, 9], [3, 9], [5, 6, 10], [5, 6, 11]],
            1,
            "to differ where the other variants do",
        ),
    ],
)
def test_variants_that_do_not_fit(items, write, others, row, rule):
    with pytest.raises(DataError, match=rule) as error:
        tuple_fill_in_blank(write("pos", REAL), write("neg", others), items, "")
    assert error.value.row == row

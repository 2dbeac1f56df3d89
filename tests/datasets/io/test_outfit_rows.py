from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fashiongraph.datasets.io.item_rows import ItemRows
from fashiongraph.datasets.io.outfit_rows import OutfitRows
from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.table import Table


def plain_loop(rows, known, dropped):
    """Rows by outfit as the rules leave them, and the numbers of the rows that break one."""
    kept, splits, bad = {}, {}, []
    count = rows["outfit_id"].value_counts()
    for number, (outfit, item, position, split) in enumerate(rows.itertuples(index=False)):
        good = outfit != "" and item in known and split != ""
        if good:
            good = split == splits.setdefault(outfit, split)
        if good:
            good = position not in ("?", "", "inf")
        if good:
            good = item not in [row[1] for row in kept.get(outfit, [])] and count[outfit] > 1
        if good:
            kept.setdefault(outfit, []).append((float(position), item))
        else:
            bad.append(number + 2)
    outfits = {}
    for outfit, pairs in kept.items():
        left = [item for _, item in sorted(pairs, key=lambda pair: pair[0]) if item not in dropped]
        if len(left) > 1:
            outfits[outfit] = left
    return outfits, bad


@pytest.mark.parametrize("seed", range(20))
def test_against_a_loop(tmp_path, seed):
    rng = np.random.default_rng(seed)
    known, count = [f"i{k}" for k in range(12)], 60
    items = pd.DataFrame({"item_id": known, "category": ["a"] * 9 + ["", "b", "c"]})
    items.to_csv(tmp_path / "items.csv", index=False)
    outfit = rng.choice([f"o{k}" for k in range(22)], count)
    rows = pd.DataFrame(
        {
            "outfit_id": np.where(rng.random(count) < 0.05, "", outfit),
            "item_id": rng.choice([*known, "x", ""], count, p=[0.075] * 12 + [0.05] * 2),
            "position": rng.choice(["1", "2", "3", "-0.5", "?", "", "inf"], count)
            if seed % 2
            else rng.integers(3, size=count).astype(str),
            "split": np.where(rng.random(count) < 0.1, rng.choice(["b", ""], count), "a"),
        }
    )
    rows.to_csv(tmp_path / "outfits.csv", index=False)

    problems, text = Problems(), ["item_id", "category", "outfit_id", "split"]
    items = ItemRows(Table.read(tmp_path / "items.csv", problems, text[:2], text), problems)
    table = Table.read(tmp_path / "outfits.csv", problems, ["outfit_id", "item_id"], text)
    checked = OutfitRows(table, items, problems)
    expected, bad = plain_loop(rows, known, dropped=["i9"])
    assert problems.frame()["row"].tolist() == [11, *bad]
    checked.drop_consequences()
    outfits, columns = checked.outfits(items.item_table([]))
    parts = outfits.item_id.split(outfits.sizes.tolist())
    ids = [outfits.items.ids[part.numpy()].tolist() for part in parts]
    first = list(dict.fromkeys(name for name in rows["outfit_id"] if name in expected))
    assert outfits.ids.tolist() == first
    assert ids == [expected[name] for name in first]
    assert len(columns) == len(outfits)

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from torch_geometric.nn.pool import MIPSKNNIndex

from fashiongraph.data import ItemTable
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.retrieval import ItemIndex

pytest.importorskip("faiss")


def catalogue(count, seed=0, prefix="i"):
    rng = np.random.default_rng(seed)
    columns = pd.DataFrame(
        {"year": rng.integers(2018, 2021, count), "season": rng.choice(["summer", "winter"], count)}
    )
    columns.loc[: count // 10, "season"] = None
    return ItemTable.from_lists(
        [f"{prefix}{i}" for i in range(count)],
        rng.choice(["bag", "shoe", "top"], count),
        torch.from_numpy(rng.normal(size=(count, 12)).astype(np.float32)),
        columns,
        ["bag", "shoe", "top"],
    )


def by_brute_force(items, vectors, query, k, allowed):
    """Item by item, in double precision."""
    rows = []
    for vector in query.double().numpy():
        score = [(float(vector @ vectors[i].double().numpy()), i) for i in np.flatnonzero(allowed)]
        rows.append([str(items.ids[i]) for _, i in sorted(score, reverse=True)[:k]])
    return rows


def found(index, result):
    frame = index.frame(result)
    return [frame.loc[frame["query"] == q, "item_id"].tolist() for q in range(len(result.row))]


@pytest.fixture(params=["exact", "cells"])
def index(request):
    items = catalogue(400)
    # Twenty cells; a search looks at all, for results to be those of a plain loop.
    below, probes = (1000, 1) if request.param == "exact" else (5, 20)
    return ItemIndex.build(items, items.features, below, probes)


QUERY = torch.randn(3, 12, generator=torch.Generator().manual_seed(1))


def test_equals_brute_force_and_pyg(index):
    items = catalogue(400)
    result = index.search(QUERY, 7)
    everything = np.ones(400, bool)
    assert found(index, result) == by_brute_force(items, items.features, QUERY, 7, everything)
    expected = MIPSKNNIndex(items.features).search(QUERY, 7)
    torch.testing.assert_close(result.score, expected.score)
    assert torch.equal(result.row, expected.index)
    assert len(index) == 400


def test_filters_by_category_and_any_column(index):
    items = catalogue(400)
    category = np.array(items.categories)[items.category_id.numpy()]
    year, season = items.columns["year"].to_numpy(), items.columns["season"].to_numpy()
    for where, unless, allowed in (
        ({"category": "shoe"}, {}, category == "shoe"),
        ({"category": ["shoe", "bag"], "year": ["2019"]}, {}, (category != "top") & (year == 2019)),
        ({}, {"category": "shoe"}, category != "shoe"),
        ({"season": "winter"}, {"year": "2020"}, (season == "winter") & (year != 2020)),
        ({}, {"season": ["winter", "summer"]}, pd.isna(season)),
        ({}, {"item_id": ["i7", "i8"]}, ~np.isin(np.arange(400), [7, 8])),
        ({}, {"category": "hat"}, np.ones(400, bool)),
        ({"year": 2019}, {"year": 2019}, np.zeros(400, bool)),
    ):
        result = index.search(QUERY, 9, where, unless)
        assert found(index, result) == by_brute_force(items, items.features, QUERY, 9, allowed)


def test_a_narrow_filter_searches_every_cell():
    items = catalogue(400)
    index = ItemIndex.build(items, items.features, exact_below=5, probes=1)
    few = [f"i{i}" for i in range(0, 400, 20)]
    result = index.search(QUERY, 6, {"item_id": few})
    allowed = np.arange(400) % 20 == 0
    assert found(index, result) == by_brute_force(items, items.features, QUERY, 6, allowed)


def test_fewer_results_than_k(index):
    result = index.search(QUERY[:1], 5, {"item_id": ["i3", "i4"]})
    assert (result.row[0] >= 0).sum() == 2
    assert torch.isinf(result.score[0, 2:]).all()
    none = index.search(QUERY, 5, {"category": "bag"}, {"category": "bag"})
    assert index.frame(none).empty
    assert index.search(QUERY[:0], 5).row.shape == (0, 5)


def test_add_and_remove(index):
    items, more = catalogue(400), catalogue(50, 1, "j")
    index.add(more, more.features)
    index.remove(["i5", "j7", "i0"])
    both = ItemTable.from_lists([*items.ids, *more.ids], ["x"] * 450)
    vectors = torch.cat([items.features, more.features])
    allowed = ~both.ids.isin(["i5", "j7", "i0"])
    assert len(index) == 447
    assert found(index, index.search(QUERY, 20)) == by_brute_force(
        both, vectors, QUERY, 20, allowed
    )
    again = catalogue(400).rows(["i5"])
    one = ItemTable(
        items.ids[again.numpy()], items.category_id[again], items.categories,
        columns=items.columns.iloc[again.numpy()],
    )  # fmt: skip
    index.add(one, 100 * QUERY[:1])  # comes back with another vector
    assert index.frame(index.search(QUERY[:1], 1))["item_id"].tolist() == ["i5"]


@pytest.mark.parametrize("mapped", [True, False])
def test_saved_and_loaded(index, tmp_path, mapped):
    index.remove(["i5"])
    index.save(tmp_path / "index")
    read = ItemIndex.load(tmp_path / "index", mapped)
    assert len(read) == 399
    assert repr(read) == repr(index)
    for where in ({}, {"category": "shoe", "year": "2019"}):
        before, after = index.search(QUERY, 8, where), read.search(QUERY, 8, where)
        assert torch.equal(before.row, after.row)
        torch.testing.assert_close(before.score, after.score)
        pd.testing.assert_frame_equal(index.frame(before), read.frame(after))
    more = catalogue(5, 1, "j")
    if mapped:
        for change in (
            lambda: read.add(more, more.features),
            lambda: read.remove(["i1"]),
            lambda: read.save(tmp_path / "other"),
        ):
            with pytest.raises(FashionGraphError, match="load it with mapped=False"):
                change()
    else:
        read.add(more, more.features)
        read.save(tmp_path / "index")
        assert len(ItemIndex.load(tmp_path / "index")) == 404


def test_the_key_is_kept_until_items_change(wardrobe, tmp_path):
    items = wardrobe.items
    made = ItemIndex.build(items, items.features, key="key")
    made.save(tmp_path / "index")
    assert ItemIndex.load(tmp_path / "index").key == "key"
    made.remove([items.ids[0]])
    assert made.key is None


def test_half_precision_rounds_scores():
    items = catalogue(400)
    index = ItemIndex.build(items, items.features, half=True)
    expected = ItemIndex.build(items, items.features).search(QUERY, 5)
    torch.testing.assert_close(index.search(QUERY, 5).score, expected.score, rtol=2e-3, atol=2e-3)


def test_an_index_without_items(tmp_path):
    none = catalogue(0)
    index = ItemIndex.build(none, none.features)
    assert index.frame(index.search(QUERY, 3)).empty
    index.save(tmp_path / "index")
    assert len(ItemIndex.load(tmp_path / "index")) == 0


def test_cells_have_high_recall():
    items = catalogue(4000)
    index = ItemIndex.build(items, items.features, exact_below=1000, probes=16)
    assert repr(index) == "ItemIndex(4000 items, 12 dimensions, IVF)"
    exact = ItemIndex.build(items, items.features)
    query = torch.randn(50, 12, generator=torch.Generator().manual_seed(2))
    hits = [
        len(set(one) & set(two))
        for one, two in zip(
            index.search(query, 10).row.tolist(), exact.search(query, 10).row.tolist(), strict=True
        )
    ]
    assert sum(hits) > 0.8 * 500


def test_invalid_arguments_are_refused(index, tmp_path):
    items = catalogue(400)
    for call, message in (
        (lambda: index.search(QUERY, 0), r"'k' needs to be a positive integer \(got 0\)"),
        (lambda: index.search(QUERY[:, :3], 1), r"'query' needs the shape \[Q, 12\]"),
        (lambda: index.search(QUERY, 1, {"colour": "red"}), r"item_id, category, year, season"),
        (lambda: index.add(items, items.features), "does not hold"),
        (lambda: index.add(catalogue(2, 0, "j"), torch.zeros(2, 3)), "needs 12 dimensions"),
        (lambda: index.add(catalogue(2, 0, "j"), torch.zeros(3, 12)), "one row per item"),
        (lambda: index.remove(["nobody"]), r"items of the index \(got 'nobody'\)"),
    ):
        with pytest.raises(FashionGraphError, match=message):
            call()
    bare = ItemTable.from_lists(["j"], ["top"])
    with pytest.raises(FashionGraphError, match="needs the columns category, year, season"):
        index.add(bare, torch.zeros(1, 12))
    with pytest.raises(DataError, match="is no item index"):
        ItemIndex.load(tmp_path)


def test_vectors_of_any_kind(index):
    items = catalogue(400)
    expected = index.search(QUERY, 3)
    for vectors in (items.features.numpy().astype(np.float64), items.features.requires_grad_()):
        made = ItemIndex.build(items, vectors)
        assert torch.equal(made.search(QUERY.numpy(), 3).row, expected.row)
        assert torch.equal(made.search(QUERY.clone().requires_grad_(), 3).row, expected.row)
    turned = np.flip(np.eye(index.index.d, dtype=np.float16), 1)  # of negative strides
    assert torch.equal(index.search(turned, 1).row, index.search(turned.copy(), 1).row)
    with pytest.raises(FashionGraphError, match="'query' needs to be numbers"):
        index.search("red", 1)
    with pytest.raises(FashionGraphError, match="'query' needs to be numbers"):
        index.search([["1"] * index.index.d], 1)

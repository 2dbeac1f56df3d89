from __future__ import annotations

import pytest
import torch

from fashiongraph.data import ItemTable
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.manifest import MANIFEST
from fashiongraph.retrieval import LocalCatalogue


def without(states, rows):
    allowed = torch.ones(len(states), dtype=torch.bool)
    allowed[rows] = False
    return allowed


def test_rows_are_the_item_vectors_by_category(wardrobe, make_model):
    items, model = wardrobe.items, make_model(activation="tanh")
    states = LocalCatalogue.build(model, items, batch_size=7)
    with torch.no_grad():
        expected = model.encode_items(ItemInputs(items.features, items.category_id))
        expected = expected["state"].flatten(1)
    assert sorted(states.item.tolist()) == list(range(len(items)))
    torch.testing.assert_close(states.values, expected[states.item])
    assert states.rounding == 0
    for category in range(5):
        expected = (items.category_id == category).nonzero().flatten()
        assert states.item[states.rows(category)].tolist() == expected.tolist()


def test_rows_are_normalised_for_a_model_with_norm(wardrobe, make_model):
    states = LocalCatalogue.build(make_model(norm="default"), wardrobe.items)
    length = states.values.view(len(states), 3, 6).norm(dim=-1)
    torch.testing.assert_close(length, torch.ones_like(length))


def test_best_are_the_largest_products(wardrobe, make_model):
    states = LocalCatalogue.build(make_model(), wardrobe.items)
    query = torch.randn(states.values.size(1), generator=torch.Generator().manual_seed(0))
    product = dict(zip(states.item.tolist(), (states.values @ query).tolist(), strict=True))
    expected = (wardrobe.items.category_id == 2).nonzero().flatten().tolist()
    ranked = sorted(expected, key=lambda i: -product[i])
    item, value = states.best(query, 2, 3, without(states, ranked[1:2]))
    assert item.tolist() == [ranked[0], ranked[2], ranked[3]]
    assert value.tolist() == pytest.approx([product[i] for i in item.tolist()])
    item, _ = states.best(query, 2, 100, without(states, ranked))
    assert item.tolist() == []


def test_half_precision_records_its_error(wardrobe, make_model):
    model = make_model()
    full = LocalCatalogue.build(model, wardrobe.items)
    half = LocalCatalogue.build(model, wardrobe.items, dtype=torch.float16)
    error = (half.values.float() - full.values).norm(dim=1).max()
    assert 0 < half.rounding == pytest.approx(float(error))
    query = torch.randn(full.values.size(1), generator=torch.Generator().manual_seed(0))
    rows = slice(0, len(half))
    for block_size in (3, 1000):
        product = half.products(query, rows, block_size)
        torch.testing.assert_close(product, half.values.float() @ query)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_stored_vectors_are_mapped(wardrobe, make_model, tmp_path, dtype):
    model, items, path = make_model(), wardrobe.items, tmp_path / "states"
    in_memory = LocalCatalogue.build(model, items, dtype=dtype)
    for states in (
        LocalCatalogue.build(model, items, path, dtype),
        LocalCatalogue.load(path, model, items),
    ):
        assert states.values.dtype == dtype
        assert torch.equal(states.values, in_memory.values)
        assert torch.equal(states.item, in_memory.item)
        assert torch.equal(states.ptr, in_memory.ptr)
        assert states.rounding == in_memory.rounding
    files = {f.name for f in path.iterdir()}
    assert files == {"item.npy", "states.json", "states.npy", MANIFEST}


def test_only_stored_states_are_replaced(wardrobe, make_model, tmp_path):
    (tmp_path / "items.csv").touch()
    with pytest.raises(FashionGraphError, match="items.csv|something else"):
        LocalCatalogue.build(make_model(), wardrobe.items, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["items.csv"]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_vectors_of_a_changed_table_equal_new_ones(wardrobe, make_model, tmp_path, dtype):
    items, model = wardrobe.items, make_model()
    states = LocalCatalogue.build(model, items, dtype=dtype)
    rng = torch.Generator().manual_seed(0)
    for count in (0, 1, len(items) - 1):
        source = torch.randperm(len(items), generator=rng)[:count]
        further = torch.tensor([3, 5])  # encoded again
        rows = torch.cat([source[~torch.isin(source, further)], further])
        changed = ItemTable(
            items.ids[rows.numpy()], items.category_id[rows], items.categories, items.features[rows]
        )
        source = torch.where(torch.isin(rows, further), -1, rows)
        found = states.changed(changed, source)
        expected = LocalCatalogue.build(model, changed, dtype=dtype)
        assert found.item.tolist() == expected.item.tolist()
        assert found.ptr.tolist() == expected.ptr.tolist()
        torch.testing.assert_close(found.values, expected.values)
        assert found.rounding >= expected.rounding
        found.save(tmp_path / f"{count}")
        loaded = LocalCatalogue.load(tmp_path / f"{count}", model, changed)
        assert torch.equal(loaded.values, found.values) and loaded.rounding == found.rounding


def test_items_without_category_are_no_candidates(make_model):
    items = ItemTable.from_lists(["a", "b"], ["x", "y"], torch.randn(2, 8), vocabulary=["y"])
    states = LocalCatalogue.build(make_model(), items)
    assert states.item.tolist() == [1, 0]
    assert states.ptr.tolist() == [0, 1]


def test_no_items(make_model, tmp_path):
    items = ItemTable.from_lists([], [], torch.empty(0, 8), vocabulary=["y"])
    states = LocalCatalogue.build(make_model(), items)
    assert len(states) == 0
    assert len(states.best(torch.zeros(18), 0, 5, without(states, states.item.tolist()))[0]) == 0


def test_other_models_and_items_are_refused(wardrobe, make_model, tmp_path):
    model, items = make_model(), wardrobe.items
    with pytest.raises(FashionGraphError, match="'items'.*got 0"):
        LocalCatalogue.build(model, items.with_features(None))
    with pytest.raises(DataError, match="none.*catalogue states"):
        LocalCatalogue.load(tmp_path / "none", model, items)
    path = tmp_path / "states"
    LocalCatalogue.build(model, items, path)
    with pytest.raises(DataError, match="another model or of other items"):
        LocalCatalogue.load(path, make_model(activation="tanh"), items)
    renamed = ItemTable(items.ids[::-1], items.category_id, items.categories, items.features)
    with pytest.raises(DataError, match="another model or of other items"):
        LocalCatalogue.load(path, model, renamed)
    with pytest.raises(DataError, match="another model or of other items"):
        LocalCatalogue.load(path, model, items.with_features(items.features + 1))

from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.retrieval import MilvusCatalogue
from fashiongraph.retrieval.milvus_collection import MilvusCollection
from fashiongraph.retrieval.milvus_connection import connect
from tests.retrieval.mixed_catalogue import check, every, siamese, table

pytest.importorskip("milvus_lite", reason="the optional extra 'milvus' is not installed")


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "shop.db")


def test_a_catalogue_is_replaced_if_asked_for(place):
    model = siamese()
    MilvusCatalogue.build(model, table(30), place)
    with pytest.raises(DataError, match="--overwrite"):
        MilvusCatalogue.build(model, table(40), place)
    assert len(MilvusCatalogue.load(place, model, table(30))) == 30
    items = table(40, seed=1)
    check(MilvusCatalogue.build(model, items, place, overwrite=True), items, 0, 50, every(items))
    assert len(connect(place).list_collections()) == 1


def test_other_collections_are_left_alone(place):
    client = connect(place, create=True)
    for name in ("mine", "fashiongraph"):
        client.create_collection(name, dimension=4)
        client.insert(name, [{"id": 1, "vector": [0.0] * 4}])
    with pytest.raises(DataError, match="'fashiongraph' that is no catalogue"):
        MilvusCatalogue.build(siamese(), table(5), place, overwrite=True)
    with pytest.raises(DataError, match="'fashiongraph' that is no catalogue"):
        MilvusCatalogue.load(place, siamese(), table(5))
    client.drop_collection("fashiongraph")
    with pytest.raises(DataError, match="holds no catalogue"):
        MilvusCatalogue.load(place, siamese(), table(5))
    MilvusCatalogue.build(siamese(), table(5), place)
    assert len(client.query("mine", filter="id == 1")) == 1


def test_a_build_that_fails_leaves_the_earlier_catalogue(place):
    items, model = table(30), siamese()
    MilvusCatalogue.build(model, items, place)
    collection = MilvusCollection.connect(place)
    with pytest.raises(RuntimeError), collection.replaced({"category": "text"}, 64) as draft:
        draft.write_card({"key": "", "columns": {}, "values": {}}, 64)
        raise RuntimeError
    check(MilvusCatalogue.load(place, model, items), items, 1, 5, every(items))
    assert len(collection.client.list_collections()) == 1


def test_the_rest_of_a_killed_build_is_removed_by_the_next(place):
    items, model = table(30), siamese()
    MilvusCatalogue.build(model, items, place)
    client = connect(place)
    left = "fashiongraph_0123456789abcdef"
    client.create_collection(left, dimension=4)
    client.create_collection("fashiongraph_mine", dimension=4)
    MilvusCatalogue.build(model, items, place, overwrite=True)
    assert len(client.list_collections()) == 2
    assert left not in client.list_collections()
    assert client.has_collection("fashiongraph_mine")


def test_a_change_that_was_cut_short_is_refused(place):
    items, model = table(30), siamese()
    catalogue = MilvusCatalogue.build(model, items, place)
    catalogue.collection.write_card({"key": "", "columns": {}, "values": {}}, catalogue.size)
    with pytest.raises(DataError, match="another model or of other items"):
        MilvusCatalogue.load(place, model, items)


def test_identifiers_that_a_field_cannot_hold_are_refused(place):
    catalogue = MilvusCatalogue.build(siamese(), table(5), place)
    record = {"vector": torch.zeros(catalogue.size).numpy(), "category": None}
    for name in ("x" * 65_536, "fashiongraph card"):
        with pytest.raises(FashionGraphError, match="Milvus needs identifiers"):
            catalogue.collection.write([{"item_id": name, **record}])

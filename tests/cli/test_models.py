from __future__ import annotations

import sys

import pytest
import torch

from fashiongraph.cli.models import import_modules, load_model, query_vectors
from fashiongraph.data import ItemTable
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.evaluation import embed_items
from fashiongraph.models import ADDGNN, CollocationNet, DesignerTeacher, Siamese


@pytest.fixture
def items():
    rng = torch.Generator().manual_seed(0)
    return ItemTable.from_lists(["a", "b", "c"], ["x", "y", "y"], torch.randn(3, 4, generator=rng))


def test_models_of_any_class_are_loaded(tmp_path):
    for model in (ADDGNN(3, 2, 2), DesignerTeacher(3, 2), Siamese(3)):
        model.save(tmp_path / "model")
        assert type(load_model(tmp_path / "model")) is type(model)
    with pytest.raises(DataError, match=r"no checkpoint"):
        load_model(tmp_path)


def test_modules_are_imported_from_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p])
    (tmp_path / "own_models_of_a_test.py").write_text("value = 3\n")
    import_modules(["own_models_of_a_test"])
    assert sys.modules.pop("own_models_of_a_test").value == 3
    with pytest.raises(FashionGraphError, match=r"'--import'.*no_such_module"):
        import_modules(["no_such_module"])


def test_features_are_queries_without_a_model(items):
    rows = torch.tensor([2, 0])
    expected = torch.nn.functional.normalize(items.features[rows], dim=1)
    torch.testing.assert_close(query_vectors(None, items, rows, False), expected)


def test_a_collocation_net_searches_by_its_vectors(items):
    model, rows = CollocationNet(4, 6).eval(), torch.tensor([2, 0])
    torch.testing.assert_close(
        query_vectors(model, items, rows, True), embed_items(model, items, rows)
    )


def test_an_addgnn_searches_by_its_completion_query(items):
    torch.manual_seed(0)
    model, rows = ADDGNN(4, 3, 2).eval(), torch.tensor([1])
    embedding = embed_items(model, items, rows, cosine=False)
    query = model.completion_query(embedding)[0].detach()
    found = query_vectors(model, items, rows, True)
    torch.testing.assert_close(found, (query / query.norm()).unsqueeze(0))
    assert not torch.allclose(found, embed_items(model, items, rows))


def test_similar_items_are_searched_by_an_items_own_vector(items):
    model, rows = ADDGNN(4, 3, 2).eval(), torch.tensor([1])
    found = query_vectors(model, items, rows, False)
    torch.testing.assert_close(found, embed_items(model, items, rows))
    assert not torch.allclose(found, query_vectors(model, items, rows, True))

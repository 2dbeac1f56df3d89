from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import embed_items
from fashiongraph.models import ADDGNN


class Projection(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(8, 3)
        self.dropout = torch.nn.Dropout()

    def embed(self, x):
        return self.dropout(self.lin(x))


def test_a_model_and_its_function_give_the_same_vectors(wardrobe):
    model = Projection()
    features = wardrobe.items.features
    vectors = embed_items(model, wardrobe.items, batch_size=7)
    expected = torch.nn.functional.normalize(model.lin(features), dim=1)
    torch.testing.assert_close(vectors, expected)
    assert model.training  # as it was found, and not while it embedded
    raw = embed_items(model.lin, wardrobe.items, torch.tensor([3, 1]), cosine=False)
    torch.testing.assert_close(raw, model.lin(features[[3, 1]]))
    assert not vectors.requires_grad


def test_a_frozen_part_stays_frozen(wardrobe):
    model = Projection()
    model.dropout.eval()
    embed_items(model, wardrobe.items)
    assert [part.training for part in model.modules()] == [True, True, False]


def test_no_rows_keep_their_width(wardrobe):
    none = torch.empty(0, dtype=torch.long)
    assert embed_items(Projection(), wardrobe.items, none).shape == (0, 3)


def test_needs_features(wardrobe):
    with pytest.raises(FashionGraphError, match="needs features"):
        embed_items(torch.nn.Identity(), wardrobe.items.with_features(None))


def test_a_model_without_vectors_of_items_is_refused(wardrobe):
    with pytest.raises(FashionGraphError, match=r"one vector per item \(got ADDGNN.*complete"):
        embed_items(ADDGNN(8, 4, 2), wardrobe.items)

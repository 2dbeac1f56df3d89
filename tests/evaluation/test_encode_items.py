from __future__ import annotations

import threading

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import embed_items
from fashiongraph.evaluation.encode_items import device_of, evaluating, input_blocks
from fashiongraph.loader import OutfitBatcher
from fashiongraph.models import ADDGNN, OutfitModel


class Projection(torch.nn.Module):
    """A plain module from features to embeddings."""

    def __init__(self):
        super().__init__()
        self.lin = torch.nn.Linear(8, 3)
        self.dropout = torch.nn.Dropout()

    def forward(self, x):
        return self.dropout(self.lin(x))


class Embedding(OutfitModel):
    """A model with the same embeddings."""

    in_channels = 8

    def __init__(self, projection):
        super().__init__()
        self.projection = projection

    def encode_items(self, items):
        return {"z": self.projection(items.x)}

    def embed(self, states):
        return states["z"]


@pytest.mark.parametrize("kind", [lambda projection: projection, Embedding])
def test_embeddings_of_a_module_and_a_model(wardrobe, kind):
    projection = Projection()
    features = wardrobe.items.features
    model = kind(projection)
    vectors = embed_items(model, wardrobe.items, batch_size=7)
    expected = projection.lin(features)
    torch.testing.assert_close(vectors, torch.nn.functional.normalize(expected, dim=1))
    assert model.training  # restored, since dropout did not act
    raw = embed_items(model, wardrobe.items, torch.tensor([3, 1, 3]), cosine=False)
    torch.testing.assert_close(raw, expected[[3, 1, 3]])
    assert not vectors.requires_grad


def test_embeddings_of_addgnn_are_its_first_states(wardrobe):
    model = ADDGNN(8, 4, 2)
    found = embed_items(model, wardrobe.items, cosine=False)
    expected = model.encoder(model.scale(wardrobe.items.features)).flatten(1)
    torch.testing.assert_close(found, expected)


def test_the_mode_of_each_submodule_is_restored(wardrobe):
    model = Projection()
    model.dropout.eval()
    embed_items(model, wardrobe.items)
    assert [module.training for module in model.modules()] == [True, True, False]
    with pytest.raises(RuntimeError), evaluating(model):
        assert not any(module.training for module in model.modules())
        raise RuntimeError
    assert [module.training for module in model.modules()] == [True, True, False]


@pytest.mark.parametrize("kind", [lambda projection: projection, Embedding])
def test_no_rows_keep_their_width(wardrobe, kind):
    none = torch.empty(0, dtype=torch.long)
    assert embed_items(kind(Projection()), wardrobe.items, none).shape == (0, 3)


def test_half_precision_embeddings_become_float32(wardrobe):
    assert embed_items(lambda x: x.half(), wardrobe.items).dtype == torch.float32
    assert embed_items(lambda x: x.double(), wardrobe.items).dtype == torch.float64


@pytest.mark.parametrize("block_size", [1, 7, 100])
def test_input_blocks_have_every_item_once(wardrobe, block_size):
    rows = torch.arange(0, 40, 3)
    batcher = OutfitBatcher(wardrobe.items, share_items=True)
    blocks = list(input_blocks(batcher, rows, torch.device("cpu"), block_size))
    assert torch.equal(torch.cat([rows[place] for place, _ in blocks]), rows)
    torch.testing.assert_close(
        torch.cat([inputs.x for _, inputs in blocks]), wardrobe.items.features[rows]
    )
    category_id = torch.cat([inputs.category_id for _, inputs in blocks])
    assert torch.equal(category_id, wardrobe.items.category_id[rows])
    assert max(len(inputs.x) for _, inputs in blocks) <= block_size


def test_device_of_a_module_without_parameters():
    assert device_of(torch.nn.Identity()) == torch.device("cpu")


def test_refuses_items_without_fitting_features(wardrobe):
    with pytest.raises(FashionGraphError, match="'items' needs features"):
        embed_items(torch.nn.Identity(), wardrobe.items.with_features(None))
    with pytest.raises(FashionGraphError, match=r"'items'.*9 features.*got 8"):
        embed_items(ADDGNN(9, 4, 2), wardrobe.items)


def test_a_model_without_item_embeddings_is_refused(wardrobe):
    with pytest.raises(FashionGraphError, match=r"'model'.*got OutfitModel"):
        embed_items(OutfitModel(), wardrobe.items)


def test_threads_may_evaluate_a_module_in_evaluation_mode_at_once():
    module = torch.nn.Sequential(torch.nn.Dropout()).eval()
    inside, left, seen = threading.Event(), threading.Event(), []

    def first():
        with evaluating(module):
            inside.wait(10)
        left.set()

    def second():
        with evaluating(module):
            inside.set()
            left.wait(10)
            seen.append([one.training for one in module.modules()])

    threads = [threading.Thread(target=run) for run in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [[False, False]]
    assert not module.training


def test_a_module_is_evaluated_within_its_evaluation():
    module = torch.nn.Dropout()
    with evaluating(module), evaluating(module):
        assert not module.training
    assert module.training

import math

import numpy as np
import pytest
import torch

from fashiongraph.data import ItemTable, Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader import OutfitBatcher
from fashiongraph.objectives import ContextSoftmaxObjective, default_objective


class Rows(torch.nn.Module):
    """The features as embeddings, and a linear projection of the rest."""

    def __init__(self, size):
        super().__init__()
        self.projection = torch.nn.Linear(size, size, bias=False).double()

    def encode_items(self, items):
        return {"state": torch.nn.functional.normalize(items.x.double(), dim=1)}

    def rest_of_outfit(self, state, batch):
        total = torch.zeros(batch.num_graphs, state.size(1), dtype=state.dtype)
        total = total.index_add(0, batch.batch, state)
        return torch.nn.functional.normalize(self.projection(total[batch.batch] - state), dim=1)


def loop(vectors, weight, outfits, category, temperature, other_weight):
    """The loss by a plain loop over outfits, items and candidates."""
    used = sorted({item for outfit in outfits for item in outfit})
    losses = []
    for outfit in outfits:
        for place, item in enumerate(outfit):
            if len(outfit) < 2:
                continue
            rest = weight @ sum(vectors[o] for k, o in enumerate(outfit) if k != place)
            rest = rest / np.linalg.norm(rest)
            total = 0.0
            for other in used:
                if other != item and other in outfit:
                    continue
                share = 1.0 if category[other] == category[item] else other_weight
                total += share * math.exp(vectors[other] @ rest / temperature)
            losses.append(math.log(total) - vectors[item] @ rest / temperature)
    return sum(losses) / len(losses)


def test_against_a_loop():
    rng = np.random.default_rng(0)
    names = ["top", "shoe", "bag"]
    items = ItemTable.from_lists(
        [str(i) for i in range(9)],
        [names[i % 3] for i in range(9)],
        rng.normal(size=(9, 4)).astype(np.float32),
    )
    # Item 0 is in two outfits, and one outfit has a single item.
    outfits = [[0, 1, 2], [0, 4], [5], [3, 7, 8, 1]]
    batch = OutfitBatcher(items, share_items=True)(
        Outfits.from_lists(items, [[str(i) for i in outfit] for outfit in outfits])
    )
    model = Rows(4)
    vectors = items.features.double().numpy()
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    weight = model.projection.weight.detach().numpy()
    category = items.category_id.tolist()
    expected = loop(vectors, weight, outfits, category, 0.2, 0.3)
    objective = ContextSoftmaxObjective(temperature=0.2, other_weight=0.3)
    loss = objective(model, batch)["loss"]
    assert float(loss) == pytest.approx(expected, rel=1e-6)
    loss.backward()
    assert model.projection.weight.grad.isfinite().all()


def test_outfits_of_one_item_have_no_loss():
    items = ItemTable.from_lists(["a", "b"], ["top", "shoe"], torch.eye(2))
    batch = OutfitBatcher(items, share_items=True)(Outfits.from_lists(items, [["a"], ["b"]]))
    assert float(ContextSoftmaxObjective()(Rows(2), batch)["loss"]) == 0


def test_batches_need_shared_items():
    items = ItemTable.from_lists(["a", "b"], ["top", "shoe"], torch.eye(2))
    batch = OutfitBatcher(items)(Outfits.from_lists(items, [["a", "b"]]))
    with pytest.raises(FashionGraphError, match="'batch' needs shared items"):
        ContextSoftmaxObjective()(Rows(2), batch)


def test_refuses_settings_out_of_range():
    for name, value in (("temperature", 0.0), ("other_weight", 0.0), ("other_weight", 1.5)):
        with pytest.raises(FashionGraphError, match=f"'{name}' needs"):
            ContextSoftmaxObjective(**{name: value})


def test_is_the_default_of_its_model():
    from fashiongraph.models import FineTuningNet

    net = FineTuningNet("squeezenet1_1", size=32, weights=None)
    assert isinstance(default_objective(net), ContextSoftmaxObjective)

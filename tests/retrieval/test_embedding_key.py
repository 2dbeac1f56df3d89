from __future__ import annotations

import torch

from fashiongraph.models import CollocationNet
from fashiongraph.retrieval.embedding_key import embedding_key


def test_each_input_changes_the_key(wardrobe):
    items = wardrobe.items
    torch.manual_seed(0)
    one, two = CollocationNet(8), CollocationNet(8)
    keys = {
        embedding_key(torch.nn.Identity(), items),
        embedding_key(torch.nn.Identity(), items.with_features(items.features + 1)),
        embedding_key(one, items),
        embedding_key(two, items),
        embedding_key(
            two, wardrobe.with_items(items.with_vocabulary(["x", *items.categories])).items
        ),
        embedding_key(one.bfloat16(), items),
    }
    assert len(keys) == 6
    assert embedding_key(one, items) in keys
    assert embedding_key(lambda x: x, items) == embedding_key(torch.nn.Identity(), items)

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models.item_embedding import ItemEmbedding


@pytest.mark.parametrize("share", [False, True])
@pytest.mark.parametrize("normalize", [False, True])
def test_equals_the_equation(wardrobe, share, normalize):
    torch.manual_seed(0)
    embedding = ItemEmbedding(8, 3, normalize).double()
    batch = next(iter(OutfitLoader(wardrobe, batch_size=60, share_items=share)))
    weight, bias = (p.detach().numpy() for p in embedding.parameters())
    expected = []
    for item in wardrobe.item_id.tolist():
        x = wardrobe.items.features[item].double().numpy()
        x = x / np.sqrt(np.mean(x**2)) if normalize else x
        expected.append(weight @ x + bias)
    torch.testing.assert_close(embedding(batch), torch.from_numpy(np.stack(expected)))

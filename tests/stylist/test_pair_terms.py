from __future__ import annotations

import numpy as np
import torch

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfits import Outfits
from fashiongraph.evaluation import score_outfits
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.models import ADDGNN
from fashiongraph.stylist.pair_terms import pair_terms


def test_terms_equal_a_loop_and_average_to_scores(wardrobe: Outfits) -> None:
    torch.manual_seed(0)
    model = ADDGNN(8, 6, num_attributes=3).eval()
    model.graph = category_graph(wardrobe.category_id, wardrobe.batch, 5)
    found = pair_terms(model, wardrobe)
    with torch.no_grad():
        batch = OutfitBatcher(wardrobe.items, model.graph, share_items=True)(wardrobe)
        h = model.node_states(batch).double().numpy()
    w = model.scorer.weight.detach().double().numpy()
    outfit, items, terms = [], [], []
    for o in range(len(wardrobe)):
        first, last = int(wardrobe.ptr[o]), int(wardrobe.ptr[o + 1])
        for i in range(first, last):
            for j in range(i + 1, last):
                outfit.append(o)
                items.append([int(wardrobe.item_id[i]), int(wardrobe.item_id[j])])
                both = [(h[i, k] @ w[k] @ h[j, k] + h[j, k] @ w[k] @ h[i, k]) / 2 for k in range(3)]
                terms.append(both)
    assert found.outfit.tolist() == outfit
    assert found.items.tolist() == items
    np.testing.assert_allclose(found.terms.numpy(), terms, rtol=1e-4, atol=1e-5)
    kinds = [tuple(sorted(wardrobe.items.category_id[pair].tolist())) for pair in found.items]
    for kind in set(kinds):
        same = [place for place, other in enumerate(kinds) if other == kind]
        like = np.array(terms)[same]
        np.testing.assert_allclose(found.gain.numpy()[same], like - like.mean(0), atol=1e-4)
    score = score_outfits(model, wardrobe)
    for o in range(len(wardrobe)):
        pairs = found.terms[found.outfit == o].sum(dim=1)
        expected = float(pairs.mean()) if len(pairs) else 0.0
        np.testing.assert_allclose(float(score[o]), expected, rtol=1e-4, atol=1e-5)

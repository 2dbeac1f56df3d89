"""No model rounds its scores to a half-precision type: outfits would tie."""

from __future__ import annotations

import pytest
import torch

from fashiongraph.data import add_item_cooccurrence, category_graph
from fashiongraph.loader import OutfitLoader
from fashiongraph.models import ADDGNN, ADDGNNPlus, CollocationNet
from fashiongraph.models.baselines import NGNN, BiLSTM, SetTransformer, Siamese, TypeAware

MODELS = {
    "ADDGNN": lambda: ADDGNN(8, 16),
    "ADDGNNPlus": lambda: ADDGNNPlus(8),
    "NGNN": lambda: NGNN(8, 5, 16),
    "NGNN, reference_code": lambda: NGNN(8, 5, 16, mode="reference_code"),
    "BiLSTM": lambda: BiLSTM(8, 16),
    "Siamese": lambda: Siamese(8, 16),
    "TypeAware": lambda: TypeAware(8, 5, 16),
    "TypeAware, euclidean": lambda: TypeAware(8, 5, 16, "euclidean"),
    "SetTransformer": lambda: SetTransformer(8, 16),
    "CollocationNet": lambda: CollocationNet(8, 16),
}


@pytest.fixture(params=MODELS)
def model(request, wardrobe):
    torch.manual_seed(0)
    model = MODELS[request.param]().eval()
    model.graph = category_graph(
        wardrobe.category_id, wardrobe.batch, len(wardrobe.items.categories)
    )
    return model


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_scores_and_candidates_keep_single_precision(model, wardrobe, dtype, whole):
    graph = add_item_cooccurrence(model.graph, wardrobe)
    outfits = wardrobe.select(wardrobe.sizes > 1)
    batch = next(iter(OutfitLoader(outfits, graph, batch_size=60, share_items=True)))
    expected = model(batch)
    assert expected.dtype == torch.float32
    position = torch.zeros(len(outfits) // 2, dtype=torch.long)
    even = next(
        iter(OutfitLoader(outfits.select(slice(0, 2 * len(position))), graph, share_items=True))
    )
    with torch.no_grad(), torch.autocast("cpu", dtype, enabled=not whole):
        model = model.to(dtype) if whole else model
        score, candidates = model(batch), model.score_candidates(even, position, 2)
    assert score.dtype == candidates.dtype == torch.float32
    # What was rounded on the way differs from outfit to outfit; rounded scores would be few.
    assert len(score.unique()) >= 0.9 * len(expected.unique())

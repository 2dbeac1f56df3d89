from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.models import DesignerTeacher


@pytest.mark.parametrize("share", [True, False])
def test_equals_the_equation(wardrobe, share):
    torch.manual_seed(0)
    teacher = DesignerTeacher(8, 3, normalize=False)
    text = "in_channels=8, num_attributes=3, activation=None, normalize=False"
    assert text in repr(teacher)
    pairs = Outfits(wardrobe.items, torch.tensor([0, 2, 4]), torch.tensor([3, 9, 9, 3]))
    score = teacher(next(iter(OutfitLoader(pairs, share_items=share))))
    x = wardrobe.items.features.double().numpy()
    mask = teacher.mask.weight.detach().double().numpy()
    weight = teacher.scorer.weight.detach().double().numpy()
    expected = [
        sum((mask[k] * x[top]) @ weight[k] @ (mask[k] * x[bottom]) for k in range(3))
        for top, bottom in ((3, 9), (9, 3))
    ]
    np.testing.assert_allclose(score.detach().numpy(), expected, rtol=1e-5)
    assert expected[0] != expected[1]  # which is the top matters


def test_refuses_outfits_that_are_no_pairs(wardrobe):
    with pytest.raises(FashionGraphError, match="'batch'.*exactly two items"):
        DesignerTeacher(8)(next(iter(OutfitLoader(wardrobe))))


def test_normalised_features_have_a_mean_square_of_one(wardrobe):
    teacher = DesignerTeacher(8, 3)
    torch.nn.init.ones_(teacher.mask.weight)
    square = teacher.masked(wardrobe.items.features * 100).square().mean(-1)
    torch.testing.assert_close(square, torch.ones(40, 3))
    assert DesignerTeacher.paper(8).config["activation"] == "sigmoid"

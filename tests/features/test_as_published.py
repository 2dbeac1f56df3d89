from __future__ import annotations

import pickle

from PIL import Image
from torchvision.transforms.functional import pil_to_tensor

from fashiongraph.features.as_published import AsPublished


def test_is_told_apart_by_its_settings():
    first, second = AsPublished(pil_to_tensor, "224"), AsPublished(pil_to_tensor, "384")
    assert repr(first) == repr(pickle.loads(pickle.dumps(first))) == "AsPublished(224)"
    assert repr(first) != repr(second)
    assert first(Image.new("RGB", (4, 3))).shape == (3, 3, 4)

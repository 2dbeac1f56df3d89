from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from fashiongraph.features.picture_encoder import prepare


def test_fingerprint(colour_encoder):
    encoder = colour_encoder()
    assert len(encoder.fingerprint) == 32 and encoder.fingerprint == colour_encoder().fingerprint
    assert encoder.to(memory_format=torch.channels_last).fingerprint == encoder.fingerprint
    before = encoder.fingerprint
    encoder.weight[0, 0] += 1e-6
    assert encoder.fingerprint != before

    other = colour_encoder()
    other.transform = prepare(9, mean=(0.0,) * 3, std=(1.0,) * 3)
    assert other.fingerprint != before
    assert colour_encoder().double().fingerprint != before
    assert colour_encoder().bfloat16().fingerprint != before


def test_fingerprint_is_that_of_other_machines(colour_encoder):
    encoder = colour_encoder()
    encoder.transform = torch.nn.Identity()
    assert encoder.fingerprint == "448eba5a729cd1ebfe7ab86cd7b15604"


def test_preparation_by_hand():
    pixels = np.arange(4 * 4 * 3, dtype=np.uint8).reshape(4, 4, 3)
    mean, std = (0.1, 0.2, 0.3), (0.4, 0.5, 0.6)
    prepared = prepare(4, mean, std)(Image.fromarray(pixels))
    expected = ((pixels / 255.0 - mean) / std).transpose(2, 0, 1)
    np.testing.assert_allclose(prepared, expected, atol=1e-6)

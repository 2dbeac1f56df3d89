from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.datasets.synthetic.textures import LOUD, PATTERNS, QUIET, cover, ink, luminance


@pytest.mark.parametrize("pattern", PATTERNS)
def test_less_than_half_is_covered(pattern):
    for seed in range(5):
        picture = np.asarray(cover(pattern, 200, np.random.default_rng(seed)))
        assert (picture.shape, picture.dtype) == ((200, 200), np.uint8)
        assert (picture > 0).mean() < 0.5
        assert (picture.max() == 0) == (pattern == "plain")


def test_loud_patterns_cover_more_than_quiet_ones():
    share = {p: np.asarray(cover(p, 200, np.random.default_rng(0))).mean() / 255 for p in PATTERNS}
    assert max(share[p] for p in QUIET) < min(share[p] for p in LOUD)


def test_the_print_contrasts_with_the_cloth():
    assert luminance(ink((30, 40, 90), 0.7)) > luminance((30, 40, 90))
    assert luminance(ink((250, 250, 250), 0.7)) < luminance((250, 250, 250))

from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.checked_dtype import checked_dtype
from fashiongraph.features.fusion import fuse
from fashiongraph.features.hashed_words import HashedWords


@pytest.mark.parametrize("dtype", ["float16", np.float32, np.dtype("float64")])
def test_float_types(dtype):
    assert checked_dtype(dtype) == np.dtype(dtype)


@pytest.mark.parametrize(("dtype", "shown"), [("int8", "int8"), ("flot16", "'flot16'")])
def test_other_types_are_refused_everywhere(dtype, shown):
    for make in (
        lambda: checked_dtype(dtype),
        lambda: fuse([np.ones((2, 3))], dtype=dtype),
        lambda: HashedWords(8)(["a shirt"], dtype),
    ):
        with pytest.raises(
            FashionGraphError, match=rf"'dtype' needs .* float type \(got {shown}\)"
        ):
            make()

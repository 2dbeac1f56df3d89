"""What every text encoder makes of its input first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fashiongraph.errors import FashionGraphError


def cleaned(texts: Sequence[str | None] | pd.Series[str]) -> NDArray[np.object_]:
    """Texts without surrounding space; absent ones (``None``, NaN) become empty.

    Raises:
        FashionGraphError: If something is neither a text nor absent.
    """
    if isinstance(texts, str):
        raise FashionGraphError(f"'texts' needs a list of texts (got {texts!r})")
    column = pd.Series(list(texts), dtype=object)
    absent = column.isna()
    foreign = ~absent & ~column.map(lambda text: isinstance(text, str)).astype(bool)
    if foreign.any():
        row = int(foreign.to_numpy().argmax())
        raise FashionGraphError(f"'texts' needs texts (got {column.iloc[row]!r} at {row})")
    return column.mask(absent, "").str.strip().to_numpy(dtype=object)

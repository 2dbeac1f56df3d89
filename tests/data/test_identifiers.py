from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fashiongraph.data.identifiers import check_present, hashed, strings
from fashiongraph.errors import FashionGraphError


def test_whatever_they_were_they_are_strings():
    for values in ([1, "01"], np.array([1, "01"], object), pd.Series([1, "01"])):
        assert strings(values).tolist() == ["1", "01"]


def test_a_hash_is_of_the_text_alone():
    ids = pd.Index(["a", "01", "1"])
    assert len(set(hashed(ids).tolist())) == 3
    for others in (ids.to_numpy(object), ids.astype("string[pyarrow]")):
        assert hashed(others).tolist() == hashed(ids).tolist()
    assert hashed(ids[:1]).tolist() == [13950350942979735504]  # in every process


@pytest.mark.parametrize("absent", [None, float("nan"), pd.NA])
def test_a_missing_value_is_named(absent):
    check_present("ids", ["a", ""])
    with pytest.raises(FashionGraphError, match=r"'ids' needs a value for every item \(item 1 has"):
        check_present("ids", ["a", absent])

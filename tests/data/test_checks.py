from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data.checks import check_present, hashed, integers, strings
from fashiongraph.errors import FashionGraphError


def test_values_of_any_type_become_strings():
    for values in ([1, "01"], np.array([1, "01"], object), pd.Series([1, "01"])):
        assert strings(values).tolist() == ["1", "01"]


def test_hashes_depend_on_the_text_only():
    ids = pd.Index(["a", "01", "1"])
    assert len(set(hashed(ids).tolist())) == 3
    for others in (ids.to_numpy(object), ids.astype("string[pyarrow]")):
        assert hashed(others).tolist() == hashed(ids).tolist()
    assert hashed(ids[:1]).tolist() == [13950350942979735504]  # in every process


@pytest.mark.parametrize("absent", [None, float("nan"), pd.NA])
def test_a_missing_value_is_named(absent):
    check_present("ids", ["a", ""])
    with pytest.raises(FashionGraphError, match=r"'ids'.*item 1 has none"):
        check_present("ids", ["a", absent])


def test_integers_of_any_type_become_int64():
    for kind in (torch.uint8, torch.int16, torch.int32):
        found = integers("ptr", torch.tensor([0, 2], dtype=kind))
        assert found.dtype == torch.int64 and found.tolist() == [0, 2]
    long = torch.tensor([0, 2])
    assert integers("ptr", long) is long
    assert integers("ptr", torch.tensor([])).dtype == torch.int64
    for values in ([0, 2], np.array([0, 2], np.int16)):
        assert integers("ptr", values).tolist() == [0, 2]
    assert integers("ptr", []).dtype == torch.int64


@pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bool, torch.complex64])
def test_other_types_are_refused(kind):
    with pytest.raises(FashionGraphError, match=rf"'ptr'.*got {kind}"):
        integers("ptr", torch.zeros(2, dtype=kind))


def test_text_is_refused_as_an_integer():
    with pytest.raises(FashionGraphError, match=r"'ptr' needs integers \(.*str"):
        integers("ptr", ["a"])

from __future__ import annotations

import numpy as np
import pytest

from fashiongraph.retrieval.faiss_index import empty_index, read_index

faiss = pytest.importorskip("faiss")


@pytest.mark.parametrize("half", [False, True])
def test_number_of_cells(half):
    values = np.random.default_rng(0).normal(size=(2500, 4)).astype(np.float32)
    assert empty_index(values, True, half).nlist == 50
    assert empty_index(values[:100], True, half).nlist == 2  # each cell needs enough to learn from
    assert not hasattr(empty_index(values, False, half), "nlist")
    assert empty_index(values, False, half).metric_type == faiss.METRIC_INNER_PRODUCT


@pytest.mark.parametrize("cells", [False, True])
@pytest.mark.parametrize("mapped", [False, True])
def test_saved_and_loaded(tmp_path, cells, mapped):
    values = np.random.default_rng(0).normal(size=(500, 4)).astype(np.float32)
    index = empty_index(values, cells, half=False)
    index.add_with_ids(values, np.arange(500) + 7)
    faiss.write_index(index, str(tmp_path / "file"))
    read = read_index(tmp_path / "file", mapped, cells)
    for one, two in zip(index.search(values[:5], 3), read.search(values[:5], 3), strict=True):
        assert np.array_equal(one, two)

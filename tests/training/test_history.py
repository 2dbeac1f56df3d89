from __future__ import annotations

import pytest

from fashiongraph.errors import DataError
from fashiongraph.training import history


def test_logs_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(DataError, match=r"metrics.csv, cannot be read: No objects"):
        history(tmp_path)
    (tmp_path / "logs" / "version_0").mkdir(parents=True)
    (tmp_path / "logs" / "version_0" / "metrics.csv").touch()
    with pytest.raises(DataError, match=r"metrics.csv, cannot be read: No columns"):
        history(tmp_path)

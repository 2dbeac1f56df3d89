from __future__ import annotations

import pytest

from fashiongraph.errors import DataError
from fashiongraph.retrieval import open_catalogue
from tests.retrieval.mixed_catalogue import siamese, table


def test_a_place_without_a_catalogue_is_an_error(tmp_path):
    with pytest.raises(DataError, match="none"):
        open_catalogue(tmp_path / "none", siamese(), table(5))


def test_a_database_that_does_not_exist_is_not_created(tmp_path):
    pytest.importorskip("milvus_lite", reason="the optional extra 'milvus' is not installed")
    with pytest.raises(DataError, match=r"none\.db: does not exist"):
        open_catalogue(tmp_path / "none.db", siamese(), table(5))
    assert not list(tmp_path.iterdir())

from __future__ import annotations

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.optional import require


def test_a_missing_module_names_its_extra(tmp_path, monkeypatch):
    assert require("math", "any").pi > 3
    with pytest.raises(FashionGraphError, match=r"'no_such'.*fashiongraph\[some\]"):
        require("no_such", "some")
    (tmp_path / "half_there.py").write_text("import no_such_either")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_either"):  # not ours to explain
        require("half_there", "some")

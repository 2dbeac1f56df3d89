"""What `docs/export.md` shows runs, as a reader would paste it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from fashiongraph.data import category_graph, add_item_cooccurrence
from fashiongraph.evaluation import score_outfits
from fashiongraph.models import ADDGNN

PAGE = Path(__file__).parents[2] / "docs" / "export.md"


def test_its_snippets_run_one_after_the_other(tmp_path, monkeypatch, wardrobe):
    pytest.importorskip("onnxscript")
    pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(snippets) == 2

    model = ADDGNN.best(8)
    graph = category_graph(wardrobe.category_id, wardrobe.batch, wardrobe.items.num_categories)
    model.graph = add_item_cooccurrence(graph, wardrobe)
    model.categories = wardrobe.items.categories
    scope = {"model": model, "items": wardrobe.items, "test": wardrobe}
    for snippet in snippets:
        exec(snippet, scope)
    four = wardrobe.select((wardrobe.sizes == 4).nonzero().flatten())
    expected = score_outfits(model, four)
    assert len(expected) > 3
    np.testing.assert_allclose(scope["score"], expected, rtol=1e-5, atol=5e-6)
    assert (tmp_path / "outfits_of_4.pt2").is_file()

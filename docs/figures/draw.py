"""Draw every figure of the pages into ``docs/figures``.

python docs/figures/draw.py
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

import category_graph  # noqa: E402
import from_records  # noqa: E402
import message_passing  # noqa: E402
import outfit_subgraph  # noqa: E402
import outfit_to_score  # noqa: E402

FIGURES: dict[str, Callable[[], str]] = {
    "outfit_to_score": outfit_to_score.figure,
    "outfit_subgraph": outfit_subgraph.figure,
    "message_passing": message_passing.figure,
    "category_graph": category_graph.figure,
    "accuracy_cost": from_records.accuracy_cost,
    "learning_curves": from_records.learning_curves,
    "calibration": from_records.calibration,
}

if __name__ == "__main__":
    for name, figure in FIGURES.items():
        (FOLDER / f"{name}.svg").write_text(figure(), encoding="utf-8")

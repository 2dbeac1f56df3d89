"""What a quickstart found."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
from rich.console import Console

import fashiongraph
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.quickstart.comparison import Comparison
from fashiongraph.quickstart.explained_outfit import ExplainedOutfit
from fashiongraph.quickstart.rules_seen import RuleSeen
from fashiongraph.quickstart.settings import Settings
from fashiongraph.quickstart.trained import Trained


class Stopwatch:
    """Announces stages and remembers their wall-clock time.

    Args:
        console: Where stages are announced.

    Attributes:
        seconds: Duration of each finished stage by name, in order.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block; a block that fails leaves no time."""
        self.console.print(f"[bold]{name}[/] …", highlight=False)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
        self.console.print(f"  {self.seconds[name]:.1f} s", highlight=False)


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything that the table and the report show.

    Args:
        settings: The sizes.
        seed: The seed.
        encoder: Name of the picture encoder.
        teacher: The teacher.
        students: ADD-GNN with and without its parts, the full model first.
        comparison: Their results and those of the controls.
        best: The best outfits of the test part by the full model.
        worst: The worst ones, the worst first.
        rules: Which attributes answer to which rule.
        num_outfits: Number of the users' outfits by part.
        seconds: Duration of each stage.
    """

    settings: Settings
    seed: int
    encoder: str
    teacher: Trained[DesignerTeacher]
    students: list[Trained[ADDGNN]]
    comparison: Comparison
    best: list[ExplainedOutfit]
    worst: list[ExplainedOutfit]
    rules: list[RuleSeen]
    num_outfits: dict[str, int]
    seconds: dict[str, float]

    @property
    def teacher_valid(self) -> tuple[float, float]:
        """AUC and accuracy of the teacher on validation pairs, in the epoch that was kept."""
        row = self.teacher.history.iloc[self.teacher.best_epoch]
        return float(row["valid/auc"]), float(row["valid/fitb"])

    def to_dict(self) -> dict[str, Any]:
        """The numbers, for JSON."""
        auc, fitb = self.teacher_valid
        return {
            "fashiongraph": fashiongraph.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "dataset": "synthetic",
            "seed": self.seed,
            "settings": asdict(self.settings),
            "encoder": self.encoder,
            "num_outfits": self.num_outfits,
            "teacher": {"pairs": self.teacher.num_outfits, "valid_auc": auc, "valid_fitb": fitb},
            **self.comparison.to_dict(),
            "rules_seen": [asdict(rule) for rule in self.rules],
            "best": [one.outfit_id for one in self.best],
            "worst": [one.outfit_id for one in self.worst],
            "seconds": {name: round(value, 2) for name, value in self.seconds.items()},
        }

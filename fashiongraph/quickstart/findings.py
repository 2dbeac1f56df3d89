"""Results of a quickstart."""

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
from fashiongraph.models import ADDGNN
from fashiongraph.quickstart.comparison import Comparison
from fashiongraph.quickstart.explained_outfit import ExplainedOutfit
from fashiongraph.quickstart.rule_sensitivity import RuleSensitivity
from fashiongraph.quickstart.settings import Settings
from fashiongraph.quickstart.train import Teachers
from fashiongraph.quickstart.trained import Trained
from fashiongraph.stylist.attribute_names import Association


class Stopwatch:
    """Timer of stages that prints their names and durations.

    Args:
        console: Console of the messages.

    Attributes:
        seconds: Duration of each finished stage by name, in order.

    Example:
        >>> import io
        >>> watch = Stopwatch(Console(file=io.StringIO()))
        >>> with watch.stage("encode"):
        ...     pass
        >>> list(watch.seconds)
        ['encode']
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a block; a block that raises has no time."""
        self.console.print(f"[bold]{name}[/] …", highlight=False)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
        self.console.print(f"  {self.seconds[name]:.1f} s", highlight=False)


@dataclass(frozen=True, eq=False)
class Findings:
    """All contents of the results table and the report.

    Args:
        settings: Sizes.
        seed: Seed.
        encoders: Names of the encoders of pictures.
        teachers: The two teachers.
        students: ADD-GNN and its ablations, the full model first.
        comparison: Results of models and heuristic baselines.
        best: Test outfits with the highest calibrated scores of the full model.
        worst: Test outfits with the lowest scores, the lowest first.
        rules: Sensitivity of the attributes to the rules.
        names: Values of columns that correlate with each attribute.
        num_outfits: Number of users' outfits by split.
        seconds: Duration of each stage.
    """

    settings: Settings
    seed: int
    encoders: list[str]
    teachers: Teachers
    students: list[Trained[ADDGNN]]
    comparison: Comparison
    best: list[ExplainedOutfit]
    worst: list[ExplainedOutfit]
    rules: list[RuleSensitivity]
    names: list[list[Association]]
    num_outfits: dict[str, int]
    seconds: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The numbers, for JSON."""
        return {
            "fashiongraph": fashiongraph.__version__,
            "torch": torch.__version__,
            "python": platform.python_version(),
            "dataset": "synthetic",
            "seed": self.seed,
            "settings": asdict(self.settings),
            "encoders": self.encoders,
            "num_outfits": self.num_outfits,
            "teachers": {
                one.folder: {
                    "trained_on": one.num_outfits,
                    "valid_auc": one.best["valid/auc"],
                    "valid_fitb": one.best["valid/fitb"],
                }
                for one in self.teachers
            },
            **self.comparison.to_dict(),
            "rule_sensitivity": [asdict(rule) for rule in self.rules],
            "attributes": [[one._asdict() for one in named] for named in self.names],
            "best": [one.outfit_id for one in self.best],
            "worst": [one.outfit_id for one in self.worst],
            "seconds": {name: round(value, 2) for name, value in self.seconds.items()},
        }

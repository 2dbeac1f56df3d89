"""Loggers of a training by name."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.cli.options import listed
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from lightning.pytorch.loggers import Logger

LOGGERS = ("csv", "tensorboard", "wandb", "mlflow", "none")
_PROJECT = "fashiongraph"


def check_loggers(names: str) -> list[str]:
    """The loggers of a comma-separated option.

    Args:
        names: Value of ``--logger``.

    Raises:
        FashionGraphError: If one is unknown, its package is not installed, or ``none`` is not
            alone.
    """
    loggers = listed(names, "--logger")
    for name in loggers:
        if name not in LOGGERS:
            raise FashionGraphError(
                f"'--logger' needs to be some of {', '.join(LOGGERS)} (got {name!r})"
            )
        if name in ("wandb", "mlflow") and find_spec(name) is None:
            raise FashionGraphError(
                f"'--logger {name}' needs the package {name}: pip install {name}"
            )
    if "none" in loggers and len(loggers) > 1:
        raise FashionGraphError(f"'--logger' needs 'none' alone (got {names!r})")
    return loggers


def make_loggers(names: list[str], folder: Path) -> list[Logger]:
    """The loggers beside the CSV log, which every training keeps for its history.

    Args:
        names: Names from :func:`check_loggers`.
        folder: Folder of the training.
    """
    from lightning.pytorch.loggers import MLFlowLogger, TensorBoardLogger, WandbLogger

    loggers: list[Logger] = []
    if "tensorboard" in names:
        loggers.append(TensorBoardLogger(folder, "tensorboard"))
    if "wandb" in names:
        loggers.append(WandbLogger(name=folder.name, save_dir=folder, project=_PROJECT))
    if "mlflow" in names:
        loggers.append(
            MLFlowLogger(_PROJECT, run_name=folder.name, save_dir=str(folder / "mlruns"))
        )
    return loggers

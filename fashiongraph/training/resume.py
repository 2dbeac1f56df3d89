"""State of an interrupted or finished training in its folder."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from fashiongraph.errors import DataError, FashionGraphError


def history(directory: str | Path) -> pd.DataFrame:
    """The logged metrics of a training, one row per epoch, counted from 1.

    A resumed epoch counts once.

    Raises:
        DataError: If there are no logs, or one cannot be read.
    """
    logs = sorted(Path(directory).glob("logs/*/metrics.csv"), key=lambda f: f.stat().st_mtime)
    try:
        frame = pd.concat([pd.read_csv(log) for log in logs], ignore_index=True)
    except ValueError as error:
        rule = f"the training's logs, logs/*/metrics.csv, cannot be read: {error}"
        raise DataError(rule, directory) from error
    frame = frame.groupby("epoch").last().drop(columns="step")
    frame.index += 1
    return frame


def is_finished(
    folder: Path, max_epochs: int, patience: int | None, monitored: bool = True
) -> bool:
    """Whether a training has run all its epochs, or stopped early.

    Lightning does not store that it stopped, and would train one more epoch each time.

    Args:
        folder: Folder of the training.
        max_epochs: Number of epochs.
        patience: Epochs without a better validation score before training stops.
        monitored: Whether there is validation, and so a best epoch.

    Raises:
        DataError: If a checkpoint or the logs are missing or cannot be read.
        FashionGraphError: If more epochs are finished than ``max_epochs``.
    """
    history(folder)
    if monitored:
        read_checkpoint(folder / "checkpoints" / "best.ckpt")
    state = read_checkpoint(folder / "checkpoints" / "last.ckpt")
    done = state["epoch"] + 1
    if done > max_epochs:
        raise FashionGraphError(
            f"'max_epochs' needs to be at least the {done} that are finished (got {max_epochs})"
        )
    if done == max_epochs:
        return True
    own = "EarlyStopping{'monitor': 'valid/score'"  # callbacks of one's own may monitor others
    stopping = [kept for name, kept in state["callbacks"].items() if name.startswith(own)]
    # Even with a patience of 0 an improved epoch does not stop.
    return patience is not None and any(s["wait_count"] >= max(patience, 1) for s in stopping)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint of Lightning to the CPU.

    Raises:
        DataError: If it is missing, was cut short, or holds objects that need a pickle.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise DataError("the checkpoint is missing", path) from error
    except (RuntimeError, EOFError, KeyError, pickle.UnpicklingError) as error:
        reason = (str(error).splitlines() or ["it ends too soon"])[0]
        raise DataError(f"the checkpoint cannot be read: {reason}", path) from error
    return state

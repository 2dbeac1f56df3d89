"""Logs and checkpoints of an interrupted or finished training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.manifest import DAMAGED, check_regular
from fashiongraph.training.callbacks import RUN_RECORD


def history(directory: str | Path) -> pd.DataFrame:
    """Logged metrics of a training, one row per epoch, counted from 1.

    A resumed epoch has one row.

    Args:
        directory: The ``directory`` of :func:`fit`.

    Raises:
        DataError: If there are no logs, or one cannot be read.

    Example:
        >>> import tempfile
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> from fashiongraph.training import fit
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     trained = fit(Siamese(98), outfits, max_epochs=2, directory=folder, progress=False)
        ...     history(folder).equals(trained)
        True
    """
    logs = sorted(Path(directory).glob("logs/*/metrics.csv"), key=lambda f: f.stat().st_mtime)
    last = Path(directory) / "checkpoints" / "last.ckpt"
    for log in logs:
        check_regular(log)
    try:
        frame = pd.concat([pd.read_csv(log) for log in logs], ignore_index=True)
        frame = frame.groupby("epoch").last().drop(columns="step")
        if last.is_file():
            record = read_checkpoint(last)["callbacks"].get(RUN_RECORD, {"metrics": {}})
            rows = {int(epoch): values for epoch, values in record["metrics"].items()}
            stored = pd.DataFrame.from_dict(rows, orient="index", dtype=float)
            known = [name for name in stored if name in frame.columns]
            if rows:  # a killed process may have left out the last row, or rows of another training
                frame = stored[known].combine_first(frame).loc[sorted(rows)]
            frame.index.name = "epoch"
        frame.index += 1
    except DataError:
        raise
    except DAMAGED as error:
        rule = f"the training's logs, logs/*/metrics.csv, cannot be read: {error}"
        raise DataError(rule, directory) from error
    return frame


def is_finished(
    folder: Path, max_epochs: int, patience: int | None, monitored: bool = True
) -> bool:
    """Whether a training has completed all epochs or has stopped early.

    Lightning does not store that it stopped, and would train a further epoch at each resumption.

    Args:
        folder: Folder of the training.
        max_epochs: Largest number of epochs.
        patience: Number of epochs without a better validation score before training stops.
        monitored: Whether there is validation, and thus a best epoch.

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
    prefix = "EarlyStopping{'monitor': 'valid/score'"  # further callbacks may monitor other metrics
    stopping = [value for name, value in state["callbacks"].items() if name.startswith(prefix)]
    # With a patience of 0 an improved epoch still does not stop the training.
    return patience is not None and any(s["wait_count"] >= max(patience, 1) for s in stopping)


def stored_settings(path: Path) -> dict[str, Any] | None:
    """Settings of a training in its checkpoint, or :obj:`None` in one of an earlier version.

    Args:
        path: The checkpoint.

    Raises:
        DataError: As :func:`read_checkpoint`.
    """
    record = read_checkpoint(path)["callbacks"].get(RUN_RECORD)
    try:
        return None if record is None else dict(json.loads(record["settings"]))
    except DAMAGED as error:
        raise DataError(f"the record of the training cannot be read: {error}", path) from error


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read a Lightning checkpoint to the CPU.

    Raises:
        DataError: If the file is missing or truncated, or contains objects that need pickle.
    """
    check_regular(path)
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise DataError("the checkpoint is missing", path) from error
    except DAMAGED as error:
        reason = (str(error).splitlines() or ["it ends too soon"])[0]
        raise DataError(f"the checkpoint cannot be read: {reason}", path) from error
    if not isinstance(state, dict) or not {"epoch", "callbacks", "state_dict"} <= state.keys():
        raise DataError("the checkpoint is not one of a training", path)
    return state

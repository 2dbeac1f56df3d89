"""What the logs of a training say."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fashiongraph.errors import DataError


def history(directory: str | Path) -> pd.DataFrame:
    """What the logs of a training say, one row per epoch; a resumed epoch counts once.

    Raises:
        DataError: If there are no logs, or one cannot be read.
    """
    logs = sorted(Path(directory).glob("logs/*/metrics.csv"), key=lambda f: f.stat().st_mtime)
    try:
        frame = pd.concat([pd.read_csv(log) for log in logs], ignore_index=True)
    except ValueError as error:
        rule = f"the training's logs, logs/*/metrics.csv, cannot be read: {error}"
        raise DataError(rule, directory) from error
    return frame.groupby("epoch").last().drop(columns="step")

"""An earlier training in the same folder, and when to forget it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lightning.pytorch as pl

from fashiongraph.training.run_settings import write_run_settings


class ReplaceTraining(pl.Callback):
    """Forgets an earlier training, and notes the settings of this one, once an epoch is done.

    Until then the earlier one can still be resumed, should this one fail at once or have been
    started by mistake. From then on it must neither count nor be resumed.

    Args:
        folder: Folder of both.
    """

    settings: Mapping[str, Any]
    """What this training is; known once there is a trainer to ask."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.logs = list(folder.glob("logs/*/metrics.csv"))

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Before the first checkpoint: Lightning calls those that save last."""
        if trainer.current_epoch or not trainer.is_global_zero:
            return
        for old in (self.folder / "checkpoints" / "last.ckpt", *self.logs):
            old.unlink(missing_ok=True)
        write_run_settings(self.folder / "settings.json", self.settings)

"""Lightning callbacks of a training run."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.callbacks import ModelCheckpoint

from fashiongraph.console import print_message
from fashiongraph.training.run_settings import write_run_settings


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Context in which Lightning prints warnings, and no hints about devices and products."""
    logger = logging.getLogger("lightning.pytorch")
    level = logger.level
    logger.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        logger.setLevel(level)


class EpochPrinter(pl.Callback):
    """Prints the metrics of each epoch to standard error, with the time left."""

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start the clock."""
        self.start, self.first = time.monotonic(), trainer.current_epoch

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Print one line, on the first of several processes."""
        if not trainer.is_global_zero:
            return
        names = {"loss": "train/loss", "AUC": "valid/auc", "FITB": "valid/fitb"}
        metrics = trainer.callback_metrics
        facts = ", ".join(
            f"{name} {float(metrics[key]):.3f}" for name, key in names.items() if key in metrics
        )
        epoch, total = trainer.current_epoch + 1, trainer.max_epochs or 0
        spent = time.monotonic() - self.start
        left = round(spent / (epoch - self.first) * max(total - epoch, 0))
        remaining = f", {left // 60}:{left % 60:02d} left" if epoch < total else ""
        print_message(f"epoch {epoch} of {total}: {facts}{remaining}")


class InterruptHandler(pl.Callback):
    """Stops a training that was interrupted and did not notice.

    Python raises :class:`KeyboardInterrupt` wherever it is at that moment. In a finaliser, which
    the garbage collector may run at any time, an exception is printed and forgotten, and the
    training would go on. So what was asked for is noted, and looked at after every batch.

    Used as a context manager around the training. It leaves the handler of interrupts as it was,
    while Lightning's trainer leaves a process that ignores them.
    """

    def __enter__(self) -> InterruptHandler:
        self.asked = False
        self.handler: Any = signal.getsignal(signal.SIGINT)
        alone = threading.current_thread() is threading.main_thread()  # others may set no handler
        self.listens = alone and callable(self.handler)
        if self.listens:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        if self.listens:
            signal.signal(signal.SIGINT, self.handler)
        if error == (None, None, None):  # asked for after the last batch
            self._heed()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        self.handler(number, frame)

    def on_train_batch_end(self, *_: object) -> None:
        """Look after a batch of training."""
        self._heed()

    def on_validation_batch_end(self, *_: object) -> None:
        """Look after a batch of validation."""
        self._heed()

    def _heed(self) -> None:
        if self.asked:
            raise KeyboardInterrupt


class RelocatableCheckpoint(ModelCheckpoint):
    """Lightning's checkpoints in a folder that may have another path when training goes on.

    Lightning remembers whole paths. Where the folder was moved in between, it would exclude which
    epoch was the best so far, and look for that epoch where the folder used to be.
    """

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the state with its files where the folder is now."""
        moved = {
            name: self._here(state_dict[name])
            for name in ("best_model_path", "kth_best_model_path", "last_model_path")
        }
        kept = {self._here(path): score for path, score in state_dict["best_k_models"].items()}
        state = {**state_dict, **moved, "best_k_models": kept, "dirpath": self.dirpath}
        super().load_state_dict(state)

    def _here(self, path: str) -> str:
        return str(Path(str(self.dirpath)) / Path(path).name) if path else path


class ReplaceRun(pl.Callback):
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

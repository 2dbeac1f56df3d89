"""Lightning callbacks of a training run."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.callbacks import ModelCheckpoint

from fashiongraph.console import print_message
from fashiongraph.training.run_settings import write_run_settings

RUN_RECORD = "RunRecord"
"""Name of a training's record among the states of callbacks in its checkpoints."""


class EpochPrinter(pl.Callback):
    """Callback that prints the metrics of each epoch and the remaining time to standard error.

    Args:
        write: Called with each line in place of printing it.

    Example:
        >>> import fashiongraph as fg
        >>> outfits = fg.datasets.SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = fg.models.Siamese(outfits.items.num_features)
        >>> frame = fg.training.fit(
        ...     model, outfits, max_epochs=1, progress=False, callbacks=[EpochPrinter()]
        ... )
    """

    def __init__(self, write: Callable[[str], Any] = print_message) -> None:
        super().__init__()
        self.write = write

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Store the time at the start."""
        self.start, self.first = time.monotonic(), trainer.current_epoch

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Print one line, in the first process only."""
        if not trainer.is_global_zero:
            return
        names = {"loss": "train/loss", "AUC": "valid/auc", "FITB": "valid/fitb"}
        metrics = trainer.callback_metrics
        values = ", ".join(
            f"{name} {float(metrics[key]):.3f}" for name, key in names.items() if key in metrics
        )
        epoch, total = trainer.current_epoch + 1, trainer.max_epochs or 0
        spent = time.monotonic() - self.start
        left = round(spent / (epoch - self.first) * max(total - epoch, 0))
        remaining = f", {left // 60}:{left % 60:02d} left" if epoch < total else ""
        self.write(f"epoch {epoch} of {total}: {values}{remaining}")


class InterruptHandler(pl.Callback):
    """Callback and context manager that raises interrupts that Python discarded.

    Python raises :class:`KeyboardInterrupt` at an arbitrary point. If this is in a finaliser, which
    the garbage collector may run at any time, the exception is printed and discarded, and the
    training continues. The callback records each interrupt and raises it after the current batch.

    The context manager surrounds the training. It restores the previous handler of interrupts,
    which Lightning's trainer does not.
    """

    def __enter__(self) -> InterruptHandler:
        self.interrupted = False
        self.handler: Any = signal.getsignal(signal.SIGINT)
        # Only the main thread may set a handler.
        is_main = threading.current_thread() is threading.main_thread()
        self.installed = is_main and callable(self.handler)
        if self.installed:
            signal.signal(signal.SIGINT, self._record)
        return self

    def __exit__(self, *error: object) -> None:
        if self.installed:
            signal.signal(signal.SIGINT, self.handler)
        if error == (None, None, None):  # an interrupt after the last batch
            self._raise_interrupt()

    def _record(self, number: int, frame: FrameType | None) -> None:
        self.interrupted = True
        self.handler(number, frame)

    def on_train_batch_end(self, *_: object) -> None:
        """Raise a recorded interrupt."""
        self._raise_interrupt()

    def on_validation_batch_end(self, *_: object) -> None:
        """Raise a recorded interrupt."""
        self._raise_interrupt()

    def _raise_interrupt(self) -> None:
        if self.interrupted:
            raise KeyboardInterrupt


class RelocatableCheckpoint(ModelCheckpoint):
    """Lightning checkpoints in a folder that may move before training is resumed.

    Lightning stores absolute paths. After a move it would lose the record of the best epoch and
    search for its checkpoint at the old path.
    """

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load the state with the paths of its files in the current folder."""
        paths = {
            name: self._relocated(state_dict[name])
            for name in ("best_model_path", "kth_best_model_path", "last_model_path")
        }
        best = {self._relocated(path): s for path, s in state_dict["best_k_models"].items()}
        state = {**state_dict, **paths, "best_k_models": best, "dirpath": self.dirpath}
        super().load_state_dict(state)

    def _relocated(self, path: str) -> str:
        return str(Path(str(self.dirpath)) / Path(path).name) if path else path


class RunRecord(pl.Callback):
    """Callback that stores the settings and the metrics of a training in its checkpoints.

    A checkpoint is replaced atomically, and so are they. Lightning writes the log after the
    checkpoint, and a process may be killed in between. Files of an earlier training in the folder
    are replaced once the first checkpoint is there; until then that training can be resumed.

    Args:
        folder: Folder of the training.
    """

    settings: Mapping[str, Any]
    """Settings of the training, set once the trainer exists."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.logs = list(folder.glob("logs/*/metrics.csv"))
        self.metrics: dict[str, dict[str, float]] = {}
        self.is_new = True

    @property
    def state_key(self) -> str:
        """Name of the record in a checkpoint."""
        return RUN_RECORD

    def state_dict(self) -> dict[str, Any]:
        """Settings, as JSON, and the metrics of each epoch."""
        return {"settings": json.dumps(dict(self.settings)), "metrics": self.metrics}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue the record of a resumed training, whose logs stay."""
        self.metrics, self.is_new = state_dict["metrics"], False

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Record the metrics; Lightning calls the callbacks that save checkpoints later."""
        found = {name: float(value) for name, value in trainer.callback_metrics.items()}
        self.metrics[str(trainer.current_epoch)] = found

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Replace files of an earlier training after the first epoch."""
        if self.metrics:
            self._replace(trainer)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Replace files of an earlier training."""
        self._replace(trainer)

    def _replace(self, trainer: pl.Trainer) -> None:
        if not trainer.is_global_zero:
            return
        if self.is_new:
            for old in self.logs:
                old.unlink(missing_ok=True)
        write_run_settings(self.folder / "settings.json", self.settings)
        self.is_new = False

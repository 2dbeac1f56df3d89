"""Interrupts that are not lost."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

import lightning.pytorch as pl


class HeedInterrupts(pl.Callback):
    """Stops a training that was interrupted and did not notice.

    Python raises :class:`KeyboardInterrupt` wherever it is at that moment. In a finaliser, which
    the garbage collector may run at any time, an exception is printed and forgotten, and the
    training would go on. So what was asked for is noted, and looked at after every batch.

    Used as a context manager around the training. It leaves the handler of interrupts as it was,
    while Lightning's trainer leaves a process that ignores them.
    """

    def __enter__(self) -> HeedInterrupts:
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

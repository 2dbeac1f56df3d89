"""Watch of files that may change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from fashiongraph.files import file_state

_SECONDS = 2.0


class FileWatch:
    """Thread that calls a function once watched files have changed and stay as they are.

    Files that change between construction and :meth:`start` count as changed.

    Args:
        files: The files.
        changed: The function.
        seconds: Seconds between two looks.
    """

    def __init__(
        self, files: Sequence[Path], changed: Callable[[], None], seconds: float = _SECONDS
    ) -> None:
        self._files = files
        self._changed = changed
        self._seconds = seconds
        self._read = self._state()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._thread.join()

    def _state(self) -> list[tuple[int, int, int] | None]:
        return [file_state(path) for path in self._files]

    def _run(self) -> None:
        before = self._read
        while not self._closed.wait(self._seconds):
            now = self._state()
            settled, before = now == before, now
            if settled and now != self._read:
                self._read = now
                self._changed()

"""How long each stage takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Stopwatch:
    """Announces stages and remembers their wall-clock time.

    Args:
        console: Where stages are announced.

    Attributes:
        seconds: Duration of each finished stage by name, in order.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block; a block that fails leaves no time."""
        self.console.print(f"[bold]{name}[/] …", highlight=False)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
        self.console.print(f"  {self.seconds[name]:.1f} s", highlight=False)

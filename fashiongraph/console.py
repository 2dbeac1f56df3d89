"""Where the library prints."""

from __future__ import annotations

from rich.console import Console


def plain_console(stderr: bool = False) -> Console:
    """A console that prints text as it is: paths and identifiers may hold brackets and colons.

    Args:
        stderr: Print on standard error.
    """
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def say(text: str) -> None:
    """Print a line on standard error."""
    plain_console(stderr=True).print(text, soft_wrap=True)

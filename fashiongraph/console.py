"""Plain consoles for standard output and standard error."""

from __future__ import annotations

from rich.console import Console


def plain_console(stderr: bool = False) -> Console:
    """Console without markup, because paths and identifiers may contain brackets and colons.

    Args:
        stderr: Print on standard error.
    """
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def print_message(text: str) -> None:
    """Print a line to standard error."""
    plain_console(stderr=True).print(text, soft_wrap=True)

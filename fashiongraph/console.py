"""Consoles without markup for standard output and standard error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from rich.console import Console

_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)


def plain_console(stderr: bool = False) -> Console:
    """Console without markup, because paths and identifiers may contain brackets and colons.

    Args:
        stderr: Print on standard error.
    """
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def print_message(text: str) -> None:
    """Print a line to standard error, unless messages are switched off.

    Example:
        >>> with quiet_messages():
        ...     print_message("not printed")
    """
    if not _QUIET.get():
        plain_console(stderr=True).print(text, soft_wrap=True)


@contextmanager
def quiet_messages(quiet: bool = True) -> Iterator[None]:
    """Context in which :func:`print_message` prints nothing.

    Args:
        quiet: Whether to switch messages off.
    """
    token = _QUIET.set(quiet)
    try:
        yield
    finally:
        _QUIET.reset(token)


@contextmanager
def quiet_logger(name: str, level: int = logging.ERROR) -> Iterator[None]:
    """Context in which a logger of another library is silent below a level.

    Args:
        name: Name of the logger.
        level: Lowest level that is logged.

    Example:
        >>> with quiet_logger("lightning.pytorch"):
        ...     logging.getLogger("lightning.pytorch").warning("not logged")
    """
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(max(before, level))
    try:
        yield
    finally:
        logger.setLevel(before)


def inert_cell(text: str) -> str:
    """A text as the cell of a CSV file that no spreadsheet takes for a formula.

    A quote is put before it; numbers stay.

    Args:
        text: Text of others, such as an identifier.

    Example:
        >>> inert_cell("=cmd|' /C calc'!A0"), inert_cell("-12")
        ("'=cmd|' /C calc'!A0", '-12')
    """
    is_number = text.removeprefix("-").removeprefix("+").isdigit()
    return (
        f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not is_number else text
    )

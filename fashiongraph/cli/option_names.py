"""Errors of the library in terms of the options that were typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from fashiongraph.errors import FashionGraphError


@contextmanager
def option_names(names: Mapping[str, str]) -> Iterator[None]:
    """Context in which an error that begins with ``'argument'`` names an option instead.

    Args:
        names: Options by the name of the argument, such as ``{"column": "--groups"}``.

    Example:
        >>> from fashiongraph.errors import FashionGraphError
        >>> try:
        ...     with option_names({"column": "--groups"}):
        ...         raise FashionGraphError("'column' needs to be one of style (got 'kind')")
        ... except FashionGraphError as error:
        ...     print(error)
        '--groups' needs to be one of style (got 'kind')
    """
    try:
        yield
    except FashionGraphError as error:
        found = re.match(r"'(\w+)'", str(error))
        if found and found[1] in names:
            error.args = (f"'{names[found[1]]}'{str(error)[found.end() :]}",)
        raise

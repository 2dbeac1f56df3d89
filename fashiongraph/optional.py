"""Import of optional packages."""

from __future__ import annotations

import importlib
from typing import Any

from fashiongraph.errors import FashionGraphError


def require(module: str, extra: str) -> Any:
    """Import a module of an extra.

    Args:
        module: Name of the module.
        extra: Name of the extra.

    Raises:
        FashionGraphError: If the module is not installed, with the command to install it.

    Example:
        >>> require("json", "none").dumps([1])
        '[1]'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise  # the module is installed, one of its imports is not
        raise FashionGraphError(
            f"this needs the module {module!r}: pip install 'fashiongraph[{extra}]'"
        ) from error

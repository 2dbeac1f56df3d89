"""Packages that only some encoders and engines need."""

from __future__ import annotations

import importlib
from typing import Any

from fashiongraph.errors import FashionGraphError


def require(module: str, extra: str) -> Any:
    """Import a module that an extra of this package installs.

    Args:
        module: Name of the module.
        extra: The extra that brings it.

    Raises:
        FashionGraphError: If the module is not installed; the message says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise  # the module is there, something it imports is not
        raise FashionGraphError(
            f"this needs the module {module!r}: pip install 'fashiongraph[{extra}]'"
        ) from error

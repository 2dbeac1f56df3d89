"""The recipe of published questions."""

from __future__ import annotations

from typing import Any

import fashiongraph


def official_recipe(kind: str, source: str, **counts: int) -> dict[str, Any]:
    """What questions say of themselves that were published and not drawn.

    Args:
        kind: Kind of the questions.
        source: The file, relative to the release.
        **counts: Numbers worth keeping, ``left_out`` among them.
    """
    version = {"fashiongraph": fashiongraph.__version__}
    return {"kind": kind, "protocol": "official", "source": source, **counts, **version}

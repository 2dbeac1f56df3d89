"""Style of a category: silhouette, formality and season."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fashiongraph.datasets.synthetic.canvas import Canvas

FORMALITIES = ("casual", "smart", "formal")
SEASONS = ("summer", "all-year", "winter")


@dataclass(frozen=True)
class Style:
    """A silhouette with its formality and season.

    Args:
        draw: Draws the silhouette on a canvas.
        formality: One of :data:`FORMALITIES`.
        season: One of :data:`SEASONS`.
    """

    draw: Callable[[Canvas], None]
    formality: str
    season: str

"""Styles of garments by category."""

from __future__ import annotations

from fashiongraph.datasets.synthetic.bags import BAGS
from fashiongraph.datasets.synthetic.dresses import DRESSES
from fashiongraph.datasets.synthetic.hats import HATS
from fashiongraph.datasets.synthetic.knitwear import KNITWEAR
from fashiongraph.datasets.synthetic.neckwear import NECKWEAR
from fashiongraph.datasets.synthetic.outerwear import OUTERWEAR
from fashiongraph.datasets.synthetic.shoes import SHOES
from fashiongraph.datasets.synthetic.skirts import SKIRTS
from fashiongraph.datasets.synthetic.style import Style
from fashiongraph.datasets.synthetic.tops import TOPS
from fashiongraph.datasets.synthetic.trousers import TROUSERS

CATALOGUE: dict[str, dict[str, Style]] = {
    "bag": BAGS,
    "dress": DRESSES,
    "hat": HATS,
    "knitwear": KNITWEAR,
    "neckwear": NECKWEAR,
    "outerwear": OUTERWEAR,
    "shoes": SHOES,
    "skirt": SKIRTS,
    "top": TOPS,
    "trousers": TROUSERS,
}
"""Style by category, in alphabetical order, and by shape."""

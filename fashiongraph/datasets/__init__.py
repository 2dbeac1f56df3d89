"""Data sets: the public ones, one's own, and a synthetic one."""

from fashiongraph.datasets.outfit_tables import OutfitTables
from fashiongraph.datasets.synthetic_wardrobe import SyntheticWardrobe
from fashiongraph.datasets.wardrobe import Wardrobe

__all__ = ["OutfitTables", "SyntheticWardrobe", "Wardrobe"]

"""Public data sets, readers of the user's tables and folders, and a synthetic data set."""

from fashiongraph.datasets.attach_features import attach_features
from fashiongraph.datasets.fashion32 import Fashion32
from fashiongraph.datasets.fashion_show import FashionShow
from fashiongraph.datasets.folder_outfits import FolderOutfits
from fashiongraph.datasets.iqon3000 import IQON3000
from fashiongraph.datasets.maryland_polyvore import MarylandPolyvore
from fashiongraph.datasets.outfit_dataset import OutfitDataset
from fashiongraph.datasets.outfit_tables import OutfitTables
from fashiongraph.datasets.pog import POG
from fashiongraph.datasets.polyvore_outfits import PolyvoreOutfits
from fashiongraph.datasets.shift15m import Shift15M
from fashiongraph.datasets.synthetic.synthetic_outfits import SyntheticOutfits

PUBLIC_SETS: dict[str, type[OutfitDataset]] = {
    "maryland-polyvore": MarylandPolyvore,
    "polyvore-outfits": PolyvoreOutfits,
    "fashion32": Fashion32,
    "fashion-show": FashionShow,
    "shift15m": Shift15M,
    "iqon3000": IQON3000,
    "pog": POG,
    # One reader for all three, of a layout defined here.
    "chictopia": FolderOutfits,
    "wearnet": FolderOutfits,
    "fashionbeans": FolderOutfits,
}
"""Public data sets by their name in the option ``--set``."""

__all__ = [
    "IQON3000",
    "POG",
    "PUBLIC_SETS",
    "Fashion32",
    "FashionShow",
    "FolderOutfits",
    "MarylandPolyvore",
    "OutfitDataset",
    "OutfitTables",
    "PolyvoreOutfits",
    "Shift15M",
    "SyntheticOutfits",
    "attach_features",
]

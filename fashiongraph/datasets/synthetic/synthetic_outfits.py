"""Synthetic data set of drawn garments and of outfits that follow known styling rules."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd

from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.outfit_dataset import PROCESSED, OutfitDataset
from fashiongraph.datasets.synthetic.attributes import attribute_features
from fashiongraph.datasets.synthetic.compose import compose
from fashiongraph.datasets.synthetic.draw_items import draw_items
from fashiongraph.datasets.synthetic.garment import draw_garment
from fashiongraph.datasets.synthetic.styling_rules import DESIGNERS_RULES, USERS_RULES, StylingRules
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.manifest import check_replaceable

Version = Literal["designers", "users"]
_SETTINGS = "synthetic.json"
_TABLES = ("items.csv", "outfits.csv")
_IMAGES = "images"
_MIN_ITEMS = 30


class SyntheticOutfits(OutfitDataset):
    """Synthetic garments of ten categories, and outfits composed by known styling rules.

    Each item has a category, a shape, a colour and a pattern; formality and season follow from the
    shape. The columns ``shape``, ``colour``, ``pattern``, ``formality`` and ``season`` hold these
    true attributes, and :attr:`truth` applies to any outfits of these items. Outfits of the version
    ``"designers"`` break none of its rules. Those of the version ``"users"`` follow looser rules,
    and each garment is then replaced with probability ``noise`` by another one of its category.
    Items depend only on ``num_items`` and ``seed``, so both versions share them and their
    features.

    With a ``root``, the folder can be read by :class:`OutfitTables`: ``items.csv``,
    ``outfits.csv`` and, in the column ``image``, paths of pictures under ``images/``, beside a
    ``synthetic.json`` with the settings. Each version needs a folder of its own.

    With the defaults and seed 0; the last two columns are the ROC AUC of :attr:`truth` itself
    against corrupted outfits, in which one garment is replaced by any other (uniform), or by one
    of its category:

    ========= ===== ======= ========== ===== ========== ======= =============
    version   items outfits categories sizes compatible uniform same category
    ========= ===== ======= ========== ===== ========== ======= =============
    designers 1,500 3,000   10         3-8   100 %      0.97    0.93
    users     1,500 3,000   10         3-8   9 %        0.69    0.65
    ========= ===== ======= ========== ===== ========== ======= =============

    Args:
        root: Folder of the set: a new one, or one that was made with the same settings.
            :obj:`None` keeps the tables in memory and draws no pictures.
        num_items: Number of items, at least 30.
        num_outfits: Number of outfits, all different.
        version: ``"designers"`` or ``"users"``.
        noise: Probability that a garment of the users' version is replaced.
        seed: Seed of items, pictures and outfits.
        image_size: Side of the pictures in pixels.
        render: Draw the pictures; otherwise a folder holds the tables only.
        features: ``"attributes"`` for indicators of the true attributes with a little noise;
            :obj:`None` leaves the items without features, for an encoder to fill in.
        force_reload: Write the folder again; its tables and pictures are replaced.

    Raises:
        FashionGraphError: If an argument is out of range, or the items do not allow so many
            different outfits.
        DataError: If ``root`` holds something else, or a data set of other settings or without
            one of its tables.

    Example:
        >>> dataset = SyntheticOutfits(num_items=60, num_outfits=80)
        >>> dataset
        SyntheticOutfits(80 outfits, 60 items, 10 categories, 0 features)
        >>> dataset.categories[:4]
        ['bag', 'dress', 'hat', 'knitwear']
        >>> bool(dataset.truth.compatible(dataset.outfits).all())
        True
    """

    truth: ClassVar[StylingRules] = DESIGNERS_RULES
    """The designers' rules: ``truth.compatible(outfits)``, ``truth.violations(outfits)`` and
    ``truth.score(outfits)`` apply to any outfits of synthetic items."""

    def __init__(
        self,
        root: str | Path | None = None,
        num_items: int = 1_500,
        num_outfits: int = 3_000,
        version: Version = "designers",
        noise: float = 0.3,
        seed: int = 0,
        image_size: int = 96,
        render: bool = True,
        features: Literal["attributes"] | None = None,
        force_reload: bool = False,
    ) -> None:
        for name, value, least in (
            ("num_items", num_items, _MIN_ITEMS),
            ("num_outfits", num_outfits, 1),
            ("seed", seed, 0),
            ("image_size", image_size, 16),
        ):
            if value < least:
                raise FashionGraphError(f"'{name}' needs to be at least {least} (got {value})")
        if not 0 <= noise <= 1:
            raise FashionGraphError(f"'noise' needs to lie in [0, 1] (got {noise})")
        if version not in get_args(Version):
            raise FashionGraphError(
                f"'version' needs to be 'designers' or 'users' (got {version!r})"
            )
        if features not in ("attributes", None):
            raise FashionGraphError(
                f"'features' needs to be 'attributes' or None (got {features!r})"
            )
        self.version = version
        self.seed = seed
        self.features = features
        self.settings: dict[str, Any] = {
            "num_items": num_items,
            "num_outfits": num_outfits,
            "version": version,
            "noise": noise if version == "users" else 0.0,
            "seed": seed,
            "image_size": image_size if render and root is not None else None,
        }
        if root is None:
            self.processed_file_names = ()
        else:
            self.processed_file_names = (*_TABLES, _SETTINGS)
            _check_root(Path(root).expanduser(), self.settings, force_reload)
        super().__init__(Path() if root is None else root, False, force_reload, root)

    @classmethod
    def attributes_only(
        cls, num_outfits: int = 600, num_items: int | None = None, seed: int = 0
    ) -> Outfits:
        """Outfits of the designers' version with attribute features, without pictures or files.

        Features are noisy indicators of the attributes. Equal
        arguments give equal outfits; 600 of them take about 50 ms.

        Args:
            num_outfits: Number of outfits, all different.
            num_items: Number of items, at least 30; by default half the number of outfits, and at
                least 60.
            seed: Seed of items, features and outfits.

        Raises:
            FashionGraphError: As in the constructor.

        Example:
            >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
            >>> len(outfits), len(outfits.items), outfits.items.num_features
            (60, 100, 98)
        """
        num_items = max(100, num_outfits // 2) if num_items is None else num_items
        return cls(
            num_items=num_items, num_outfits=num_outfits, seed=seed, features="attributes"
        ).outfits

    def process(self, folder: Path) -> None:
        """Draw the pictures and write the tables."""
        outfits, _ = self.load()
        items = outfits.items
        columns = items.columns.copy()
        columns.insert(0, "item_id", items.ids)
        columns.insert(1, "category", np.array(items.categories)[items.category_id])
        if "image" in columns:
            self._draw_pictures(columns, folder)
        columns.to_csv(folder / "items.csv", index=False)
        rows = {
            "outfit_id": outfits.ids[outfits.batch.numpy()],
            "item_id": items.ids[outfits.item_id.numpy()],
        }
        pd.DataFrame(rows).to_csv(folder / "outfits.csv", index=False)
        (folder / _SETTINGS).write_text(json.dumps(self.settings, indent=2), encoding="utf-8")

    def _draw_pictures(self, columns: pd.DataFrame, folder: Path) -> None:
        (folder / _IMAGES).mkdir()
        names = ("image", "category", "shape", "colour", "pattern")
        rows = zip(*(columns[name] for name in names), strict=True)
        for row, (path, category, shape, colour, pattern) in enumerate(rows):
            rng = np.random.default_rng([self.seed, 1, row])
            size = self.settings["image_size"]
            picture = draw_garment(category, shape, colour, pattern, size, rng)
            picture.save(folder / path, compress_level=1)  # a sixth larger, but twice as quick

    def load(self) -> tuple[Outfits, pd.DataFrame]:
        """Compose the outfits again from the seed, which is as quick as reading the tables."""
        settings, seed = self.settings, self.seed
        items = draw_items(settings["num_items"], np.random.default_rng([seed, 0]))
        if settings["image_size"] is not None:
            image = [f"{_IMAGES}/{name}.png" for name in items.ids]
            items = replace(items, columns=items.columns.assign(image=image))
        if self.features == "attributes":
            rng = np.random.default_rng([seed, 2])
            items = items.with_features(attribute_features(items, rng))
        rules = DESIGNERS_RULES if self.version == "designers" else USERS_RULES
        rng = np.random.default_rng([seed, 3, get_args(Version).index(self.version)])
        outfits = compose(items, rules, settings["num_outfits"], settings["noise"], rng)
        ids = pd.Index([f"{self.version}{number:05d}" for number in range(len(outfits))])
        named = Outfits(items, outfits.ptr, outfits.item_id, ids)
        return named, pd.DataFrame(index=range(len(named)))


def _check_root(root: Path, settings: dict[str, Any], force_reload: bool) -> None:
    """Check a folder that will be replaced or read: only our files, made with these settings."""
    if force_reload:
        check_replaceable(root, PROCESSED, "root")
        return
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        return
    file = root / _SETTINGS
    if not file.is_file():
        raise DataError("'root' needs to be a new folder or one of a synthetic data set", file=root)
    again = "; force_reload=True writes the folder again"
    try:
        found = dict(json.loads(file.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise DataError(f"needs the settings as JSON ({error}){again}", file) from error
    differ = [name for name in settings if found.get(name) != settings[name]]
    if differ:
        raise DataError(
            f"{differ[0]!r} needs to be {found.get(differ[0])!r}, as the folder was made "
            f"(got {settings[differ[0]]!r}){again}",
            file=file,
        )
    for table in (root / name for name in _TABLES):
        if not table.exists():
            raise DataError(f"is missing{again}", file=table)

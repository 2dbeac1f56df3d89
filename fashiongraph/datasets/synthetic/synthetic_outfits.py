"""A synthetic dataset: drawn garments, outfits made by rules, the truth known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd

from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.outfit_dataset import OutfitDataset
from fashiongraph.datasets.synthetic.attributes import attribute_features
from fashiongraph.datasets.synthetic.compose import compose
from fashiongraph.datasets.synthetic.draw_items import draw_items
from fashiongraph.datasets.synthetic.garment import draw_garment
from fashiongraph.datasets.synthetic.styling_rules import DESIGNERS_RULES, USERS_RULES, StylingRules
from fashiongraph.errors import DataError, FashionGraphError

Edition = Literal["designers", "users"]
_RECIPE = "synthetic.json"
_TABLES = ("items.csv", "outfits.csv")
_IMAGES = "images"
_MIN_ITEMS = 30


class SyntheticOutfits(OutfitDataset):
    """Synthetic garments of ten categories and the outfits that rules make of them.

    Each item has a category, a shape, a colour and a pattern; its shape settles its formality and
    season. The columns ``shape``, ``colour``, ``pattern``, ``formality`` and ``season`` hold the
    truth, and :attr:`truth` judges any outfits of these items. The ``"designers"`` edition keeps
    to that truth. The ``"users"`` edition is put together by looser rules, and then each garment
    is replaced with the probability ``noise`` by another one of its category. Items depend on
    ``num_items`` and ``seed`` alone, so both editions share them and their features.

    With a ``root``, the folder is in the form of one's own dataset (``items.csv``,
    ``outfits.csv`` and, in the column ``image``, paths of pictures under ``images/``), beside a
    ``synthetic.json`` with the settings. Give each edition its own folder.

    With the defaults and seed 0; the last two columns are the ROC AUC of :attr:`truth` itself,
    which tells outfits from those with one garment replaced by any other, or by one of its
    category:

    ========= ===== ======= ========== ===== ========== ======= =============
    edition   items outfits categories sizes compatible uniform same category
    ========= ===== ======= ========== ===== ========== ======= =============
    designers 1,500 3,000   10         3-8   100 %      0.97    0.93
    users     1,500 3,000   10         3-8   9 %        0.69    0.65
    ========= ===== ======= ========== ===== ========== ======= =============

    Args:
        root: Folder of the set: a new one, or one that was made with the same settings.
            :obj:`None` keeps the tables in memory and draws no pictures.
        num_items: Number of items, at least 30.
        num_outfits: Number of outfits, all different.
        edition: ``"designers"`` or ``"users"``.
        noise: Probability that a garment of the users' edition is replaced.
        seed: Seed of items, pictures and outfits.
        image_size: Side of the pictures in pixels.
        render: Draw the pictures; otherwise a folder holds the tables only.
        features: ``"attributes"`` for indicators of the true attributes with a little noise;
            :obj:`None` leaves the items without features, for an encoder to fill in.
        force_reload: Make the folder again; its tables and pictures are replaced.

    Raises:
        FashionGraphError: If an argument is out of range, or the items do not allow so many
            different outfits.
        DataError: If ``root`` holds something else, or a dataset of other settings or without
            one of its tables.
    """

    truth: ClassVar[StylingRules] = DESIGNERS_RULES
    """The designers' rules: ``truth.compatible(outfits)``, ``truth.violations(outfits)`` and
    ``truth.score(outfits)`` judge any outfits of synthetic items."""

    def __init__(
        self,
        root: str | Path | None = None,
        num_items: int = 1_500,
        num_outfits: int = 3_000,
        edition: Edition = "designers",
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
        if edition not in get_args(Edition):
            raise FashionGraphError(
                f"'edition' needs to be 'designers' or 'users' (got {edition!r})"
            )
        if features not in ("attributes", None):
            raise FashionGraphError(
                f"'features' needs to be 'attributes' or None (got {features!r})"
            )
        self.edition = edition
        self.seed = seed
        self.features = features
        self.recipe: dict[str, Any] = {
            "num_items": num_items,
            "num_outfits": num_outfits,
            "edition": edition,
            "noise": noise if edition == "users" else 0.0,
            "seed": seed,
            "image_size": image_size if render and root is not None else None,
        }
        if root is None:
            self.processed_file_names = ()
        else:
            self.processed_file_names = (*_TABLES, _RECIPE)
            _check_root(Path(root).expanduser(), self.recipe, force_reload)
        super().__init__(Path() if root is None else root, False, force_reload, root)

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
        (folder / _RECIPE).write_text(json.dumps(self.recipe, indent=2), encoding="utf-8")

    def _draw_pictures(self, columns: pd.DataFrame, folder: Path) -> None:
        (folder / _IMAGES).mkdir()
        names = ("image", "category", "shape", "colour", "pattern")
        rows = zip(*(columns[name] for name in names), strict=True)
        for row, (path, category, shape, colour, pattern) in enumerate(rows):
            rng = np.random.default_rng([self.seed, 1, row])
            size = self.recipe["image_size"]
            picture = draw_garment(category, shape, colour, pattern, size, rng)
            picture.save(folder / path, compress_level=1)  # a sixth larger, but twice as quick

    def load(self) -> tuple[Outfits, pd.DataFrame]:
        """The tables, made again from the seed, which is as quick as reading them."""
        recipe, seed = self.recipe, self.seed
        items = draw_items(recipe["num_items"], np.random.default_rng([seed, 0]))
        if recipe["image_size"] is not None:
            image = [f"{_IMAGES}/{name}.png" for name in items.ids]
            items = replace(items, columns=items.columns.assign(image=image))
        if self.features == "attributes":
            rng = np.random.default_rng([seed, 2])
            items = items.with_features(attribute_features(items, rng))
        rules = DESIGNERS_RULES if self.edition == "designers" else USERS_RULES
        rng = np.random.default_rng([seed, 3, get_args(Edition).index(self.edition)])
        outfits = compose(items, rules, recipe["num_outfits"], recipe["noise"], rng)
        ids = pd.Index([f"{self.edition}{number:05d}" for number in range(len(outfits))])
        named = Outfits(items, outfits.ptr, outfits.item_id, ids)
        return named, pd.DataFrame(index=range(len(named)))


def _check_root(root: Path, recipe: dict[str, Any], force_reload: bool) -> None:
    """A folder is replaced as a whole, so all in it must be ours, and made by this recipe."""
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        return
    file = root / _RECIPE
    if not file.is_file():
        raise DataError("'root' needs to be a new folder or one of a synthetic dataset", file=root)
    foreign = {path.name for path in root.iterdir()} - {*_TABLES, _RECIPE, _IMAGES}
    again = f"; without {min(foreign)!r}," if foreign else ";"
    again += " force_reload=True makes the folder again"
    if force_reload:
        if foreign:
            raise DataError(
                f"'root' needs to hold nothing else if it is made again (has {min(foreign)!r})",
                file=root,
            )
        return
    try:
        found = dict(json.loads(file.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise DataError(f"needs the settings as JSON ({error}){again}", file) from error
    differ = [name for name in recipe if found.get(name) != recipe[name]]
    if differ:
        raise DataError(
            f"{differ[0]!r} needs to be {found.get(differ[0])!r}, as the folder was made "
            f"(got {recipe[differ[0]]!r}){again}",
            file=file,
        )
    for table in (root / name for name in _TABLES):
        if not table.exists():
            raise DataError(f"is missing{again}", file=table)

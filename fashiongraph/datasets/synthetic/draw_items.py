"""Random items of the synthetic data set."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.synthetic.attributes import ATTRIBUTES
from fashiongraph.datasets.synthetic.catalogue import CATALOGUE
from fashiongraph.datasets.synthetic.palette import HUES, NEUTRALS
from fashiongraph.datasets.synthetic.style import FORMALITIES
from fashiongraph.datasets.synthetic.textures import PATTERNS

_SHARE = {
    "plain": 0.46,
    "pinstripes": 0.14,
    "stripes": 0.1,
    "checks": 0.1,
    "dots": 0.1,
    "flowers": 0.1,
}
_ADJECTIVE = {
    "plain": "",
    "pinstripes": "pinstriped ",
    "stripes": "striped ",
    "checks": "checked ",
    "dots": "dotted ",
    "flowers": "flowered ",
}


def draw_items(num_items: int, rng: np.random.Generator) -> ItemTable:
    """Draw garments with known attributes, sorted by category.

    Categories have equally many items, up to one, and so have the levels of formality within a
    category; half of the garments of each have a hue and half are neutral, so that outfits can be
    composed from few items. All else is drawn independently.

    Args:
        num_items: Number of items.
        rng: Random generator.

    Returns:
        A table without features, with the columns ``title``, ``shape``, ``colour``, ``pattern``,
        ``formality`` and ``season``.

    Example:
        >>> items = draw_items(60, np.random.default_rng(0))
        >>> items.columns["title"][0]
        'navy backpack'
    """
    styles = pd.DataFrame(
        [
            (category, shape, style.formality, style.season)
            for category, shapes in CATALOGUE.items()
            for shape, style in shapes.items()
        ],
        columns=["category", "shape", "formality", "season"],
    )
    category = np.sort(np.arange(num_items) % len(CATALOGUE))
    formality = np.arange(num_items) % len(FORMALITIES)
    fits = styles["category"].to_numpy(str) == np.array(list(CATALOGUE))[category, None]
    fits &= styles["formality"].to_numpy(str) == np.array(FORMALITIES)[formality, None]
    style = np.where(fits, rng.random(fits.shape), -1).argmax(1)
    columns = styles.iloc[style].reset_index(drop=True)
    columns["colour"] = np.where(
        np.arange(num_items) // len(FORMALITIES) % 2,
        rng.choice(list(HUES), num_items),
        rng.choice(list(NEUTRALS), num_items),
    )
    columns["pattern"] = rng.choice(PATTERNS, num_items, p=[_SHARE[name] for name in PATTERNS])
    adjective = columns["pattern"].map(_ADJECTIVE)
    columns["title"] = columns["colour"] + " " + adjective + columns["shape"]
    digits = max(4, len(str(num_items - 1)))
    return ItemTable.from_lists(
        [f"synthetic{row:0{digits}d}" for row in range(num_items)],
        columns["category"].tolist(),
        columns=columns[["title", *ATTRIBUTES]],
        vocabulary=list(CATALOGUE),
    )

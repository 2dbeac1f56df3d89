"""The real data sets that models are compared on."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fashiongraph.data import Outfits, pair_disjoint
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.datasets import OutfitTables
from fashiongraph.evaluation import draw_questions

PROTOCOLS = ("uniform", "matched")


@dataclass(frozen=True)
class BenchmarkSet:
    """A data set below ``FASHIONGRAPH_DATA``, in the folder of its name up to a comma.

    Args:
        features: Default file of features.
        columns: Columns that ``matched`` negatives share with the item that they replace.
        pairs: Names of tops, names of bottoms, and the column that holds them.
        finer: Column that divides the categories further, for all models alike; ``matched``
            negatives share the category of the set itself.
        tuned: Name of another set. A text encoder is tuned on its training outfits and makes the
            features, for all models alike; everything else is that set's.
        encoders: The text encoders that are tuned; their features are concatenated.
        trials_of: Name of the set whose trials choose the models' settings; by default its own.
        disjoint: Split the outfits so that no item is in two splits.
        pictures: Encoders of pictures and columns whose fused features replace those of the file,
            see :func:`harness.pictures.picture_features`.
    """

    features: str
    columns: tuple[str, ...]
    pairs: tuple[list[str], list[str], str]
    finer: str | None = None
    tuned: str | None = None
    encoders: tuple[str, ...] = ("all-MiniLM-L6-v2",)
    trials_of: str | None = None
    disjoint: bool = False
    pictures: tuple[str, ...] = ()

    @property
    def groups(self) -> str | None:
        """Column of the broader categories, if they are divided further."""
        return "broad_category" if self.finer else None

    def negatives(self, protocol: str) -> dict[str, Any]:
        """Arguments ``protocol`` and ``columns`` for a protocol of the tables."""
        if self.groups and protocol in ("matched", "same_category"):
            return {"protocol": "same_columns", "columns": (self.groups, *self.columns)}
        return {"protocol": protocol, "columns": self.columns}


_TITLES = BenchmarkSet(
    "features_text.npy", (), (["upper"], ["bottom"], "broad_category"), finer="category_id"
)

_MANGO = BenchmarkSet(
    "features_image.npy", ("type", "year", "line"), (["Tops"], ["Bottoms"], "group")
)

SETS = {
    "mango": _MANGO,
    # Of a random split's 1,167 test outfits, three or four share no item with training; in
    # polyvore_titles all do.
    "mango, new items": replace(_MANGO, trials_of="mango", disjoint=True),
    "mango, pictures": replace(
        _MANGO, trials_of="mango", pictures=("tuned efficientnet-lite0", "colours", "columns")
    ),
    "polyvore_titles": _TITLES,
    "polyvore_titles, tuned": replace(_TITLES, tuned="polyvore_titles"),
    "polyvore_titles, two encoders": replace(
        _TITLES,
        tuned="polyvore_titles",
        encoders=("all-MiniLM-L6-v2", "all-mpnet-base-v2"),
        trials_of="polyvore_titles, tuned",
    ),
}

FROZEN = tuple(
    name for name, one in SETS.items() if not (one.tuned or one.disjoint or one.pictures)
)
"""Sets with features of a frozen encoder, split at random."""

COMPARED = tuple(name for name, one in SETS.items() if one.trials_of is None)
"""Sets with trials of their own."""

DESIGNERS = (
    *(f"mango, noise {share}" for share in ("0", "0.15", "0.3", "0.5")),
    "polyvore_titles after mango",
)
"""Pairs of designers' and users' outfits, see :class:`harness.designer_case.DesignerCase`."""


def load(name: str, features: str | None = None) -> OutfitTables:
    """Read a data set with one file of features."""
    root = Path(os.environ["FASHIONGRAPH_DATA"]) / name.partition(",")[0]
    return OutfitTables(root, features=features or SETS[name].features)


def test_questions(
    name: str, train: Outfits, test: Outfits, seed: int
) -> dict[str, list[Compatibility | FillInBlank]]:
    """Questions by protocol, the same for every model of a seed.

    ``matched, new pairs`` holds the outfits no two items of which are together in training; in a
    set with a disjoint split these are all.
    """
    outfits = {protocol: test for protocol in PROTOCOLS}
    if not SETS[name].disjoint:
        outfits["matched, new pairs"] = test.select(pair_disjoint(test, train))
    return {
        column: [
            draw_questions(chosen, kind, **SETS[name].negatives(column.split(",")[0]), seed=seed)
            for kind in ("compatibility", "fitb")
        ]
        for column, chosen in outfits.items()
    }

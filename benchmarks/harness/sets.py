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

PROTOCOLS = ("uniform", "matched")


@dataclass(frozen=True)
class BenchmarkSet:
    """Facts about a data set below ``FASHIONGRAPH_DATA``.

    Args:
        features: The file of features that models read unless told otherwise.
        columns: Columns that ``matched`` strangers share with what they replace.
        pairs: Names of tops, names of bottoms, and the column that holds them.
        finer: Column that divides the categories further, for all models alike. ``matched``
            strangers still share what the set calls a category.
        tuned: Name of another set, whose text encoder learns from the training outfits first and
            then makes the features, for all models alike; everything else is that set's.
        encoders: The text encoders that do; their features stand side by side.
        settled_by: Name of the set whose trials settle the models' settings; by default its own.
    """

    features: str
    columns: tuple[str, ...]
    pairs: tuple[list[str], list[str], str]
    finer: str | None = None
    tuned: str | None = None
    encoders: tuple[str, ...] = ("all-MiniLM-L6-v2",)
    settled_by: str | None = None

    @property
    def groups(self) -> str | None:
        """Column of the broader categories, where they are divided further."""
        return "broad_category" if self.finer else None

    def negatives(self, protocol: str) -> dict[str, Any]:
        """The library's protocol, and its columns, for one of a table."""
        if self.groups and protocol in ("matched", "same_category"):
            return {"protocol": "same_columns", "columns": (self.groups, *self.columns)}
        return {"protocol": protocol, "columns": self.columns}


_TITLES = BenchmarkSet(
    "features_text.npy", (), (["upper"], ["bottom"], "broad_category"), finer="category_id"
)

SETS = {
    "mango": BenchmarkSet(
        "features_image.npy", ("type", "year", "line"), (["Tops"], ["Bottoms"], "group")
    ),
    "polyvore_titles": _TITLES,
    "polyvore_titles, tuned": replace(_TITLES, tuned="polyvore_titles"),
    "polyvore_titles, two encoders": replace(
        _TITLES,
        tuned="polyvore_titles",
        encoders=("all-MiniLM-L6-v2", "all-mpnet-base-v2"),
        settled_by="polyvore_titles, tuned",
    ),
}

FROZEN = [name for name, one in SETS.items() if one.tuned is None]
"""Sets whose features are as they come."""

COMPARED = [name for name, one in SETS.items() if one.settled_by is None]
"""Sets with trials of their own."""


def load(name: str, features: str | None = None) -> OutfitTables:
    """Read a data set with one file of features, and its categories as they stand."""
    root = Path(os.environ["FASHIONGRAPH_DATA"]) / (SETS[name].tuned or name)
    return OutfitTables(root, features=features or SETS[name].features)


def test_questions(
    name: str, train: Outfits, test: Outfits, seed: int
) -> dict[str, list[Compatibility | FillInBlank]]:
    """Questions by protocol, the same for every model of a seed.

    ``matched, new pairs`` asks only about outfits no two items of which training saw together.
    """
    questions: dict[str, list[Compatibility | FillInBlank]] = {}
    parts = {protocol: test for protocol in PROTOCOLS}
    parts["matched, new pairs"] = test.select(pair_disjoint(test, train))
    for column, outfits in parts.items():
        negatives = SETS[name].negatives(column.split(",")[0])
        questions[column] = [
            outfits.questions(kind, **negatives, seed=seed) for kind in ("compatibility", "fitb")
        ]
    return questions

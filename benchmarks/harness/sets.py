"""The real data sets that models are compared on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

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
    """

    features: str
    columns: tuple[str, ...]
    pairs: tuple[list[str], list[str], str]


SETS = {
    "mango": BenchmarkSet(
        "features_image.npy", ("type", "year", "line"), (["Tops"], ["Bottoms"], "group")
    ),
    "polyvore_titles": BenchmarkSet("features_text.npy", (), (["upper"], ["bottom"], "category")),
}


def load(name: str, features: str | None = None) -> OutfitTables:
    """Read a data set with one file of features."""
    root = Path(os.environ["FASHIONGRAPH_DATA"]) / name
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
        protocol = column.split(",")[0]
        questions[column] = [
            outfits.questions("compatibility", protocol, SETS[name].columns, seed),
            outfits.questions("fitb", protocol, SETS[name].columns, seed),
        ]
    return questions

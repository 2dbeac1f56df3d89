"""The studies: which models are compared on which data."""

from __future__ import annotations

from dataclasses import dataclass

from harness.entries import HEURISTICS, PLUS, PUBLISHED, SEARCHED
from harness.sets import COMPARED, DESIGNERS, FROZEN, PROTOCOLS
from harness.variants import (
    ABLATION,
    ABLATION_PAPER,
    ATTRIBUTES,
    ATTRIBUTES_PAPER,
    FIVE,
    LONGER,
    OUTFITS,
    PAPER,
    STUDENTS,
    TEACHERS,
    TRIED,
    TRIED_ON_BASELINES,
)


@dataclass(frozen=True)
class Study:
    """A comparison of models over data sets, protocols and seeds.

    Args:
        models: Rows of the tables, in this order.
        reference: The row that the others are compared with.
        data: Data sets.
        protocols: Protocols of training negatives and of the questions.
        seeds: Seeds.
    """

    models: tuple[str, ...]
    reference: str = PLUS
    data: tuple[str, ...] = FROZEN
    protocols: tuple[str, ...] = PROTOCOLS
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)


MATCHED = ("matched",)
FIRST = (0, 1, 2)

STUDIES: dict[str, Study] = {
    "compatibility": Study((*SEARCHED, *HEURISTICS, *PUBLISHED), data=COMPARED),
    "ablation": Study((PLUS, *ABLATION, *HEURISTICS)),
    "attributes": Study((*ATTRIBUTES, *HEURISTICS), seeds=FIRST),
    "ablation-paper": Study((PAPER, *ABLATION_PAPER, *HEURISTICS), PAPER, seeds=FIRST),
    "attributes-paper": Study((*ATTRIBUTES_PAPER, *HEURISTICS), PAPER, seeds=FIRST),
    "longer": Study((*LONGER, *HEURISTICS), f"{PLUS}, longer", COMPARED, MATCHED),
    "ensembles": Study(
        (*FIVE, PLUS, "Nearest features"),
        f"{PLUS}, five",
        ("polyvore_titles, two encoders",),
        MATCHED,
    ),
    "pictures": Study((*SEARCHED, *HEURISTICS), data=("mango, pictures",)),
    "new-items": Study((*SEARCHED, *HEURISTICS), data=("mango, new items",)),
    # An encoder would be tuned on all of the outfits.
    "outfits": Study((*OUTFITS, PLUS, *HEURISTICS), protocols=MATCHED, seeds=FIRST),
    "tried": Study(
        (PLUS, *TRIED, *TRIED_ON_BASELINES, *HEURISTICS), protocols=MATCHED, seeds=FIRST
    ),
    "designers": Study((*STUDENTS, *TEACHERS, *HEURISTICS), "no teacher", DESIGNERS, MATCHED),
}

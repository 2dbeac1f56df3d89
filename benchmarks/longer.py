"""All models trained twice as long, and outfits scored against strangers in them.

    FASHIONGRAPH_DATA=… python benchmarks/longer.py --protocols matched --seeds 0 1 2

Each has the settings that ``benchmarks/compatibility.py`` settles for it. The column "against
strangers" has :func:`fashiongraph.evaluation.score_against_negatives`; the others score outfits as
everywhere.
"""

from __future__ import annotations

from harness.study import Study
from harness.variants import FULL, LONGER


def main() -> None:
    """Run what is missing and write tables and plots."""
    study, tabulate = Study.parse(__doc__.splitlines()[0], list(LONGER))
    if not tabulate:
        study.train()
    print(study.report_lead("longer", f"{FULL}, longer"))


if __name__ == "__main__":
    main()

"""How many outfits the preset needs: parts of the training outfits, for as many steps.

    FASHIONGRAPH_DATA=… python benchmarks/outfits.py --seeds 0 1 2

See ``benchmarks/compatibility.py`` for how runs are trained, chosen and kept.
"""

from __future__ import annotations

from harness.sets import FROZEN
from harness.study import PAGE, Study
from harness.variants import FULL, OUTFITS


def main() -> None:
    """Run what is missing and write tables and plots."""
    # An encoder would have learned from all the outfits.
    study, tabulate = Study.parse(__doc__.splitlines()[0], [*OUTFITS, FULL], FROZEN)
    if not tabulate:
        study.train()
    print(study.report("outfits", FULL, list(OUTFITS), PAGE))


if __name__ == "__main__":
    main()

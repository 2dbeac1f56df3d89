"""What was tried on the preset and not kept, and what a wider search gives baselines.

    FASHIONGRAPH_DATA=… python benchmarks/tried.py --seeds 0 1 2

See ``benchmarks/compatibility.py`` for how runs are trained, chosen and kept.
"""

from __future__ import annotations

from harness.sets import FROZEN
from harness.study import PAGE, Study
from harness.variants import FULL, TRIED, TRIED_ON_BASELINES


def main() -> None:
    """Run what is missing and write tables and plots."""
    tried = [*TRIED, *TRIED_ON_BASELINES]
    study, tabulate = Study.parse(__doc__.splitlines()[0], [FULL, *tried], FROZEN)
    if not tabulate:
        study.train()
    print(study.report("tried", FULL, tried, PAGE))


if __name__ == "__main__":
    main()

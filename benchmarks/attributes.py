"""How many attributes the preset, which has 4, needs: K from 1 to 8.

    FASHIONGRAPH_DATA=… python benchmarks/attributes.py --seeds 0 1 2

See ``benchmarks/compatibility.py`` for how runs are trained, chosen and kept.
"""

from __future__ import annotations

from harness.sets import FROZEN
from harness.study import PAGE, Study
from harness.variants import ATTRIBUTES, FULL


def main() -> None:
    """Run what is missing and write tables and plots."""
    study, tabulate = Study.parse(__doc__.splitlines()[0], list(ATTRIBUTES), FROZEN)
    if not tabulate:
        study.train()
    print(study.report("attributes", FULL, list(ATTRIBUTES), PAGE))


if __name__ == "__main__":
    main()

"""How many attributes a model needs: K from 1 to 8.

    FASHIONGRAPH_DATA=… python benchmarks/attributes.py --seeds 0 1 2

See ``benchmarks/compatibility.py`` for how runs are trained, chosen and kept.
"""

from __future__ import annotations

from harness.study import PAGE, Study
from harness.variants import ATTRIBUTES


def main() -> None:
    """Run what is missing and write tables and plots."""
    names = list(ATTRIBUTES)
    study, tabulate = Study.parse(__doc__.splitlines()[0], names)
    if not tabulate:
        study.train()
    print(study.report("attributes", "K = 4", names, PAGE))


if __name__ == "__main__":
    main()

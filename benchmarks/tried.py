"""What was tried on the preset and not kept.

    FASHIONGRAPH_DATA=… python benchmarks/tried.py --seeds 0 1 2

See ``benchmarks/compatibility.py`` for how runs are trained, chosen and kept.
"""

from __future__ import annotations

from harness.study import PAGE, Study
from harness.variants import FULL, TRIED


def main() -> None:
    """Run what is missing and write tables and plots."""
    study, tabulate = Study.parse(__doc__.splitlines()[0], [FULL, *TRIED])
    if not tabulate:
        study.train()
    print(study.report("tried", FULL, list(TRIED), PAGE))


if __name__ == "__main__":
    main()

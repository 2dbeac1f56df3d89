"""What each part of the library's own model is worth: the model without it.

    FASHIONGRAPH_DATA=… python benchmarks/ablation.py --seeds 0 1 2

See ``benchmarks/compatibility.py`` for how runs are trained, chosen and kept.
"""

from __future__ import annotations

from harness.sets import FROZEN
from harness.study import PAGE, Study
from harness.variants import ABLATION, FULL


def main() -> None:
    """Run what is missing and write tables and plots."""
    study, tabulate = Study.parse(__doc__.splitlines()[0], [FULL, *ABLATION], FROZEN)
    if not tabulate:
        study.train()
    print(study.report("ablation", FULL, list(ABLATION), PAGE))


if __name__ == "__main__":
    main()

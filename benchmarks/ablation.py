"""What each part of the library's own model is worth: the model without it.

    FASHIONGRAPH_DATA=… python benchmarks/ablation.py --seeds 0 1 2

See ``benchmarks/compatibility.py`` for how runs are trained, chosen and kept.
"""

from __future__ import annotations

from pathlib import Path

from harness.study import Study
from harness.variants import ABLATION, FULL


def main() -> None:
    """Run what is missing and write tables and plots."""
    study, tabulate = Study.parse(__doc__.splitlines()[0], [FULL, *ABLATION])
    if not tabulate:
        study.train()
    print(study.report(Path("benchmarks/results"), "ablation", FULL, list(ABLATION)))


if __name__ == "__main__":
    main()

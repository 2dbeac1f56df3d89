"""Five of each model that score by their mean, on features of two text encoders that learned first.

    FASHIONGRAPH_DATA=… python benchmarks/ensembles.py --protocols matched --seeds 0 1 2 3 4

Each has the settings that ``benchmarks/compatibility.py`` settles for it on the features of one
encoder. The second encoder, all-mpnet-base-v2, takes five packages more; what they are called is
said where they are missing.
"""

from __future__ import annotations

from harness.sets import COMPARED, SETS
from harness.study import Study
from harness.variants import FIVE, FULL


def main() -> None:
    """Run what is missing and write tables and plots."""
    models = [*FIVE, FULL, "Nearest features"]
    data = [name for name in SETS if name not in COMPARED]
    study, tabulate = Study.parse(__doc__.splitlines()[0], models, data)
    if not tabulate:
        study.train()
    print(study.report_lead("ensembles", f"{FULL}, five"))


if __name__ == "__main__":
    main()

"""Five of each model that score by their mean, on features of two text encoders that learned first.

    FASHIONGRAPH_DATA=… python benchmarks/ensembles.py --protocols matched --seeds 0 1 2 3 4

Each has the settings that ``benchmarks/compatibility.py`` settles for it on the features of one
encoder. The second encoder, all-mpnet-base-v2, takes five packages more; what they are called is
said where they are missing.
"""

from __future__ import annotations

from harness.report import insert
from harness.sets import SETS
from harness.study import PAGE, Study
from harness.variants import FIVE, FULL

TWO_ENCODERS = [name for name, one in SETS.items() if len(one.encoders) == 2]


def main() -> None:
    """Run what is missing and write tables and plots."""
    models = [*FIVE, FULL, "Nearest features"]
    study, tabulate = Study.parse(__doc__.splitlines()[0], models, TWO_ENCODERS)
    if not tabulate:
        study.train()
    rivals = [name for name in models if not name.startswith("ADD-GNN")]
    others = "the best model that is no ADD-GNN"
    tables = study.report("ensembles", f"{FULL}, five", rivals, PAGE, others)
    print(tables)
    insert(PAGE.parents[1] / "README.md", "ensembles", tables)


if __name__ == "__main__":
    main()

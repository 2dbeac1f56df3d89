"""Whether a teacher that learned from designers' outfits helps a student that learns from users'.

    FASHIONGRAPH_DATA=… python benchmarks/designers.py --seeds 0 1 2 3 4

See ``benchmarks/harness/designer_case.py`` for whose outfits are whose, and
``benchmarks/compatibility.py`` for how runs are trained, chosen and kept.
"""

from __future__ import annotations

from harness.study import PAGE, Study
from harness.variants import DESIGNERS, KNOWLEDGE

DATA = [f"mango, noise {share}" for share in ("0", "0.15", "0.3", "0.5")]
DATA += ["polyvore_titles after mango"]


def main() -> None:
    """Run what is missing and write tables and plots."""
    names = [*KNOWLEDGE, *DESIGNERS]
    study, tabulate = Study.parse(__doc__.splitlines()[0], names, DATA)
    if not tabulate:
        study.train()
    print(
        study.report(
            "designers", "outfits: start and scores", ["no knowledge"], PAGE, "no knowledge"
        )
    )


if __name__ == "__main__":
    main()

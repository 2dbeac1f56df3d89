"""All models and controls on real outfits: compatibility AUC and filling in blanks.

    FASHIONGRAPH_DATA=… python benchmarks/compatibility.py --seeds 0 1 2

A model is trained with the strangers of the protocol it is then asked about, unless its published
settings say otherwise. Its settings are chosen on the validation outfits of three seeds, among as
many for every model. Every training writes one JSON file and is skipped when that file exists; the
tables and plots are made of those files alone.
"""

from __future__ import annotations

from harness.models import CONTROLS, MODELS
from harness.study import Study
from harness.variants import FULL


def main() -> None:
    """Run what is missing and write tables and plots."""
    names = [*MODELS, *CONTROLS]
    study, tabulate = Study.parse(__doc__.splitlines()[0], names)
    if not tabulate:
        study.train()
    print(study.report_lead("compatibility", FULL))


if __name__ == "__main__":
    main()

"""Compare ADD-GNN+ with NGNN: ``run.py compatibility`` with the rows of both.

FASHIONGRAPH_DATA=… python benchmarks/compare_ngnn.py [options of run.py]
"""

import sys

from run import main

if __name__ == "__main__":
    main(
        [
            "compatibility",
            "--models",
            "ADD-GNN+",
            "NGNN",
            "NGNN, published",
            "NGNN, published code",
            *sys.argv[1:],
        ]
    )

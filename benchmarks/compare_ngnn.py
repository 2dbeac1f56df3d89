"""Compare ADD-GNN+ with NGNN: ``run.py compatibility`` with the rows of both.

FASHIONGRAPH_DATA=… python benchmarks/compare_ngnn.py [options of run.py]
"""

import sys

from run import main

MODELS = ("ADD-GNN+", "NGNN", "NGNN, published", "NGNN, published code")

if __name__ == "__main__":
    main(["compatibility", "--models", *MODELS, *sys.argv[1:]])

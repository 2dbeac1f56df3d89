"""Compare ADD-GNN+ with Bi-LSTM: ``run.py compatibility`` with the rows of both.

FASHIONGRAPH_DATA=… python benchmarks/compare_bilstm.py [options of run.py]
"""

import sys

from run import main

MODELS = ("ADD-GNN+", "Bi-LSTM", "Bi-LSTM, published")

if __name__ == "__main__":
    main(["compatibility", "--models", *MODELS, *sys.argv[1:]])

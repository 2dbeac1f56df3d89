"""Compare ADD-GNN+ with Bi-LSTM: ``run.py compatibility`` with the rows of both.

FASHIONGRAPH_DATA=… python benchmarks/compare_bilstm.py [options of run.py]
"""

import sys

from run import main

if __name__ == "__main__":
    models = ["ADD-GNN+", "Bi-LSTM", "Bi-LSTM, published"]
    main(["compatibility", "--models", *models, *sys.argv[1:]])

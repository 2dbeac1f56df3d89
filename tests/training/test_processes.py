"""Two processes train as one process with the doubled batch does."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest

SCRIPT = """
import logging, sys
import torch
from fashiongraph.data import category_graph
from fashiongraph.datasets import SyntheticWardrobe
from fashiongraph.models import ADDGNN
from fashiongraph.training import Recipe, fit

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
devices, batch_size, output = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
wardrobe = SyntheticWardrobe(num_items=100, num_outfits=128, features="attributes")
outfits = wardrobe.outfits
train, valid = outfits.select(slice(0, 96)), outfits.select(slice(96, 128))
graph = category_graph(train.category_id, train.batch, wardrobe.num_categories)
torch.manual_seed(0)
model = ADDGNN(wardrobe.num_features, 8, 2, 1)
history = fit(
    model, train, valid, graph=graph, recipe=Recipe(batch_size=batch_size), max_epochs=3,
    directory=output, progress=False, accelerator="cpu", devices=devices,
    strategy="ddp" if devices > 1 else "auto",
)
history.to_csv(f"{output}/history.csv")
"""


@pytest.mark.slow
def test_the_loss_curve_is_that_of_one_process_with_the_doubled_batch(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    histories = []
    for devices, batch_size in ((1, 16), (2, 8)):
        output = tmp_path / str(devices)
        subprocess.run(
            [sys.executable, str(script), str(devices), str(batch_size), str(output)],
            check=True,
            timeout=600,
            capture_output=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PL_TORCH_DISTRIBUTED_BACKEND": "gloo"},
        )
        histories.append(pd.read_csv(output / "history.csv"))
    one, two = histories
    assert len(one) == 3
    for column in ("train/loss", "valid/auc", "valid/fitb"):
        assert two[column].to_numpy() == pytest.approx(one[column].to_numpy(), rel=1e-4), column

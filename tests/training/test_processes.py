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
from fashiongraph.objectives import default_objective
from fashiongraph.objectives import paper_objective
from fashiongraph.data import category_graph
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.models import ADDGNN, SetTransformer, Siamese
from fashiongraph.training import TrainingConfig, fit

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
devices, batch_size, output, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
wardrobe = SyntheticOutfits(num_items=100, num_outfits=128, features="attributes")
outfits = wardrobe.outfits
# A last batch of three outfits, or of one, which leaves the other process none.
num_train = 99 if name == "ADDGNN" else 97
train, valid = outfits.select(slice(0, num_train)), outfits.select(slice(num_train, 128))
graph = category_graph(train.category_id, train.batch, wardrobe.num_categories)
torch.manual_seed(0)
width = wardrobe.num_features
model = {
    "ADDGNN": lambda: ADDGNN(width, 8, 2, 1),
    "SetTransformer": lambda: SetTransformer(width, 8, 1, 2),
    "Siamese": lambda: Siamese(width),
}[name]()
# The published loss does not reach every parameter.
objective = paper_objective(model) if name == "Siamese" else default_objective(model)
history = fit(
    model, train, valid, graph=graph, objective=objective, max_epochs=3,
    config=TrainingConfig(batch_size=batch_size),
    directory=output, progress=False, accelerator="cpu", devices=devices,
    strategy="ddp" if devices > 1 else "auto",
)
history.to_csv(f"{output}/history.csv")
"""


@pytest.mark.slow
@pytest.mark.parametrize("model", ["ADDGNN", "SetTransformer", "Siamese"])
def test_the_loss_curve_is_that_of_one_process_with_the_doubled_batch(tmp_path, model):
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    histories = []
    for devices, batch_size in ((1, 16), (2, 8)):
        output = tmp_path / str(devices)
        subprocess.run(
            [sys.executable, str(script), str(devices), str(batch_size), str(output), model],
            check=True,
            timeout=300,
            capture_output=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PL_TORCH_DISTRIBUTED_BACKEND": "gloo"},
        )
        histories.append(pd.read_csv(output / "history.csv"))
    one, two = histories
    assert len(one) == len(two) == 3
    if model == "Siamese":  # a mean over pairs, of which outfits have more or fewer
        assert two["train/loss"].to_numpy() == pytest.approx(one["train/loss"].to_numpy(), rel=0.01)
        return
    for column in ("train/loss", "valid/auc", "valid/fitb"):
        assert two[column].to_numpy() == pytest.approx(one[column].to_numpy(), rel=1e-4), column

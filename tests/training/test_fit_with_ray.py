"""A training by processes of Ray equals one by processes of Lightning."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.models import OutfitModel, Siamese
from fashiongraph.training.fit_with_ray import fit_with_ray

SCRIPT = """
import logging, sys
import torch
from fashiongraph.data import category_graph
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.models import ADDGNN
from fashiongraph.ray_session import ray_session
from fashiongraph.training import TrainingConfig, fit
from fashiongraph.training.fit_with_ray import fit_with_ray

logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
engine, output = sys.argv[1:]
outfits = SyntheticOutfits.attributes_only(num_outfits=128, seed=0)
train, valid = outfits.select(slice(0, 99)), outfits.select(slice(99, 128))  # unequal shares
graph = category_graph(train.category_id, train.batch, outfits.items.num_categories)
torch.manual_seed(0)
model = ADDGNN(outfits.items.num_features, 8, 2, 1)
settings = dict(graph=graph, config=TrainingConfig(batch_size=8), directory=output, logger=False)
if engine == "ray":
    with ray_session():
        history = fit_with_ray(model, train, valid, max_epochs=2, **settings)
        try:
            fit_with_ray(model, train, valid, max_epochs=2, resume=True, patience=0, **settings)
        except FashionGraphError as error:
            print(error)
else:
    history = fit(model, train, valid, max_epochs=2, progress=False, accelerator="cpu", devices=2,
                  strategy="ddp", **settings)
history.to_csv(f"{output}/history.csv")
torch.save(model.state_dict(), f"{output}/returned.pt")
"""


def run(tmp_path, engine):
    script, output = tmp_path / "train.py", tmp_path / engine
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(script), engine, str(output)],
        check=True,
        timeout=300,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PL_TORCH_DISTRIBUTED_BACKEND": "gloo"},
    )
    return output, done


@pytest.mark.slow
def test_losses_weights_and_files_are_those_of_ddp(tmp_path):
    pytest.importorskip("ray.train", reason="needs the extra 'ray'")
    ddp, _ = run(tmp_path, "ddp")
    by_ray, done = run(tmp_path, "ray")
    # The error of a process of Ray, as it was there.
    assert done.stdout.startswith("'resume' needs the settings that the training began with")
    assert "'patience'" in done.stdout.splitlines()[0]
    lines = done.stderr.splitlines()
    assert [line[:12] for line in lines] == ["epoch 1 of 2", "epoch 2 of 2"]  # and no other
    one, other = (pd.read_csv(folder / "history.csv") for folder in (ddp, by_ray))
    assert len(one) == 2
    for column in ("train/loss", "valid/auc", "valid/fitb"):
        assert other[column].to_numpy() == pytest.approx(one[column].to_numpy(), abs=1e-5), column
    models = [OutfitModel.load(folder / "model") for folder in (ddp, by_ray)]
    returned = torch.load(by_ray / "returned.pt")
    for name, weight in models[0].state_dict().items():
        torch.testing.assert_close(models[1].state_dict()[name], weight, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(returned[name], weight, rtol=1e-5, atol=1e-5)
    assert torch.equal(models[0].training_outfits, models[1].training_outfits)
    names = [{file.name for file in folder.iterdir()} for folder in (ddp, by_ray)]
    assert names[0] | {"returned.pt"} == names[1] | {"returned.pt"}


def test_arguments_are_checked_before_ray_starts(wardrobe, tmp_path):
    with pytest.raises(FashionGraphError, match="'num_processes' needs to be at least 1"):
        fit_with_ray(Siamese(8), wardrobe, directory=tmp_path, num_processes=0)
    assert list(tmp_path.iterdir()) == []

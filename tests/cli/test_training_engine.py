"""``fashiongraph train --engine ray``: options, and termination."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from fashiongraph.models import OutfitModel, Siamese


@pytest.mark.slow
def test_a_terminated_training_keeps_its_best_epoch(folder, tmp_path):
    pytest.importorskip("ray.train", reason="needs the extra 'ray'")
    output = tmp_path / "run"
    words = [sys.executable, "-m", "fashiongraph", "train", str(folder), "-o", str(output)]
    words += ["--features", "features.npy"]
    words += ["--engine", "ray", "--devices", "2", "--hidden", "4", "--batch-size", "8"]
    words += ["--logger", "none", "--lr", "0.001", "--model", "siamese"]
    process = subprocess.Popen([*words, "--epochs", "2000"], stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line.startswith("epoch 2"):
            process.send_signal(signal.SIGTERM)
            break
    rest = process.stderr.read()
    assert process.wait(120) == 128 + signal.SIGTERM
    assert "--resume" in rest.splitlines()[-1]
    assert isinstance(OutfitModel.load(output / "model"), Siamese)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--devices", "auto"), "'--devices' needs a number"),
        (("--accelerator", "tpu"), "'--accelerator' needs to be one of"),
        (("--strategy", "fsdp"), "'--strategy' has no effect with '--engine ray'"),
    ],
)
def test_hardware_that_ray_does_not_have(folder, command, tmp_path, options, message):
    words = ("train", folder, "-o", tmp_path / "run", "--engine", "ray", *options)
    assert message in str(command(*words, fails=True).exception)
    assert not (tmp_path / "run").exists()

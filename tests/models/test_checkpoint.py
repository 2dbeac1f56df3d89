from __future__ import annotations

import json
from threading import Event, Thread

import pytest
import torch

from fashiongraph.errors import DataError
from fashiongraph.manifest import MANIFEST
from fashiongraph.models import OutfitModel, Siamese
from fashiongraph.models.checkpoint import read_checkpoint, write_checkpoint

TENSORS = {"weights": {"a": torch.arange(6.0).view(2, 3).t(), "b": torch.tensor(2)}, "graph": {}}


def test_tensors_and_card_are_read_as_written(tmp_path):
    write_checkpoint(tmp_path / "model", {"model": "Mine", "size": 3}, TENSORS)
    card, tensors = read_checkpoint(tmp_path / "model")
    assert set(card) == {"model", "size", "sha256"}
    assert set(card["sha256"]) == {"weights.safetensors", "graph.safetensors"}
    torch.testing.assert_close(tensors, TENSORS, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["weights.safetensors", "graph.safetensors"])
def test_every_flipped_bit_is_found(tmp_path, name):
    write_checkpoint(tmp_path / "model", {}, TENSORS)
    file = tmp_path / "model" / name
    content = file.read_bytes()
    for position in range(0, len(content), max(1, len(content) // 8)):
        flipped = bytearray(content)
        flipped[position] ^= 1
        file.write_bytes(flipped)
        with pytest.raises(DataError, match=f"{name}: the file of the checkpoint is damaged"):
            read_checkpoint(tmp_path / "model")


def test_a_card_names_no_file_outside(tmp_path):
    write_checkpoint(tmp_path / "model", {}, TENSORS)
    card = {"sha256": {"../secret.safetensors": "0"}}
    (tmp_path / "model" / "model.json").write_text(json.dumps(card))
    with pytest.raises(DataError, match="outside of the checkpoint"):
        read_checkpoint(tmp_path / "model")


def test_a_reader_gets_one_version_while_checkpoints_are_replaced(tmp_path):
    path, done = tmp_path / "model", Event()
    models = [Siamese(8, width) for width in (4, 4)]
    for number, model in enumerate(models):
        model.categories = [str(number)]
        torch.nn.init.constant_(next(model.parameters()), number)
    models[0].save(path)

    def replace():
        number = 0
        while not done.is_set():
            number = 1 - number
            models[number].save(path)

    thread = Thread(target=replace)
    thread.start()
    try:
        seen = set()
        for _ in range(100):
            loaded = OutfitModel.load(path)
            value = next(loaded.parameters()).unique().tolist()
            assert value == [float(loaded.categories[0])]
            seen.add(loaded.categories[0])
    finally:
        done.set()
        thread.join()
    assert seen == {"0", "1"}
    assert {file.name for file in path.iterdir()} == {
        "model.json",
        "weights.safetensors",
        MANIFEST,
    }

from __future__ import annotations

import torch

from fashiongraph.models.checkpoint import read_checkpoint, write_checkpoint

TENSORS = {"weights": {"a": torch.arange(6.0).view(2, 3).t(), "b": torch.tensor(2)}, "graph": {}}


def test_tensors_and_card_are_read_as_written(tmp_path):
    write_checkpoint(tmp_path / "model", {"model": "Mine", "size": 3}, TENSORS)
    card, tensors = read_checkpoint(tmp_path / "model")
    assert card == {"model": "Mine", "size": 3}
    torch.testing.assert_close(tensors, TENSORS, rtol=0, atol=0)

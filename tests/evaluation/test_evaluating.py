from __future__ import annotations

import pytest
import torch

from fashiongraph.evaluation.evaluating import evaluating


def test_each_part_is_as_it_was_even_after_a_failure():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2)).train()
    model[1].eval()
    with pytest.raises(RuntimeError), evaluating(model):
        assert not any(part.training for part in model.modules())
        raise RuntimeError
    assert [part.training for part in model.modules()] == [True, True, False]

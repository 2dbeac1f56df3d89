from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.training import TrainingConfig


def rates(recipe, steps):
    made = config.configure([torch.nn.Parameter(torch.zeros(1))], steps)
    seen = []
    for _ in range(steps):
        seen.append(made["optimizer"].param_groups[0]["lr"])
        made["optimizer"].step()
        if "lr_scheduler" in made:
            made["lr_scheduler"]["scheduler"].step()
    return seen


def test_cosine_rises_then_falls():
    seen = rates(TrainingConfig(learning_rate=1.0, warmup=0.1), 100)
    assert seen[0] == pytest.approx(0.1)
    assert max(seen) == pytest.approx(1.0) == seen[10]
    assert seen[10:] == sorted(seen[10:], reverse=True)
    assert seen[-1] < 1e-3


def test_the_papers_recipe_stays_constant():
    recipe = TrainingConfig.paper()
    assert rates(recipe, 5) == [1e-3] * 5
    made = config.configure([torch.nn.Parameter(torch.zeros(1))], 5)
    assert isinstance(made["optimizer"], torch.optim.RMSprop)


def test_a_constant_rate_may_be_halved_every_few_epochs():
    recipe = TrainingConfig(optimizer="sgd", learning_rate=0.2, schedule="constant", halve_every=2)
    made = config.configure([torch.nn.Parameter(torch.zeros(1))], 1000)
    seen = []
    for _ in range(5):
        seen.append(made["optimizer"].param_groups[0]["lr"])
        made["optimizer"].step()
        made["lr_scheduler"].step()
    assert seen == [0.2, 0.2, 0.1, 0.1, 0.05]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"batch_size": 0}, "'batch_size' needs to be a positive integer"),
        ({"optimizer": "best"}, "'optimizer' needs to be one of adamw, rmsprop, sgd"),
        ({"learning_rate": 0.0}, "'learning_rate' needs to be positive"),
        ({"schedule": "up"}, "'schedule' needs to be"),
        ({"warmup": 1.0}, "'warmup' needs to lie in"),
        ({"halve_every": 2}, r"the schedule 'constant' \(got 2 and 'cosine'\)"),
        ({"halve_every": 0, "schedule": "constant"}, "'halve_every' needs to be a positive"),
    ],
)
def test_refuses_settings_out_of_range(setting, message):
    with pytest.raises(FashionGraphError, match=message):
        TrainingConfig(**setting)

from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.models import ADDGNNPlus
from fashiongraph.training import TrainingConfig


def rates(config, steps):
    made = config.configure({"weight": torch.nn.Parameter(torch.zeros(1))}, steps)
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


def test_the_published_rate_stays_constant():
    config = TrainingConfig.paper()
    assert rates(config, 5) == [1e-3] * 5
    made = config.configure({"weight": torch.nn.Parameter(torch.zeros(1))}, 5)
    assert isinstance(made["optimizer"], torch.optim.RMSprop)


def test_a_constant_rate_may_be_halved_every_few_epochs():
    config = TrainingConfig(optimizer="sgd", learning_rate=0.2, schedule="constant", halve_every=2)
    made = config.configure({"weight": torch.nn.Parameter(torch.zeros(1))}, 1000)
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
        ({"optimizer": "best"}, "'optimizer'.*best"),
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


def test_biases_masks_and_scalars_do_not_decay():
    model = ADDGNNPlus(8, 6, 3)
    config = TrainingConfig(optimizer="adam", weight_decay=0.1)
    optimizer = config.configure(dict(model.named_parameters()), 10)["optimizer"]
    assert isinstance(optimizer, torch.optim.Adam)
    decaying, fixed = optimizer.param_groups
    assert (decaying["weight_decay"], fixed["weight_decay"]) == (0.1, 0.0)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    assert {names[id(p)] for p in fixed["params"]} == {
        "encoder.mask.weight",
        "encoder.lin.bias",
        "context.encoder.mask.weight",
        "priors.0.weight",
        "priors.1.pmi.log_smoothing",
        "priors.1.pmi.weight",
        "pool.log_sharpness",
    }
    assert len(decaying["params"]) + len(fixed["params"]) == len(names)


def test_an_optimizer_and_scheduler_of_ones_own():
    config = TrainingConfig(
        optimizer=torch.optim.Adagrad,
        learning_rate=0.5,
        scheduler=lambda optimizer, steps: torch.optim.lr_scheduler.LinearLR(
            optimizer, 1.0, 0.0, total_iters=steps
        ),
    )
    made = config.configure({"weight": torch.nn.Parameter(torch.zeros(1))}, 4)
    assert isinstance(made["optimizer"], torch.optim.Adagrad)
    made["optimizer"].step()
    made["lr_scheduler"].step()
    assert made["optimizer"].param_groups[0]["lr"] == pytest.approx(0.375)

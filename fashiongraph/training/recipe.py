"""How a model is optimised."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from fashiongraph.errors import FashionGraphError

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
}


@dataclass(frozen=True)
class Recipe:
    """Settings of the optimiser, the same for every model unless one asks for its own.

    Args:
        batch_size: Real outfits per batch and process.
        optimizer: ``"adamw"``, ``"rmsprop"`` or ``"sgd"``.
        learning_rate: Highest learning rate.
        weight_decay: Decay of weights.
        schedule: ``"cosine"`` rises over the first ``warmup`` share of all steps and falls to 0 in
            half a cosine; ``"constant"`` stays, but for ``halve_every``.
        warmup: Share of steps over which a cosine schedule rises.
        gradient_clip: Highest norm of a gradient; :obj:`None` for no limit.
        halve_every: Epochs after which a constant schedule halves the rate, again and again;
            :obj:`None` for never.

    Raises:
        FashionGraphError: If a setting is out of range.
    """

    batch_size: int = 128
    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 0.0
    schedule: str = "cosine"
    warmup: float = 0.05
    gradient_clip: float | None = None
    halve_every: int | None = None

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise FashionGraphError(
                f"'batch_size' needs to be a positive integer (got {self.batch_size})"
            )
        if self.optimizer not in OPTIMIZERS:
            raise FashionGraphError(
                f"'optimizer' needs to be one of {', '.join(OPTIMIZERS)} (got {self.optimizer!r})"
            )
        if not self.learning_rate > 0:
            raise FashionGraphError(
                f"'learning_rate' needs to be positive (got {self.learning_rate})"
            )
        if self.schedule not in ("cosine", "constant"):
            raise FashionGraphError(
                f"'schedule' needs to be 'cosine' or 'constant' (got {self.schedule!r})"
            )
        if not 0 <= self.warmup < 1:
            raise FashionGraphError(f"'warmup' needs to lie in [0, 1) (got {self.warmup})")
        if self.halve_every is not None and (self.halve_every < 1 or self.schedule != "constant"):
            raise FashionGraphError(
                f"'halve_every' needs to be a positive integer and the schedule 'constant' "
                f"(got {self.halve_every} and {self.schedule!r})"
            )

    @classmethod
    def paper(cls) -> Recipe:
        """The recipe of the ADD-GNN paper: RMSprop with a constant rate of 1e-3."""
        return cls(optimizer="rmsprop", learning_rate=1e-3, schedule="constant")

    def configure(self, parameters: list[torch.nn.Parameter], num_steps: int) -> dict[str, Any]:
        """The optimiser and its schedule over ``num_steps`` steps, as Lightning takes them."""
        optimizer = OPTIMIZERS[self.optimizer](
            parameters, lr=self.learning_rate, weight_decay=self.weight_decay
        )
        if self.halve_every is not None:
            halving = torch.optim.lr_scheduler.StepLR(optimizer, self.halve_every, gamma=0.5)
            return {"optimizer": optimizer, "lr_scheduler": halving}  # stepped every epoch
        if self.schedule == "constant":
            return {"optimizer": optimizer}
        rise = max(1, round(self.warmup * num_steps))

        def factor(step: int) -> float:
            if step < rise:
                return (step + 1) / rise
            return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, num_steps - rise)))

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

"""Training configuration: optimiser, schedule and batch size."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from fashiongraph.errors import FashionGraphError

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
}


Optimizer = Callable[..., torch.optim.Optimizer]
"""Builds an optimiser from parameter groups and ``lr``, as optimiser classes do."""

Scheduler = Callable[[torch.optim.Optimizer, int], Any]
"""Builds a scheduler, as Lightning takes it, from the optimiser and the number of steps."""


@dataclass(frozen=True)
class TrainingConfig:
    """Training configuration: batch size, optimiser and schedule.

    The default is common to all models; published models have their own in
    ``MODELS``.

    Args:
        batch_size: Number of real outfits per batch and process.
        optimizer: ``"adamw"``, ``"adam"``, ``"rmsprop"``, ``"sgd"``, or a callable that takes
            parameter groups and ``lr``.
        learning_rate: Highest learning rate.
        weight_decay: Weight decay; biases, attribute masks and scalars do not decay.
        schedule: ``"cosine"`` rises linearly over the first ``warmup`` share of all steps and falls
            to 0 along half a cosine; ``"constant"`` is constant except for ``halve_every``.
        warmup: Share of all steps in which a cosine schedule rises, in [0, 1).
        gradient_clip: Largest norm of the gradient; :obj:`None` for no limit.
        halve_every: Number of epochs after which a constant schedule halves the learning rate each
            time; :obj:`None` for never.
        scheduler: Callable that takes the optimiser and the number of steps and replaces
            ``schedule``.

    Raises:
        FashionGraphError: If a setting is out of range.

    Example:
        >>> TrainingConfig(learning_rate=3e-4, schedule="constant").optimizer
        'adamw'
    """

    batch_size: int = 128
    optimizer: str | Optimizer = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 0.0
    schedule: str = "cosine"
    warmup: float = 0.05
    gradient_clip: float | None = None
    halve_every: int | None = None
    scheduler: Scheduler | None = None

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise FashionGraphError(
                f"'batch_size' needs to be a positive integer (got {self.batch_size})"
            )
        if isinstance(self.optimizer, str) and self.optimizer not in OPTIMIZERS:
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
    def paper(cls) -> TrainingConfig:
        """Build the configuration of the ADD-GNN paper: RMSprop with a constant rate of 1e-3."""
        return cls(optimizer="rmsprop", learning_rate=1e-3, schedule="constant")

    def configure(
        self, parameters: Mapping[str, torch.nn.Parameter], num_steps: int
    ) -> dict[str, Any]:
        """Optimiser and schedule over ``num_steps`` steps, as Lightning takes them.

        Args:
            parameters: Parameters by name. Biases, attribute masks and scalars do not decay.
            num_steps: Number of steps of the full training.
        """
        optimizer = self._optimizer(parameters)
        if self.scheduler is not None:
            return {"optimizer": optimizer, "lr_scheduler": self.scheduler(optimizer, num_steps)}
        if self.halve_every is not None:
            halving = torch.optim.lr_scheduler.StepLR(optimizer, self.halve_every, gamma=0.5)
            return {"optimizer": optimizer, "lr_scheduler": halving}  # one step per epoch
        if self.schedule == "constant":
            return {"optimizer": optimizer}
        num_warmup = max(1, round(self.warmup * num_steps))

        def factor(step: int) -> float:
            if step < num_warmup:
                return (step + 1) / num_warmup
            rest = max(1, num_steps - num_warmup)
            return 0.5 * (1 + math.cos(math.pi * (step - num_warmup) / rest))

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _optimizer(self, parameters: Mapping[str, torch.nn.Parameter]) -> torch.optim.Optimizer:
        kind = OPTIMIZERS[self.optimizer] if isinstance(self.optimizer, str) else self.optimizer
        settings: dict[str, Any] = {"lr": self.learning_rate}
        if not self.weight_decay:
            return kind(list(parameters.values()), **settings)
        fixed = {name for name, p in parameters.items() if p.dim() < 2 or ".mask." in f".{name}"}
        decaying = [p for name, p in parameters.items() if name not in fixed]
        groups: list[dict[str, Any]] = [{"params": decaying, "weight_decay": self.weight_decay}]
        if fixed:
            rest = [p for name, p in parameters.items() if name in fixed]
            groups.append({"params": rest, "weight_decay": 0.0})
        return kind(groups, **settings)

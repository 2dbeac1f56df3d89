"""A model in evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def evaluating(module: torch.nn.Module) -> Iterator[None]:
    """Inside this context a module and its parts evaluate; afterwards each is as it was.

    ``module.train(module.training)`` would set all parts alike, and those that a training keeps
    frozen in evaluation mode would train.
    """
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:  # whoever catches an error in the middle of a training goes on training
        for part, training in modes:
            part.training = training

"""What runs a training: this process with Lightning's strategy, or processes of Ray."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from fashiongraph.cli.options import refuse
from fashiongraph.cli.ray_options import check_engine
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    import pandas as pd

    from fashiongraph.cli.train_options import TrainOptions

_ACCELERATORS = ("auto", "cpu", "gpu", "cuda")  # of Ray


def check_training_engine(options: TrainOptions) -> None:
    """Check the options of the engine and of the hardware before any work.

    Args:
        options: Options of the command.

    Raises:
        FashionGraphError: If one has an unknown value or no effect.
    """
    if not check_engine(options):
        return
    refuse(options, ("strategy",), "--engine ray")
    if not options.devices.isdecimal() or not int(options.devices):
        raise FashionGraphError(
            f"'--devices' needs a number of processes with '--engine ray' (got {options.devices!r})"
        )
    if options.accelerator not in _ACCELERATORS:
        raise FashionGraphError(
            f"'--accelerator' needs to be one of {', '.join(_ACCELERATORS)} with '--engine ray' "
            f"(got {options.accelerator!r})"
        )


def training_engine(options: TrainOptions) -> Callable[..., pd.DataFrame]:
    """The function that trains, with the arguments of the hardware.

    Args:
        options: Options of the command.
    """
    from fashiongraph.training import fit
    from fashiongraph.training.callbacks import EpochPrinter
    from fashiongraph.training.fit_with_ray import fit_with_ray

    if options.engine == "ray":
        return partial(
            fit_with_ray,
            num_processes=int(options.devices) * options.num_nodes,
            use_gpu={"auto": None, "cpu": False}.get(options.accelerator, True),
            address=options.ray_address,
            progress=not options.quiet,
        )
    return partial(
        fit,
        accelerator=options.accelerator,
        devices=options.devices,
        num_nodes=options.num_nodes,
        strategy=options.strategy,
        progress=False,  # a line per epoch, counted from 1, in place of Lightning's bar
        callbacks=[] if options.quiet else [EpochPrinter()],
    )

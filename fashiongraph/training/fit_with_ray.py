"""Training by several processes or machines, with Ray Train."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty
from typing import Any

import lightning.pytorch as pl
import pandas as pd
import torch
from torch_geometric.data import Data

from fashiongraph.console import print_message
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.ray_engine import bare_and_features
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.objectives import Objective, default_objective
from fashiongraph.optional import require
from fashiongraph.ray_session import check_processors, errors_of_tasks, ray_session
from fashiongraph.training.callbacks import EpochPrinter
from fashiongraph.training.fit import bind, fit, keep
from fashiongraph.training.outfit_module import OutfitModule
from fashiongraph.training.resume import history
from fashiongraph.training.training_config import TrainingConfig

_SECONDS = 0.5  # between two looks whether the training has ended


def fit_with_ray(
    model: OutfitModel,
    train: Outfits,
    valid: Outfits | None = None,
    *,
    directory: str | Path,
    num_processes: int = 2,
    address: str | None = None,
    use_gpu: bool | None = None,
    progress: bool = True,
    graph: Data | None = None,
    objective: Objective[Any] | None = None,
    config: TrainingConfig | None = None,
    callbacks: Sequence[pl.Callback] = (),
    **kwargs: Any,
) -> pd.DataFrame:
    """Train as :func:`~fashiongraph.training.fit` does in several processes, with Ray Train.

    Each process runs ``fit`` with Lightning's DDP, so that losses and weights are those of
    ``fit(…, devices=num_processes, strategy="ddp")``. The processes write into ``directory``, which
    all machines need under the same path. The outfits and items are sent to each machine once.

    Args:
        model: The model, whose class needs to be importable on all machines.
        train: As there.
        valid: As there.
        directory: As there.
        num_processes: Number of processes, each of a processor or of a GPU.
        address: A cluster, such as ``"auto"`` or ``"host:6379"``; by default one is started on this
            machine and stopped afterwards. An open session of Ray is used instead and stays open.
        use_gpu: Train on GPUs; by default if the cluster has one for each process.
        progress: Print a line per epoch.
        graph: As there.
        objective: As there.
        config: As there.
        callbacks: As there; they are sent to the processes.
        **kwargs: As there.

    Returns:
        As there.

    Raises:
        FashionGraphError: As there, or if Ray is not installed, the cluster does not answer, or it
            has too few processors or GPUs.
        DataError: As there.
        KeyboardInterrupt: If the training is interrupted. The best epoch so far is kept.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = Siamese(outfits.items.num_features)
        >>> fit_with_ray(model, outfits, directory="runs/ray")  # doctest: +SKIP
    """
    if num_processes < 1:
        raise FashionGraphError(f"'num_processes' needs to be at least 1 (got {num_processes})")
    objective, config = objective or default_objective(model), config or TrainingConfig()
    folder = Path(directory).expanduser().absolute()
    arguments = {
        **{"model": model, "graph": graph, "objective": objective, "config": config, **kwargs},
        **{"directory": folder, "progress": False, "callbacks": list(callbacks)},
    }
    module = OutfitModule(model, objective, config)
    last, before = folder / "checkpoints" / "last.ckpt", _state(folder)
    try:
        with ray_session(address) as ray:
            if use_gpu is None:
                use_gpu = ray.cluster_resources().get("GPU", 0) >= num_processes
            check_processors(ray, num_processes, "num_processes", "GPU" if use_gpu else "CPU")
            arguments["accelerator"] = "gpu" if use_gpu else "cpu"
            _run(ray, arguments, (train, valid), num_processes, use_gpu, progress)
    except (KeyboardInterrupt, SystemExit):
        if last.is_file() and (kwargs.get("resume") or _state(folder) != before):
            bind(model, train, graph)
            keep(module, folder, on_disk=True)
        raise
    bind(model, train, graph)
    keep(module, folder, on_disk=False)
    return history(folder)


def _state(folder: Path) -> int | None:
    """Time at which the last epoch was written, or :obj:`None`."""
    last = folder / "checkpoints" / "last.ckpt"
    return last.stat().st_mtime_ns if last.is_file() else None


def _run(
    ray: Any,
    arguments: Mapping[str, Any],
    outfits: tuple[Outfits, Outfits | None],
    num_processes: int,
    use_gpu: bool,
    progress: bool,
) -> None:
    """Train in processes of a session."""
    ray_train, torch_trainer = require("ray.train", "ray"), require("ray.train.torch", "ray")
    lines = require("ray.util.queue", "ray").Queue(actor_options={"num_cpus": 0})
    tables = {id(one.items): one.items for one in outfits if one is not None}
    stored = {}
    for name, items in tables.items():
        bare, features = bare_and_features(items)
        stored[name] = bare, ray.put(features)
    bare_outfits = [
        None if one is None else one.with_items(stored[id(one.items)][0]) for one in outfits
    ]
    folder: Path = arguments["directory"]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".ray-", dir=folder) as scratch:
        trainer = torch_trainer.TorchTrainer(
            _train,
            train_loop_config={
                "arguments": ray.put(dict(arguments)),
                "outfits": ray.put(bare_outfits),
                "features": [None if one is None else stored[id(one.items)][1] for one in outfits],
                "lines": lines if progress else None,
            },
            scaling_config=ray_train.ScalingConfig(num_workers=num_processes, use_gpu=use_gpu),
            run_config=ray_train.RunConfig(name="training", storage_path=scratch),
        )
        with errors_of_tasks():
            _wait(trainer, lines)


def _wait(trainer: Any, lines: Any) -> None:
    """Run a trainer and print the lines of its processes.

    Ray Train would end the program by ``sys.exit(0)`` at an interrupt, except in a thread.
    """
    errors: list[BaseException] = []

    def run() -> None:
        try:
            trainer.fit()
        except BaseException as error:  # for the thread that waits
            errors.append(error)

    thread = threading.Thread(target=run, name="ray-train", daemon=True)
    thread.start()
    running = True
    while running:
        running = thread.is_alive()  # before the last look
        try:
            while True:
                print_message(lines.get(timeout=_SECONDS if running else 0.01))
        except Empty:
            pass
    if errors:
        raise errors[0]


def _train(settings: Mapping[str, Any]) -> None:
    """Train in a process of Ray."""
    from lightning.pytorch.utilities import rank_zero_only

    ray, ray_lightning = require("ray", "ray"), require("ray.train.lightning", "ray")
    # Lightning reads the variables of the process before Ray Train has set them.
    rank_zero_only.rank = ray.train.get_context().get_world_rank()  # type: ignore[attr-defined]
    arguments, outfits = ray.get(settings["arguments"]), ray.get(settings["outfits"])
    for place, features in enumerate(settings["features"]):
        array = None if features is None else ray.get(features)
        if array is not None:
            items = outfits[place].items
            items = items.with_features(torch.as_tensor(array), items.feature_sources)
            outfits[place] = outfits[place].with_items(items)
    callbacks = arguments.pop("callbacks")
    if settings["lines"] is not None:
        callbacks = [*callbacks, EpochPrinter(settings["lines"].put)]
    fit(
        arguments.pop("model"),
        *outfits,
        callbacks=callbacks,
        strategy=ray_lightning.RayDDPStrategy(),
        plugins=[ray_lightning.RayLightningEnvironment()],
        **arguments,
    )

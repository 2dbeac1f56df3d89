"""Training of any model."""

from __future__ import annotations

import logging
import signal
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import pandas as pd
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.callbacks import EarlyStopping, RichProgressBar, StochasticWeightAveraging
from lightning.pytorch.loggers import CSVLogger, Logger, TensorBoardLogger
from lightning.pytorch.utilities.exceptions import SIGTERMException
from torch_geometric.data import Data

from fashiongraph.console import quiet_logger
from fashiongraph.data.duplicates import outfit_keys
from fashiongraph.data.feature_source import check_sources
from fashiongraph.data.graph_checks import check_graph
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.files import disk_errors
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.models.wrapped_model import Scorer, WrappedModel, as_outfit_model
from fashiongraph.objectives import Objective, default_objective
from fashiongraph.training.callbacks import (
    InterruptHandler,
    RelocatableCheckpoint,
    RunRecord,
)
from fashiongraph.training.outfit_data_module import OutfitDataModule
from fashiongraph.training.outfit_module import OutfitModule
from fashiongraph.training.resume import history, is_finished, read_checkpoint, stored_settings
from fashiongraph.training.run_folder import run_folder
from fashiongraph.training.run_settings import check_run_settings, run_settings
from fashiongraph.training.training_config import TrainingConfig


def fit(
    model: Scorer,
    train: Outfits,
    valid: Outfits | None = None,
    *,
    graph: Data | None = None,
    objective: Objective[Any] | None = None,
    config: TrainingConfig | None = None,
    protocol: str = "uniform",
    columns: Sequence[str] = (),
    max_epochs: int = 20,
    patience: int | None = None,
    seed: int = 0,
    directory: str | Path | None = None,
    resume: bool = False,
    progress: bool = True,
    callbacks: Sequence[pl.Callback] = (),
    logger: Logger | Sequence[Logger] | bool | None = None,
    **trainer: Any,
) -> pd.DataFrame:
    """Train a model and keep the weights of the epoch with the best validation score.

    Args:
        model: An :class:`~fashiongraph.models.OutfitModel`, which stores ``graph`` and the category
            vocabulary of ``train``, or a plain module that maps a batch to scores.
        train: Training outfits; those with a larger weight are visited more often
            (``TrainingLoader``).
        valid: Validation outfits. Questions are drawn from them once; the validation score is the
            mean of compatibility AUC and fill-in-the-blank accuracy. Without validation outfits
            the weights of the last epoch are kept.
        graph: Category graph of the training outfits.
        objective: Training objective; by default
            :func:`~fashiongraph.objectives.default_objective`.
        config: Optimiser, schedule and batch size.
        protocol: Protocol of negatives in validation, and in training unless the objective sets
            another one.
        columns: Columns in which ``"matched"`` negatives equal the items that they replace.
        max_epochs: Largest number of epochs.
        patience: Number of epochs without a better validation score before training stops.
        seed: Seed of all random numbers of the training.
        directory: Folder for checkpoints, ``settings.json``, logs and the trained ``model``; an
            earlier training in it is replaced after the first epoch. By default nothing is kept on
            disk.
        resume: Continue from the last finished epoch in ``directory``, with the same result as
            without the interruption. The folder may have moved. Settings and data have to equal
            those of the interrupted training, except ``max_epochs`` under a constant schedule. A
            finished training, stopped early or not, is not continued.
        progress: Show a progress bar and Lightning's messages.
        callbacks: Further Lightning callbacks. With stochastic weight averaging, the average is
            kept rather than the best epoch.
        logger: Loggers beside the CSV log; by default TensorBoard, :obj:`False` for none.
        **trainer: Further arguments of :class:`lightning.pytorch.Trainer`, which replace the
            defaults, such as ``precision``, ``accelerator``, ``devices`` (by default 1),
            ``num_nodes``, ``strategy`` or ``gradient_clip_val``.

    Returns:
        One row per epoch, counted from 1: the terms of the loss, and with validation
        ``valid/auc``, ``valid/fitb`` and ``valid/score``.

    Raises:
        FashionGraphError: If there are no outfits to train on or no training to resume, an argument
            is out of range, does not fit the others (such as validation outfits of a category that
            ``train`` lacks) or is refused by Lightning, training diverges,
            or ``directory/model`` exists and is not a checkpoint.
        DataError: If a file that ``resume`` needs is missing or damaged.
        KeyboardInterrupt: If the training is interrupted.
        SystemExit: If the process is terminated (SIGTERM), with the status 143.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> history = fit(Siamese(outfits.items.num_features), outfits, max_epochs=1,
        ...               progress=False)
        >>> list(history.index)
        [1]
    """
    model = as_outfit_model(model)
    config = config or TrainingConfig()
    objective = objective or default_objective(model)
    _check(model, train, valid, graph, max_epochs, patience, seed, directory, resume)
    if valid is not None and valid.items.categories != train.items.categories:
        valid = valid.with_items(valid.items.with_vocabulary(train.items.categories))
    bind(model, train, graph)
    data = OutfitDataModule(
        train, valid, objective, graph, protocol, columns, config.batch_size, seed
    )
    module = OutfitModule(model, objective, config, seed)
    with ExitStack() as stack:
        if not progress:
            stack.enter_context(quiet_logger("lightning.pytorch", logging.WARNING))
        place = directory or stack.enter_context(tempfile.TemporaryDirectory())
        folder = stack.enter_context(run_folder(place))
        last = folder / "checkpoints" / "last.ckpt"
        if resume and not last.is_file():
            raise FashionGraphError(f"'resume' needs a finished epoch, but {last} does not exist")
        checkpoints = _checkpoints(last.parent, monitored=valid is not None)
        record, interrupts = RunRecord(folder), InterruptHandler()
        built_in: list[pl.Callback] = [interrupts, record, *checkpoints]
        if patience is not None:
            built_in.append(
                EarlyStopping(
                    "valid/score", mode="max", patience=patience, check_on_train_epoch_end=True
                )
            )
        if progress and trainer.get("enable_progress_bar", True):
            built_in.append(RichProgressBar())
        defaults = {
            "devices": 1,
            "gradient_clip_val": config.gradient_clip,
            "reload_dataloaders_every_n_epochs": 1,
            "use_distributed_sampler": False,
            "num_sanity_val_steps": 0,
            "enable_progress_bar": progress,
            "enable_model_summary": False,
            "log_every_n_steps": 1,
        }
        runner = _trainer(
            max_epochs=max_epochs,
            callbacks=[*built_in, *callbacks],
            logger=[CSVLogger(folder, "logs"), *_loggers(logger, folder)],
            **{**defaults, **trainer},
        )
        settings = {
            **run_settings(module, data),
            "protocol": protocol,
            "columns": list(columns),
            # A cosine schedule depends on the number of epochs, a constant one does not.
            "max_epochs": None if config.schedule == "constant" else max_epochs,
            "patience": patience,
            "precision": runner.precision,
            # Two processes give the result of one process with twice the batch size.
            "batch_size": config.batch_size * runner.world_size,
        }
        if resume:
            check_run_settings(folder / "settings.json", settings, stored_settings(last))
        record.settings = settings
        _check_processes(runner.world_size, valid, directory)
        # Only a loaded or trained model: submodules may be in evaluation mode on purpose.
        if not model.training:
            model.train()
        averaged = any(isinstance(one, StochasticWeightAveraging) for one in callbacks)
        try:
            if not resume or not is_finished(folder, max_epochs, patience, valid is not None):
                # Lightning's errors of a full disk do not name a file; there are no drafts here.
                with interrupts, disk_errors(last.parent, scratch=last):
                    _run(runner, module, data, last if resume else None)
        except (KeyboardInterrupt, SystemExit):
            # Keep the epochs so far.
            if any(one.best_model_path for one in checkpoints) or (resume and last.is_file()):
                keep(module, folder, directory is not None and runner.is_global_zero, averaged)
            raise
        keep(module, folder, directory is not None and runner.is_global_zero, averaged)
        return history(folder)


def bind(model: OutfitModel, train: Outfits, graph: Data | None) -> None:
    """Store with a model what it is trained on: graph, vocabulary, features and outfits.

    Args:
        model: The model.
        train: Training outfits.
        graph: Category graph of the training outfits.
    """
    model.graph, model.categories = graph, list(train.items.categories)
    model.feature_sources = train.items.feature_sources
    model.training_outfits = outfit_keys(train)


def _check(
    model: OutfitModel,
    train: Outfits,
    valid: Outfits | None,
    graph: Data | None,
    max_epochs: int,
    patience: int | None,
    seed: int,
    directory: str | Path | None,
    resume: bool,
) -> None:
    """Check the arguments of :func:`fit` before any work.

    Raises:
        FashionGraphError: If one is out of range or does not fit the others.
    """
    for name, outfits in (("train", train), ("valid", valid)):
        if outfits is not None and not int((outfits.sizes > 1).sum()):
            raise FashionGraphError(f"'{name}' needs outfits of two items (got 0)")
    if train.weight is not None and not bool(train.weight[train.sizes > 1].any()):
        raise FashionGraphError("'train' needs an outfit of positive weight (got none)")
    for name, value, lowest in (("max_epochs", max_epochs, 1), ("patience", patience, 0)):
        if value is not None and value < lowest:
            raise FashionGraphError(f"'{name}' needs to be at least {lowest} (got {value})")
    if patience is not None and valid is None:
        raise FashionGraphError("'patience' needs 'valid', by whose score training stops")
    if not 0 <= seed < 2**63:
        raise FashionGraphError(f"'seed' needs to lie in [0, 2^63) (got {seed})")
    model.check_items(train.items, "train")
    if valid is not None:
        check_sources(train.items.feature_sources, valid.items.feature_sources, "valid")
    if graph is not None:
        check_graph(graph)
    if graph is not None and graph.num_nodes != train.items.num_categories:
        raise FashionGraphError(
            f"'graph' needs a node for each of the {train.items.num_categories} categories of "
            f"'train' (got {graph.num_nodes})"
        )
    if model.batch_inputs and (graph is None or "item_key" not in graph):
        raise FashionGraphError(
            f"'graph' needs item co-occurrence, which {type(model).__name__} reads: "
            "add_item_cooccurrence(category_graph(...), train)"
        )
    if directory is None and resume:
        raise FashionGraphError("'resume' needs the 'directory' of the interrupted training")
    if directory is not None and isinstance(model, WrappedModel):
        raise FashionGraphError(
            "'directory' needs a subclass of OutfitModel, which a checkpoint can name"
        )


def _check_processes(world_size: int, valid: Outfits | None, directory: str | Path | None) -> None:
    if directory is None and world_size > 1:
        raise FashionGraphError("'directory' is needed where several processes train")
    usable = 0 if valid is None else int((valid.sizes > 1).sum())
    if valid is not None and usable < world_size:  # a process without questions would block all
        raise FashionGraphError(
            f"'valid' needs an outfit for each of {world_size} processes (got {usable})"
        )


def _trainer(**settings: Any) -> pl.Trainer:
    try:
        return pl.Trainer(**settings)
    except (TypeError, ValueError, ImportError, RuntimeError, MisconfigurationException) as error:
        raise FashionGraphError(f"Lightning's Trainer refuses its arguments: {error}") from error


def _loggers(logger: Logger | Sequence[Logger] | bool | None, folder: Path) -> list[Logger]:
    if logger is None or logger is True:
        return [TensorBoardLogger(folder, "tensorboard")]
    if logger is False:
        return []
    return [logger] if isinstance(logger, Logger) else list(logger)


def _checkpoints(folder: Path, monitored: bool) -> list[RelocatableCheckpoint]:
    """Checkpoints of the best epoch, if there is validation, and of the last one."""
    settings: dict[str, Any] = {
        "enable_version_counter": False,
        "save_on_train_epoch_end": True,
    }
    best = RelocatableCheckpoint(folder, "best", monitor="valid/score", mode="max", **settings)
    last = RelocatableCheckpoint(folder, "last", **settings)
    return [best, last] if monitored else [last]


def _run(
    runner: pl.Trainer, module: OutfitModule, data: OutfitDataModule, last: Path | None
) -> None:
    try:
        runner.fit(module, data, ckpt_path=last, weights_only=True)
    except SIGTERMException as stop:  # Lightning sets no status, which would mean success
        raise SIGTERMException(128 + signal.SIGTERM) from stop
    except SystemExit as stop:  # Lightning's form of an interrupt
        if isinstance(stop.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from stop
        raise


def keep(module: OutfitModule, folder: Path, on_disk: bool, averaged: bool = False) -> None:
    """Load the weights of the best epoch into a module.

    Args:
        module: The module.
        folder: Folder of its training.
        on_disk: Whether to write the model to ``folder/model``.
        averaged: Whether the module has averaged weights, which stay.
    """
    checkpoints = folder / "checkpoints"
    best = checkpoints / "best.ckpt"
    if not averaged:
        kept = best if best.is_file() else checkpoints / "last.ckpt"
        module.load_state_dict(read_checkpoint(kept)["state_dict"])
    module.model.eval()
    if on_disk:
        module.model.save(folder / "model")

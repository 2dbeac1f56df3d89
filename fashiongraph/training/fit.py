"""The one way to train a model."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import pandas as pd
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.callbacks import EarlyStopping, RichProgressBar
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from lightning.pytorch.utilities.exceptions import SIGTERMException
from torch_geometric.data import Data

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.files import check_replaceable
from fashiongraph.models.objective import Objective
from fashiongraph.models.outfit_model import MODEL_CARD, OutfitModel
from fashiongraph.training.heed_interrupts import HeedInterrupts
from fashiongraph.training.history import history
from fashiongraph.training.movable_checkpoint import MovableCheckpoint
from fashiongraph.training.outfit_data import OutfitData
from fashiongraph.training.outfit_module import OutfitModule
from fashiongraph.training.quiet import quiet
from fashiongraph.training.recipe import Recipe
from fashiongraph.training.replace_training import ReplaceTraining
from fashiongraph.training.resume import is_finished, read_checkpoint
from fashiongraph.training.run_settings import check_run_settings, run_settings


def fit(
    model: OutfitModel,
    train: Outfits,
    valid: Outfits,
    *,
    graph: Data | None = None,
    objective: Objective | None = None,
    recipe: Recipe | None = None,
    protocol: str = "uniform",
    columns: Sequence[str] = (),
    max_epochs: int = 20,
    patience: int | None = None,
    seed: int = 0,
    directory: str | Path | None = None,
    resume: bool = False,
    progress: bool = True,
    callbacks: Sequence[pl.Callback] = (),
    **trainer: Any,
) -> pd.DataFrame:
    """Train a model and leave it with the weights of its best epoch on validation.

    Args:
        model: The model; it keeps ``graph`` and the vocabulary of ``train``.
        train: Training outfits.
        valid: Validation outfits. Questions are drawn from them once; the mean of compatibility
            AUC and fill-in-the-blank accuracy decides which epoch is best.
        graph: Category graph of the training outfits.
        objective: What to train for; by default the model's own.
        recipe: How to optimise.
        protocol: Protocol of negatives, in validation and, unless the objective asks for
            another, in training.
        columns: Columns that ``"matched"`` negatives share with what they replace.
        max_epochs: Number of epochs.
        patience: Epochs without a better validation score before training stops.
        seed: Seed of everything drawn in training.
        directory: Where checkpoints, ``settings.json``, logs (CSV and TensorBoard) and the
            finished ``model`` go, in place of an earlier training's as soon as an epoch is done.
            By default nothing is kept on disk.
        resume: Go on from the last finished epoch in ``directory``, exactly as if training had
            not been interrupted. The folder may have moved since; other settings or data than
            the training began with are refused, but for ``max_epochs`` under a constant schedule.
            A training that has ended, early or not, stays as it is.
        progress: Show a progress bar, and what Lightning has to say of the machine.
        callbacks: Further Lightning callbacks.
        **trainer: Arguments of :class:`lightning.pytorch.Trainer`, such as ``precision``,
            ``accelerator``, ``devices`` (1 by default), ``num_nodes`` and ``strategy``.

    Returns:
        One row per epoch: parts of the loss, and ``valid/auc``, ``valid/fitb``, ``valid/score``.

    Raises:
        FashionGraphError: If there is nothing to train on or to resume from, an argument is out
            of range or does not fit the others, Lightning refuses one, training diverges, or
            ``directory/model`` is no model's.
        DataError: If what ``resume`` needs is missing or damaged.
        KeyboardInterrupt: If the training is interrupted.
        SystemExit: If the process is asked to end (SIGTERM), with the status 143.
    """
    usable = [int((outfits.sizes > 1).sum()) for outfits in (train, valid)]
    if 0 in usable:
        raise FashionGraphError(
            f"'train' and 'valid' need outfits of two items (got {usable[0]} and {usable[1]})"
        )
    for name, value, lowest in (("max_epochs", max_epochs, 1), ("patience", patience, 0)):
        if value is not None and value < lowest:
            raise FashionGraphError(f"'{name}' needs to be at least {lowest} (got {value})")
    if seed < 0:
        raise FashionGraphError(f"'seed' needs to be at least 0 (got {seed})")
    if graph is not None and graph.num_nodes != train.items.num_categories:
        raise FashionGraphError(
            f"'graph' needs a node for each of the {train.items.num_categories} categories of "
            f"'train' (got {graph.num_nodes})"
        )
    if directory is None and resume:
        raise FashionGraphError("'resume' needs the 'directory' of the interrupted training")
    recipe = recipe or Recipe()
    objective = objective or model.objective()
    model.graph, model.categories = graph, list(train.items.categories)
    data = OutfitData(train, valid, objective, graph, protocol, columns, recipe.batch_size, seed)
    module = OutfitModule(model, objective, recipe, seed)
    with ExitStack() as stack:
        if not progress:
            stack.enter_context(quiet())
        folder = Path(directory or stack.enter_context(tempfile.TemporaryDirectory()))
        check_replaceable(folder / "model", MODEL_CARD)
        last = folder / "checkpoints" / "last.ckpt"
        if resume and not last.is_file():
            raise FashionGraphError(f"'resume' needs a finished epoch, but {last} does not exist")
        best = MovableCheckpoint(
            last.parent,
            "best",
            monitor="valid/score",
            mode="max",
            enable_version_counter=False,
            save_on_train_epoch_end=True,
        )
        earlier = ReplaceTraining(folder)
        interrupts = HeedInterrupts()
        own = [
            interrupts,
            *([] if resume else [earlier]),
            *_callbacks(best, patience, progress),
        ]
        runner = _trainer(
            max_epochs=max_epochs,
            callbacks=[*own, *callbacks],
            logger=[CSVLogger(folder, "logs"), TensorBoardLogger(folder, "tensorboard")],
            gradient_clip_val=recipe.gradient_clip,
            reload_dataloaders_every_n_epochs=1,
            use_distributed_sampler=False,
            num_sanity_val_steps=0,
            enable_progress_bar=progress,
            enable_model_summary=False,
            log_every_n_steps=1,
            **{"devices": 1, **trainer},
        )
        settings = {
            **run_settings(module, data),
            "protocol": protocol,
            "columns": list(columns),
            # A cosine is stretched over all epochs; under a constant rate more epochs just follow.
            "max_epochs": None if recipe.schedule == "constant" else max_epochs,
            "patience": patience,
            "precision": runner.precision,
            # Two processes train as one with the doubled batch does.
            "batch_size": recipe.batch_size * runner.world_size,
        }
        if resume:
            check_run_settings(folder / "settings.json", settings)
        else:
            earlier.settings = settings
        if directory is None and runner.world_size > 1:
            raise FashionGraphError("'directory' is needed where several processes train")
        if usable[1] < runner.world_size:  # who has no question would leave the others waiting
            raise FashionGraphError(
                f"'valid' needs an outfit for each of {runner.world_size} processes "
                f"(got {usable[1]})"
            )
        if not model.training:  # loaded or trained before; parts of one in training may be frozen
            model.train()
        try:
            if not resume or not is_finished(folder, max_epochs, patience):
                with interrupts:
                    _run(runner, module, data, last if resume else None)
        except (KeyboardInterrupt, SystemExit):
            # What was learned so far is there to be used.
            if best.best_model_path or (resume and (last.parent / "best.ckpt").is_file()):
                _keep_best(runner, module, folder)
            raise
        _keep_best(runner, module, folder)
        return history(folder)


def _trainer(**settings: Any) -> pl.Trainer:
    try:
        return pl.Trainer(**settings)
    except (TypeError, ValueError, ImportError, MisconfigurationException) as error:
        raise FashionGraphError(f"Lightning's trainer refuses its settings: {error}") from error


def _run(runner: pl.Trainer, module: OutfitModule, data: OutfitData, last: Path | None) -> None:
    try:
        runner.fit(module, data, ckpt_path=last, weights_only=True)
    except SIGTERMException as stop:  # without a status, which would mean that all went well
        raise SIGTERMException(128 + signal.SIGTERM) from stop
    except SystemExit as stop:  # what Lightning makes of an interrupt
        if isinstance(stop.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from stop
        raise


def _keep_best(runner: pl.Trainer, module: OutfitModule, folder: Path) -> None:
    best = read_checkpoint(folder / "checkpoints" / "best.ckpt")
    module.load_state_dict(best["state_dict"])
    module.model.eval()
    if runner.is_global_zero:
        module.model.save(folder / "model")


def _callbacks(best: MovableCheckpoint, patience: int | None, progress: bool) -> list[pl.Callback]:
    """Keep the best epoch and the last one, which also remembers which was best."""
    last = MovableCheckpoint(
        best.dirpath, "last", enable_version_counter=False, save_on_train_epoch_end=True
    )
    callbacks: list[pl.Callback] = [best, last]
    if patience is not None:
        callbacks.append(
            EarlyStopping(
                "valid/score", mode="max", patience=patience, check_on_train_epoch_end=True
            )
        )
    if progress:
        callbacks.append(RichProgressBar())
    return callbacks

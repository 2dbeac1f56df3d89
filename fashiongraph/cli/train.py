"""``fashiongraph train``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.cli.config import write_config
from fashiongraph.cli.datasets import feature_file, open_dataset, report_outfit_columns
from fashiongraph.cli.easy_and_hard import (
    easy_and_hard_json,
    evaluate_easy_and_hard,
    print_easy_and_hard,
)
from fashiongraph.cli.loggers import check_loggers, make_loggers
from fashiongraph.cli.models import import_modules
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import (
    check_protocol,
    listed,
    refuse,
)
from fashiongraph.cli.output import (
    check_files,
    check_output,
    check_run_folder,
    print_json,
    print_line,
)
from fashiongraph.cli.splits import splits_of, write_splits
from fashiongraph.cli.train_options import TrainOptions
from fashiongraph.cli.training_engine import check_training_engine, training_engine
from fashiongraph.cli.training_setup import (
    DISTILLATIONS,
    TrainingSetup,
    distils_masks,
    training_setup,
)
from fashiongraph.console import print_message
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    import pandas as pd

    from fashiongraph.data.outfits import Outfits
    from fashiongraph.models import OutfitModel
    from fashiongraph.training import ModelSpec

_PAIR_OPTIONS = ("top", "bottom", "pair_column")


def train(options: TrainOptions) -> None:
    """Train a model on outfits of your own.

    OUTPUT/model is the model of the epoch with the best validation score, OUTPUT/config.yaml the
    options that reproduce it with --config, and OUTPUT/split.csv the split of the outfits.

    Example: [b]fashiongraph train my-data --epochs 30[/]
    """
    from fashiongraph.data import check_unseen

    loggers = check_loggers(options.logger)
    spec = _check(options)
    teacher = _load_teacher(options, spec)
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, teacher)
    if not dataset.num_features:
        raise FashionGraphError(
            f"{options.data}: training needs features; make them with 'fashiongraph embed "
            f"{options.data}', or name a file with --features"
        )
    print_message(f"features: {' + '.join(map(str, dataset.items.feature_sources))}")
    report_outfit_columns(dataset)
    if spec.reads_pairs and dataset.weight_column is not None:
        print_message(f"pairs for '--model {options.model}' are distinct, without weights")
    splits = splits_of(dataset, options.split_file, options.seed)
    for name in ("train", "valid"):
        if name not in splits:
            raise FashionGraphError(
                f"'--split-file' needs a split {name!r} (got {', '.join(splits)})"
            )
    check_unseen(splits)
    setup = training_setup(options, spec, teacher, dataset, splits)
    protocol = options.protocol or spec.protocol or "uniform"
    history = _fit(options, setup, protocol, loggers, splits)
    if _is_first_process():
        _calibrate(options, setup, spec)
        _report(options, history, setup, protocol)


def _check(options: TrainOptions) -> ModelSpec:
    """Check options and outputs before the work; return the entry of the model."""
    from fashiongraph.training import model_spec

    folder = options.folder
    kept = ("checkpoints", "model", "split.csv", "config.yaml")
    check_run_folder(folder, kept, options.resume, options.overwrite)
    check_output(folder, overwrite=True, inputs=[options.data, options.teacher], folder=True)
    check_protocol(options, options.protocol, options.columns)
    check_files(options.teacher)
    check_training_engine(options)
    if options.distillation not in (None, *DISTILLATIONS):
        raise FashionGraphError(
            f"'--distillation' needs to be {' or '.join(DISTILLATIONS)} "
            f"(got {options.distillation!r})"
        )
    if options.distillation and options.teacher is None:
        raise FashionGraphError("'--distillation' needs '--teacher', the model to learn from")
    if options.split_file != Path("official"):
        check_files(options.split_file)
    module, colon, _ = options.model.partition(":")
    if colon:
        import_modules([module], "--model")
    spec = model_spec(options.model)
    model = f"--model {options.model}"
    if spec.reads_pairs:
        refuse(options, ("teacher", "distillation", "ensemble_size", "groups"), model)
        for name in ("top", "bottom"):
            if not getattr(options, name):
                raise FashionGraphError(f"'{model}' needs '--{name}', such as --{name} {name}")
    else:
        refuse(options, _PAIR_OPTIONS, model)
    return spec


def _load_teacher(options: TrainOptions, spec: ModelSpec) -> OutfitModel | None:
    from fashiongraph.models import DesignerTeacher, OutfitModel

    if options.teacher is None:
        return None
    return (DesignerTeacher if distils_masks(options, spec) else OutfitModel).load(options.teacher)


def _fit(
    options: TrainOptions,
    setup: TrainingSetup,
    protocol: str,
    loggers: list[str],
    splits: Mapping[str, Outfits],
) -> pd.DataFrame:
    """Train, and write the split and the configuration beside the model."""
    folder = options.folder
    last = folder / "checkpoints" / "last.ckpt"
    before = last.stat().st_mtime_ns if last.is_file() else None
    names = ("protocol", "columns", "patience", "resume", "seed", "precision")
    option = {
        "max_epochs": "--epochs",
        "directory": "--output",
        "learning_rate": "--learning-rate",
        "num_processes": "--devices",
        "address": "--ray-address",
    }
    try:
        with option_names({**{name: f"--{name}" for name in names}, **option}):
            history = training_engine(options)(
                setup.model,
                setup.train,
                setup.valid,
                graph=setup.graph,
                objective=setup.objective,
                config=setup.config,
                protocol=protocol,
                columns=listed(options.columns, "--columns"),
                max_epochs=options.epochs,
                patience=options.patience,
                seed=options.seed,
                directory=folder,
                resume=options.resume,
                logger=make_loggers(loggers, folder) or False,
                precision=options.precision,
            )
    except (KeyboardInterrupt, SystemExit):
        if last.is_file() and (options.resume or last.stat().st_mtime_ns != before):
            _write_record(options, splits)
            _message(
                f"stopped; the best epoch so far is in {folder / 'model'}, and the same command "
                "with --resume continues after the last finished epoch"
            )
        else:
            _message("stopped before an epoch was finished")
        raise
    _write_record(options, splits)  # not before: a refused training leaves the old ones
    return history


def _write_record(options: TrainOptions, splits: Mapping[str, Outfits]) -> None:
    """Write the split and the options that reproduce the training, from one process."""
    if not _is_first_process():
        return
    folder, sources = options.folder, splits["train"].items.feature_sources
    write_splits(splits, folder / "split.csv")
    values = {"features": [str(feature_file(options.data, source.file)) for source in sources]}
    if options.split_file == Path("official"):
        values["split_file"] = "official"  # type: ignore[assignment]
    run_only = {"output", "resume", "overwrite", "as_json", "quiet", "ray_address"}
    write_config(folder / "config.yaml", options, values, run_only)


def _calibrate(options: TrainOptions, setup: TrainingSetup, spec: ModelSpec) -> None:
    """Store the calibration of the scores on validation outfits with the model."""
    from fashiongraph.evaluation import Calibration

    if spec.reads_pairs:  # a teacher is not to score outfits
        return
    try:
        found = Calibration.fit(setup.model, setup.valid, seed=options.seed)
    except FashionGraphError as error:
        _message(f"scores are not calibrated: {error}")
        return
    setup.model.calibration = found.to_dict()
    setup.model.save(options.folder / "model")


def _report(
    options: TrainOptions, history: pd.DataFrame, setup: TrainingSetup, protocol: str
) -> None:
    """Print the best epoch, and results on easy and hard negatives of validation."""
    folder = options.folder
    best = int(history["valid/score"].to_numpy().argmax())
    epoch = best + 1
    reached = {str(name): float(value) for name, value in history.iloc[best].items()}
    found = evaluate_easy_and_hard(
        setup.model, setup.valid, options.columns, options.seed, protocol=protocol
    )
    if options.as_json:
        facts = {"model": str(folder / "model"), "epochs": len(history), "best_epoch": epoch}
        if setup.model.calibration is not None:
            facts["calibration_error"] = setup.model.calibration["ece"]
        print_json({**facts, **reached, "easy_and_hard": easy_and_hard_json(found)})
        return
    print_line(
        f"best epoch {epoch} of {len(history)} by the mean of AUC and FITB on validation "
        f"({reached['valid/score']:.3f}); written to {folder / 'model'}"
    )
    print_easy_and_hard(found)


def _is_first_process() -> bool:
    """Whether this is the one of several processes of a training that prints and writes."""
    from lightning.pytorch.utilities import rank_zero_only

    return not getattr(rank_zero_only, "rank", 0)


def _message(text: str) -> None:
    if _is_first_process():
        print_message(text)

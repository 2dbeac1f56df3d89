"""``fashiongraph finetune``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.finetune_options import FinetuneOptions
from fashiongraph.cli.item_columns import ItemColumns
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
from fashiongraph.console import print_message
from fashiongraph.errors import FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.data.outfits import Outfits
    from fashiongraph.training import TrainingConfig
    from fashiongraph.training.fine_tune import FineTuned

_PICTURE_OPTIONS = ("size", "freeze", "weights", "layers", "recompute", "skip_broken", "workers")


def finetune(options: FinetuneOptions) -> None:
    """Train an encoder of pictures or texts on outfits, for better features.

    Only the training outfits are trained on. OUTPUT/encoder is a folder for [b]embed --encoder[/],
    and OUTPUT/split.csv the split; a model on these features needs the same one.

    Example: [b]fashiongraph finetune my-data --split-file split.csv -o runs/encoder[/]
    """
    _check(options)
    from fashiongraph.features import encoder_kinds

    with option_names({"name": "--encoder"}):
        kinds = encoder_kinds(options.encoder)
    is_text = kinds == ("text",)
    if kinds[0] not in ("image", "text") or options.encoder == "hashed-words":
        raise FashionGraphError(f"'--encoder' needs weights to train (got {options.encoder!r})")
    refuse(
        options,
        _PICTURE_OPTIONS if is_text else ("text_column",),
        f"--encoder {options.encoder}",
    )
    dataset = open_dataset(options.data, [], options.lenient, options.form)
    splits = splits_of(dataset, options.split_file, options.seed)
    for name in ("train", "valid"):
        if name not in splits:
            raise FashionGraphError(
                f"'--split-file' needs a split {name!r} (got {', '.join(splits)})"
            )
    tune = _tune_texts if is_text else _tune_pictures
    found = tune(options, splits["train"], splits["valid"])
    write_splits(splits, options.folder / "split.csv")
    if found.left_out:
        print_message(f"{found.left_out:,} outfits lack a picture or text and were left out")
    reached = {str(name): float(value) for name, value in found.history.iloc[-1].items()}
    if options.as_json:
        facts = {"encoder": str(found.folder), "epochs": len(found.history)}
        print_json({**facts, **reached, "left_out": found.left_out})
        return
    print_line(
        f"encoder written to {found.folder}; make its features with 'fashiongraph embed "
        f"{options.data} --encoder {found.folder}', and train with --split-file "
        f"{options.folder / 'split.csv'}"
    )


def _check(options: FinetuneOptions) -> None:
    """Check options and outputs before the work."""
    kept = ("checkpoints", "model", "encoder", "split.csv")
    check_run_folder(options.folder, kept, options.resume, options.overwrite)
    check_output(options.folder, overwrite=True, inputs=[options.data], folder=True)
    check_protocol(options, options.protocol, options.columns)
    if options.split_file != Path("official"):
        check_files(options.split_file)


def _tune_pictures(options: FinetuneOptions, train: Outfits, valid: Outfits) -> FineTuned:
    from fashiongraph.models import FineTuningNet
    from fashiongraph.training.fine_tune import PICTURES, fine_tune_pictures

    items = ItemColumns.of(train.items, options.data)
    items.check_column("image")
    names = {"weights": "--weights", "layers": "--layers", "name": "--encoder"}
    with option_names({**names, "backbone": "--encoder"}):
        net = FineTuningNet(
            options.encoder,
            options.size,
            options.freeze,
            None if options.weights == "none" else options.weights,
            listed(options.layers, "--layers") or None,
            options.recompute,
        )
    pictures = items.picture_paths(options.data, options.pictures or (), options.skip_broken)
    return fine_tune_pictures(
        net,
        pictures,
        train,
        valid,
        options.folder,
        _config(options, PICTURES),
        options.skip_broken,
        options.workers,
        **_settings(options),
    )


def _tune_texts(options: FinetuneOptions, train: Outfits, valid: Outfits) -> FineTuned:
    from fashiongraph.models import SentenceCollocationNet
    from fashiongraph.training.fine_tune import TEXTS, fine_tune_texts

    items = ItemColumns.of(train.items, options.data)
    items.check_column(options.text_column)
    texts = items.text(options.text_column)
    net = SentenceCollocationNet(options.encoder)
    config = _config(options, TEXTS)
    return fine_tune_texts(net, texts, train, valid, options.folder, config, **_settings(options))


def _config(options: FinetuneOptions, default: TrainingConfig) -> TrainingConfig:
    with option_names({"learning_rate": "--learning-rate"}):
        return replace(
            default,
            batch_size=options.batch_size or default.batch_size,
            learning_rate=options.learning_rate or default.learning_rate,
        )


def _settings(options: FinetuneOptions) -> dict[str, Any]:
    """Arguments of :func:`fashiongraph.training.fit`."""
    return {
        "max_epochs": options.epochs,
        "seed": options.seed,
        "resume": options.resume,
        "progress": options.progress,
        "precision": options.precision,
        "accelerator": options.accelerator,
        "protocol": options.protocol or "uniform",
        "columns": listed(options.columns, "--columns"),
    }

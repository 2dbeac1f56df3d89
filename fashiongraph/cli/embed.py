"""``fashiongraph embed``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fashiongraph.cli.embed_jobs import (
    COLOURS,
    COLUMNS,
    IMAGE,
    TEXT,
    EmbedJob,
    default_encoders,
    jobs_like,
    jobs_of,
)
from fashiongraph.cli.embed_options import EmbedOptions
from fashiongraph.cli.item_columns import ItemColumns, is_pictures
from fashiongraph.cli.models import load_model
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import (
    listed,
    refuse,
)
from fashiongraph.cli.output import check_files, check_output, print_json, print_line
from fashiongraph.cli.ray_options import check_engine
from fashiongraph.console import print_message
from fashiongraph.errors import DataError

if TYPE_CHECKING:
    from fashiongraph.data.feature_source import FeatureSource
    from fashiongraph.features import Features

# Options that choose encoders.
_CHOICES = ("encoder", "weights", "layers", "remove_background", "text_column", "columns", "output")
_PICTURE_OPTIONS = ("cache", "batch_size", "workers", "engine", "ray_address", "skip_broken")


def embed(options: EmbedOptions) -> None:
    """Turn pictures, texts and further columns of items into rows of features.

    Each encoder writes a file, with a card beside it that names the encoder. A training reads all
    files with cards, and the model keeps which they were. Rows follow the item table; those of a
    folder of pictures are listed in a .csv beside them. An interrupted run continues where it
    stopped, since rows of pictures are kept by their content.

    Example: [b]fashiongraph embed my-data[/]
    """
    from fashiongraph.datasets.io.feature_card import features_with_card

    _check(options)
    items, jobs = _jobs(options)
    encoders = [job.make(items, options.download) for job in jobs]
    sources = [job.source(encoder) for job, encoder in zip(jobs, encoders, strict=True)]
    for job, source in zip(jobs, sources, strict=True):
        _check_target(options, job, source)
    written = []
    for job, encoder, source in zip(jobs, encoders, sources, strict=True):
        with features_with_card(job.target, items.ids, source) as draft:
            rows = _rows(options, job, encoder, items, draft)
        if job.reads_pictures and is_pictures(options.data, options.form):
            from fashiongraph.files import atomic_write

            with atomic_write(job.target.with_suffix(".csv")) as draft:
                items.frame.to_csv(draft, index=False)
        written.append(_report(options, job, rows, items))
    if options.as_json:
        print_json({"features": written})


def _check(options: EmbedOptions) -> None:
    """Check options before the work."""
    check_engine(options)
    if options.like is not None:
        refuse(
            options,
            _CHOICES,
            "--like",
        )
    check_files(options.data, options.like)


def _jobs(options: EmbedOptions) -> tuple[ItemColumns, list[EmbedJob]]:
    """The columns of the items, and the encoders to run on them."""
    if options.like is not None:
        model = load_model(options.like, options.modules)
        jobs = jobs_like(model.feature_sources, options.folder)
        return _items(options, jobs), jobs
    weights: str | None = options.weights or "DEFAULT"
    settings: dict[str, dict[str, Any]] = {
        IMAGE: {
            "weights": None if weights == "none" else weights,
            "layers": listed(options.layers, "--layers") or None,
            "remove_background": options.remove_background,
        },
        TEXT: {"column": options.text_column},
        COLUMNS: {"columns": listed(options.columns, "--columns") or None},
    }
    names = options.encoder
    if names is None:
        items = ItemColumns.read(options.data, options.form, lenient=options.lenient)
        names = default_encoders(items)
        if options.output is not None:  # which names one file
            names = names[:1]
    jobs = jobs_of(names, options.folder, options.output, settings, options.download)
    kinds = {job.kind for job in jobs}
    if not kinds & {IMAGE, COLOURS}:
        refuse(options, _PICTURE_OPTIONS, f"--encoder {' --encoder '.join(names)}")
    for kind, unread in (
        (IMAGE, ("weights", "layers", "remove_background")),
        (TEXT, ("text_column",)),
        (COLUMNS, ("columns",)),
    ):
        if kind not in kinds:
            refuse(options, unread, f"--encoder {' --encoder '.join(names)}")
    return _items(options, jobs), jobs


def _items(options: EmbedOptions, jobs: list[EmbedJob]) -> ItemColumns:
    """The columns of the items, of which those of pictures and texts are read as text."""
    text = {job.settings["column"] for job in jobs if job.kind == TEXT}
    pictures = any(job.reads_pictures for job in jobs)
    needed = [*text, *(["image"] if pictures else [])]
    items = ItemColumns.read(options.data, options.form, needed, options.lenient)
    if pictures and not options.skip_broken:
        items.check_filled("image", "--skip-broken continues without such items' pictures")
    return items


def _check_target(options: EmbedOptions, job: EmbedJob, source: FeatureSource) -> None:
    """Check that the files of an encoder may be written: new ones, or its own earlier ones."""
    from fashiongraph.datasets.io.feature_card import check_card_replaceable, feature_source

    target, inputs = job.target, [options.data, options.like]
    earlier = feature_source(target) if target.is_file() else None
    own = earlier is not None and earlier.fingerprint == source.fingerprint
    if earlier is not None and earlier.encoder and not own and not options.overwrite:
        other = "another version of it" if earlier.encoder == job.encoder else earlier.encoder
        raise DataError(
            f"holds features by {other}, not {job.encoder}; --overwrite replaces them", target
        )
    check_output(target, options.overwrite or own, inputs)
    if job.reads_pictures and is_pictures(options.data, options.form):
        check_output(target.with_suffix(".csv"), options.overwrite or own, inputs)
    check_card_replaceable(target)


def _rows(
    options: EmbedOptions, job: EmbedJob, encoder: Any, items: ItemColumns, out: Path
) -> Features:
    """Encode the items and write a file of features."""
    from fashiongraph.features import extract_features, save_features
    from fashiongraph.features.ray_extract import extract_features_with_ray

    workers = options.workers
    extract = partial(extract_features, num_workers=2 if workers is None else workers)
    if options.engine == "ray":
        address = options.ray_address
        extract = partial(extract_features_with_ray, num_workers=workers, address=address)
    extract = partial(
        extract,
        cache=options.cache or options.folder / ".features",
        out=out,
        batch_size=options.batch_size,
        skip_broken=options.skip_broken,
        progress=options.progress,
    )
    with option_names({"address": "--ray-address"}):
        rows = job.encode(
            encoder,
            items,
            options.folder,
            extract,
            options.progress,
            options.pictures or (),
            options.skip_broken,
        )
    if not job.reads_pictures:
        save_features(out, rows.array)
    return rows


def _report(
    options: EmbedOptions, job: EmbedJob, rows: Features, items: ItemColumns
) -> dict[str, Any]:
    """Print the size of the features and what is missing; return it as JSON values."""
    from fashiongraph.features.gather import problem_lines

    shape, missing = list(rows.array.shape), int(rows.missing.sum())
    problems = {path: reason for path, reason in rows.problems.items() if path}
    blank = int(items.blank("image").sum()) if job.reads_pictures else 0
    facts = {"output": str(job.target), "encoder": job.encoder, "shape": shape}
    if options.as_json:
        return {**facts, "missing": missing, "without": blank, "problems": problems}
    if problems:
        print_message(f"{len(problems):,} pictures are skipped:")
    for line in problem_lines(problems):
        print_message(f"  {line}")
    if blank:
        print_message(f"{blank:,} {'item has' if blank == 1 else 'items have'} no picture")
    gaps = f", {missing:,} of them missing" if missing else ""
    print_line(
        f"{shape[0]:,} rows of {shape[1]:,} features by {job.encoder} written to {job.target}{gaps}"
    )
    return facts

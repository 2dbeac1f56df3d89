"""Shared steps of picture extraction: checks of arguments, cache, output and progress."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.encoded_batch import EncodedBatch
from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.files import Features, checked_dtype, new_array
from fashiongraph.features.picture_encoder import PictureEncoder

_SHOWN = 10


def problem_lines(problems: Mapping[str, str]) -> list[str]:
    """Lines of text with the first broken pictures, the number of others, and likely reasons.

    Args:
        problems: Reasons by path.
    """
    lines = [f"{path}: {reason}" for path, reason in islice(problems.items(), _SHOWN)]
    if len(problems) > _SHOWN:
        lines.append(f"… and {len(problems) - _SHOWN:,} more")
    if os.sep != "\\" and any("\\" in path for path in problems):
        lines.append("some of these paths have a backslash; the separator of folders is '/' here")
    if any(name != name.strip() for path in problems for name in Path(path).parts):
        lines.append("some of these paths begin or end with a space, or have one beside a '/'")
    return lines


def checked_arguments(
    paths: Iterable[str | Path], batch_size: int, num_workers: int, dtype: DTypeLike
) -> tuple[list[str], np.dtype[Any]]:
    """Check arguments; return the files and the type of the rows.

    Raises:
        FashionGraphError: If an argument is out of range.
    """
    if isinstance(paths, (str, Path)):
        raise FashionGraphError(f"'paths' needs a list of files (got {paths!r})")
    files = list(paths)
    foreign = [path for path in files if not isinstance(path, (str, Path))]
    if foreign:
        raise FashionGraphError(f"'paths' needs names of files (got {foreign[0]!r})")
    if batch_size < 1:
        raise FashionGraphError(f"'batch_size' needs to be a positive integer (got {batch_size})")
    if num_workers < 0:
        raise FashionGraphError(f"'num_workers' needs to be 0 or more (got {num_workers})")
    return [os.fspath(path) for path in files], checked_dtype(dtype)


def gather(
    batches: Iterable[EncodedBatch],
    paths: Sequence[str],
    encoder: PictureEncoder,
    dtype: np.dtype[Any],
    cache: FeatureCache | None,
    out: str | Path | None,
    skip_broken: bool,
    progress: bool,
) -> Features:
    """Collect the rows of batches in the order of paths, and cache computed ones.

    Args:
        batches: Batches in any order, with each picture once.
        paths: The picture files [n].
        encoder: The network that encoded them.
        dtype: Type of the rows.
        cache: Cache of computed rows.
        out: As in :func:`fashiongraph.features.extract.extract_features`.
        skip_broken: As there.
        progress: As there.

    Raises:
        DataError: If pictures are broken and ``skip_broken`` is false, or a cached row has another
            length.
        FashionGraphError: If values of the encoder overflow ``dtype``, or their number is not
            ``num_features``.
    """
    missing = np.zeros(len(paths), dtype=bool)
    found: dict[int, str] = {}
    shape = (len(paths), encoder.num_features)
    with new_array(out, shape, dtype) as array, _progress_bar(progress) as bar:
        task = bar.add_task("pictures", total=len(paths))
        for batch in batches:
            _check_cached(batch.rows, encoder, cache)
            rows = batch.rows | _stored(batch.fresh, encoder, cache, dtype)
            for row, key in enumerate(batch.keys, start=batch.start):
                array[row] = rows.get(key, np.nan)
                missing[row] = key not in rows
            for offset, reason in batch.problems.items():
                found[batch.start + offset] = reason
            bar.advance(task, len(batch.keys))
        problems = {paths[row]: found[row] for row in sorted(found)}
        if problems and not skip_broken:
            listed = "".join(f"\n  {line}" for line in problem_lines(problems))
            raise DataError(f"{len(problems):,} pictures cannot be encoded:{listed}")
    return Features(array if out is None else np.load(out, mmap_mode="r"), missing, problems)


def _check_cached(
    rows: dict[bytes, NDArray[np.floating]], encoder: PictureEncoder, cache: FeatureCache | None
) -> None:
    """Check the length of cached rows; NumPy would broadcast a single value."""
    for row in rows.values():
        if len(row) != encoder.num_features:
            raise DataError(
                f"holds a row of {len(row)} values (needs {encoder.num_features}); delete it",
                file=None if cache is None else cache.path,
            )


def _stored(
    fresh: dict[bytes, NDArray[np.floating]],
    encoder: PictureEncoder,
    cache: FeatureCache | None,
    dtype: np.dtype[Any],
) -> dict[bytes, NDArray[np.floating]]:
    """Cast computed rows to their final type and cache them."""
    if not fresh:
        return fresh
    with np.errstate(over="ignore"):  # reported below
        rows = np.stack(list(fresh.values())).astype(dtype)
    if rows.shape[1:] != (encoder.num_features,):
        raise FashionGraphError(
            f"'encoder' needs to return 'num_features' = {encoder.num_features} values per picture "
            f"(got the shape {list(rows.shape[1:])})"
        )
    if not np.isfinite(rows).all():
        raise FashionGraphError(
            f"'dtype' needs a wider type than {dtype.name} for the values of {encoder.name}"
        )
    if cache is not None:
        cache.put(fresh, rows)
    return dict(zip(fresh, rows, strict=True))


def _progress_bar(show: bool) -> Progress:
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not show)

"""What every engine that encodes pictures shares: arguments, cache, output, progress."""

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
    """The first pictures that cannot be encoded, how many more there are, and what may be why.

    Args:
        problems: Why, by path.
    """
    lines = [f"{path}: {reason}" for path, reason in islice(problems.items(), _SHOWN)]
    if len(problems) > _SHOWN:
        lines.append(f"… and {len(problems) - _SHOWN:,} more")
    if os.sep != "\\" and any("\\" in path for path in problems):
        lines.append("some of these paths hold a backslash; here '/' parts folders")
    if any(part != part.strip() for path in problems for part in Path(path).parts):
        lines.append("some of these paths begin or end with a space, or hold one beside a '/'")
    return lines


def checked_arguments(
    paths: Iterable[str | Path], batch_size: int, num_workers: int, dtype: DTypeLike
) -> tuple[list[str], np.dtype[Any]]:
    """The files and the type of the rows, once all arguments are found to be in range.

    Raises:
        FashionGraphError: If one is not.
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
    """Put the rows of batches in the order of their paths, and computed ones in the cache.

    Args:
        batches: All pictures once, in any order of batches.
        paths: The files of the pictures [n].
        encoder: The network that encoded them.
        dtype: Type of the rows.
        cache: Where computed rows go.
        out: As in :func:`fashiongraph.features.extract.extract_features`.
        skip_broken: As there.
        progress: As there.

    Raises:
        DataError: If pictures are broken and ``skip_broken`` is false, or the cache holds a row of
            another length.
        FashionGraphError: If ``dtype`` does not hold what the encoder gives, or that is of another
            length than it says.
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
    """Raise for a row of another length; a single value would fill a whole row."""
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
    """Computed rows in their final type, once the cache has them."""
    if not fresh:
        return fresh
    with np.errstate(over="ignore"):  # said better below
        rows = np.stack(list(fresh.values())).astype(dtype)
    if rows.shape[1:] != (encoder.num_features,):
        raise FashionGraphError(
            f"'encoder' needs to give {encoder.num_features} values a picture, as it says "
            f"(got the shape {list(rows.shape[1:])})"
        )
    if not np.isfinite(rows).all():
        raise FashionGraphError(f"'dtype' {dtype.name} does not hold what {encoder.name} gives")
    if cache is not None:
        cache.put(fresh, rows)
    return dict(zip(fresh, rows, strict=True))


def _progress_bar(show: bool) -> Progress:
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), disable=not show)

"""Cards beside feature files, with their encoder and digests of the rows and their items."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fashiongraph.data.checks import hashed
from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.datasets.io.feature_file import CHUNK_BYTES, open_features
from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write
from fashiongraph.locks import locked
from fashiongraph.manifest import LARGE, check_regular

_SAMPLE = 1024  # rows
_ENCODER = ("encoder", "fingerprint", "settings")


def check_card_replaceable(features: Path) -> None:
    """Check that a card may be written beside a file of features.

    Raises:
        DataError: If another kind of file has its name.
    """
    path = card_path(features)
    if path.exists() and not _card(path):
        raise DataError(f"is no card of {features.name}, and is not replaced", path)


@contextmanager
def features_with_card(
    features: Path, ids: np.ndarray | None, source: FeatureSource
) -> Iterator[Path]:
    """Context manager that writes a file of features ``x.npy`` and its card ``x.npy.json``.

    The card lists the replaced file too, such that at any moment it fits the file beside it.

    Args:
        features: The file of features.
        ids: Identifiers of the items, in the order of the rows [n]; :obj:`None` for rows of
            pictures without a table of items.
        source: The encoder. The name of the file is not stored.

    Yields:
        The temporary path to write the features to.

    Raises:
        DataError: If another kind of file has the card's name.

    Example:
        >>> file = getfixture("tmp_path") / "x.npy"
        >>> ids = np.array(["a", "b"], dtype=object)
        >>> words = FeatureSource("x.npy", 3, "hashed-words", "1f0c")
        >>> with features_with_card(file, ids, words) as draft:
        ...     np.save(draft, np.ones((2, 3), np.float16))
        >>> check_feature_card(file, open_features(file), ids) == words
        True
    """
    check_card_replaceable(features)
    path = card_path(features)
    with ExitStack() as held, atomic_write(features) as draft:
        yield draft
        held.enter_context(locked(features))  # until both are written
        with atomic_write(path) as text:
            text.write_text(card_text(features, draft, ids, source), encoding="utf-8")


def card_text(features: Path, draft: Path, ids: np.ndarray | None, source: FeatureSource) -> str:
    """Card of a new version of a file of features, which lists the present version too.

    Args:
        features: The file of features.
        draft: Its new version.
        ids: Identifiers of the items, as for :func:`features_with_card`.
        source: The encoder.
    """
    card = {
        "encoder": source.encoder,
        "fingerprint": source.fingerprint,
        "settings": source.settings,
        "item_ids": None if ids is None else _digest(hashed(ids)),
        **_digests(open_features(draft)),
        "replaces": _replaced(features),
    }
    return json.dumps(card, indent=1, ensure_ascii=False)


def check_feature_card(features: Path, rows: np.ndarray, ids: np.ndarray | None) -> FeatureSource:
    """Check rows of features, and that they were made for these items, if they have a card.

    Of files above 1 GiB, which stay on the disk, only a sample of rows is verified.

    Args:
        features: The file of features.
        rows: Its rows [n, F].
        ids: Identifiers of the items [n]; :obj:`None` to check the rows alone.

    Returns:
        The encoder; without a card it is unknown.

    Raises:
        DataError: If the rows differ from their digest, or were made for other items, or for
            another order of them.
    """
    path = card_path(features)
    card = _card(path)
    if not card:
        return FeatureSource(features.name, rows.shape[1])
    entry = _entry(card, rows)
    if entry is None:
        raise DataError(
            f"differs from its card {path.name}: it is damaged, or was written by other means; "
            "embed again or remove the card",
            features,
        )
    if ids is not None and entry.get("item_ids") not in (None, _digest(hashed(ids))):
        raise DataError(
            f"features were made for other items or in another order, see {path.name}; embed again",
            features,
        )
    return _source(features, rows, entry)


def feature_source(features: Path) -> FeatureSource:
    """Encoder of a file of features by its card, of which nothing is verified.

    Args:
        features: The file of features.

    Returns:
        The encoder; without a card it is unknown.

    Raises:
        DataError: If the file holds no features.

    Example:
        >>> file = getfixture("tmp_path") / "features.npy"
        >>> np.save(file, np.eye(3, dtype=np.float16))
        >>> feature_source(file)
        FeatureSource(file='features.npy', num_features=3, encoder='', fingerprint='', settings={})
    """
    return _source(features, open_features(features), _card(card_path(features)))


def source_in(root: Path, features: Path, source: FeatureSource) -> FeatureSource:
    """A source with the path of its file: relative to a data set, or absolute outside of it.

    Args:
        root: Folder of the data set.
        features: The file.
        source: Its encoder.
    """
    file, folder = features.absolute(), root.absolute()
    inside = file.is_relative_to(folder)
    return replace(source, file=str(file.relative_to(folder) if inside else file))


def carded_features(folder: Path) -> list[Path]:
    """Files of features with a card directly in a folder, sorted by name."""
    return [file for file in sorted(folder.glob("*.npy")) if _card(card_path(file))]


def find_features(root: Path, sources: Sequence[FeatureSource]) -> list[Path]:
    """Files in a folder with the features of a model.

    Args:
        root: Folder of a data set.
        sources: Sources of the model's features. A file of the same encoder may have another name.

    Returns:
        The file of each source.

    Raises:
        DataError: If one is missing.
    """
    folder = root.absolute()
    files = []
    for source in sources:
        file = folder / source.file
        if not file.is_file():
            carded = carded_features(folder)
            equal = (one for one in carded if feature_source(one).fingerprint == source.fingerprint)
            file = next(equal, file)
        if not file.is_file():
            how = "name it with --features"
            if source.encoder:
                how = f"make it with 'fashiongraph embed {root} --like MODEL', or {how}"
            raise DataError(f"the model reads {source}, which is missing; {how}", root)
        files.append(file)
    return files


def _source(features: Path, rows: np.ndarray, entry: dict[str, Any]) -> FeatureSource:
    known = {name: entry[name] for name in _ENCODER if name in entry}
    return FeatureSource(features.name, rows.shape[1], **known)


def _replaced(features: Path) -> dict[str, Any] | None:
    """The entry of a card about the present file, if there is one."""
    try:
        rows = open_features(features)
    except DataError:  # none, or a broken one, which no reader takes
        return None
    entry = _entry(_card(card_path(features)), rows) or _digests(rows)
    return {name: value for name, value in entry.items() if name != "replaces"}


def card_path(features: Path) -> Path:
    """Path of the card of a file of features."""
    return features.with_name(f"{features.name}.json")


def _card(path: Path) -> dict[str, Any]:
    """The card; empty if there is none, or a file of another kind."""
    check_regular(path)
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    needed = {*_ENCODER, "item_ids", "sha256", "sample"}
    return card if isinstance(card, dict) and needed <= card.keys() else {}


def _entry(card: dict[str, Any], rows: np.ndarray) -> dict[str, Any] | None:
    """The part of a card about rows with the digest of the given ones."""
    name, found = ("sample", _sample(rows)) if rows.nbytes > LARGE else ("sha256", _digest(rows))
    for entry in (card, card.get("replaces")):
        if isinstance(entry, dict) and entry.get(name) == found:
            return dict(entry)
    return None


def _digests(rows: np.ndarray) -> dict[str, str]:
    return {"sha256": _digest(rows), "sample": _sample(rows)}


def _sample(rows: np.ndarray) -> str:
    """SHA-256 of evenly spaced rows and the shape."""
    some = np.linspace(0, len(rows) - 1, min(len(rows), _SAMPLE)).astype(np.int64)
    shape = _digest(np.array([*rows.shape, rows.itemsize]))
    return hashlib.sha256(f"{shape} {_digest(rows[some])}".encode()).hexdigest()


def _digest(rows: np.ndarray) -> str:
    """SHA-256 of type, shape and values; reads a block of rows at a time."""
    found = hashlib.sha256(f"{rows.dtype.str} {rows.shape}".encode())
    step = max(1, CHUNK_BYTES * len(rows) // max(1, rows.nbytes))
    for start in range(0, len(rows), step):
        found.update(np.ascontiguousarray(rows[start : start + step]).data)
    return found.hexdigest()

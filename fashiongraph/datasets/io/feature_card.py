"""Cards beside feature files, with digests of the rows and of their items."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from fashiongraph.data.checks import hashed
from fashiongraph.datasets.io.feature_file import CHUNK_BYTES, open_features
from fashiongraph.errors import DataError
from fashiongraph.files import atomic_write
from fashiongraph.locks import locked


def check_card_replaceable(features: Path) -> None:
    """Check that a card may be written beside a file of features.

    Raises:
        DataError: If another kind of file has its name.
    """
    path = _place(features)
    if path.exists() and not _card(path):
        raise DataError(f"is no card of {features.name}, and is not replaced", path)


@contextmanager
def features_with_card(features: Path, ids: np.ndarray | None, encoder: str) -> Iterator[Path]:
    """Context manager that writes a file of features ``x.npy`` and its card ``x.npy.json``.

    The card lists the replaced file too, such that at any moment it fits the file beside it.

    Args:
        features: The file of features.
        ids: Identifiers of the items, in the order of the rows [n]. If None, no card is
            written, and an earlier one is removed.
        encoder: Name of the encoder.

    Yields:
        The temporary path to write the features to.

    Raises:
        DataError: If another kind of file has the card's name.

    Example:
        >>> file = getfixture("tmp_path") / "x.npy"
        >>> ids = np.array(["a", "b"], dtype=object)
        >>> with features_with_card(file, ids, "hashed-words") as draft:
        ...     np.save(draft, np.ones((2, 3), np.float16))
        >>> check_feature_card(file, open_features(file), ids)
    """
    check_card_replaceable(features)
    path = _place(features)
    with ExitStack() as held, atomic_write(features) as draft:
        yield draft
        held.enter_context(locked(features))  # until both are written
        if ids is None:
            path.unlink(missing_ok=True)
            return
        card = {
            "encoder": encoder,
            "rows": len(ids),
            "item_ids": _digest(hashed(ids)),
            "sha256": _digest(open_features(draft)),
            "replaces": _replaced(features),
        }
        with atomic_write(path) as text:
            text.write_text(json.dumps(card, indent=1), encoding="utf-8")


def check_feature_card(features: Path, rows: np.ndarray, ids: np.ndarray | None) -> None:
    """Check rows of features, and that they were made for these items, if they have a card.

    Args:
        features: The file of features.
        rows: Its rows [n, F].
        ids: Identifiers of the items [n]; :obj:`None` to check the rows alone.

    Raises:
        DataError: If the rows differ from their digest, or were made for other items, or for
            another order of them.
    """
    path = _place(features)
    card = _card(path)
    if not card:
        return
    entry = _entry(card, _digest(rows))
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


def _replaced(features: Path) -> dict[str, Any] | None:
    """The entry of a card about the present file, if there is one."""
    try:
        found = _digest(open_features(features))
    except DataError:  # none, or a broken one, which no reader takes
        return None
    entry = _entry(_card(_place(features)), found) or {"sha256": found}
    return {name: value for name, value in entry.items() if name != "replaces"}


def _place(features: Path) -> Path:
    return features.with_name(f"{features.name}.json")


def _card(path: Path) -> dict[str, Any]:
    """The card; empty if there is none, or a file of another kind."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) and "item_ids" in card else {}


def _entry(card: dict[str, Any], digest: str) -> dict[str, Any] | None:
    """The part of a card about rows with a digest."""
    for entry in (card, card.get("replaces")):
        if isinstance(entry, dict) and entry.get("sha256") == digest:
            return dict(entry)
    return None


def _digest(rows: np.ndarray) -> str:
    """SHA-256 of type, shape and values; reads a block of rows at a time."""
    found = hashlib.sha256(f"{rows.dtype.str} {rows.shape}".encode())
    step = max(1, CHUNK_BYTES * len(rows) // max(1, rows.nbytes))
    for start in range(0, len(rows), step):
        found.update(np.ascontiguousarray(rows[start : start + step]).data)
    return found.hexdigest()

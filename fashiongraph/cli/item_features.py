"""Files of features that follow a changed table of items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.cli.embed_jobs import COLUMNS, TEXT, EmbedJob, jobs_like
from fashiongraph.cli.item_columns import ItemColumns
from fashiongraph.cli.output import check_files
from fashiongraph.errors import DataError, FashionGraphError

if TYPE_CHECKING:
    import numpy as np

    from fashiongraph.data.feature_source import FeatureSource
    from fashiongraph.datasets.io.pending_change import CatalogueChange
    from fashiongraph.datasets.io.row_edit import RowEdit
    from fashiongraph.features import Features


@dataclass(frozen=True, eq=False)
class FeatureFile:
    """A file of features of a catalogue, and what makes the rows of further items.

    Args:
        file: The file.
        rows: Its rows [n, F].
        source: Its encoder.
        job: Runs the encoder; :obj:`None` without a card.
        given: Rows of the fresh items, of a file without a card.
    """

    file: Path
    rows: np.ndarray
    source: FeatureSource
    job: EmbedJob | None
    given: np.ndarray | None = None

    @property
    def needed(self) -> list[str]:
        """Text columns that the encoder reads."""
        if self.job is None:
            return []
        text = [self.job.settings["column"]] if self.job.kind == TEXT else []
        return [*text, "image"] if self.job.reads_pictures else text

    def encode(
        self,
        items: ItemColumns,
        fresh: ItemColumns,
        folder: Path,
        download: bool,
        extract: Callable[..., Features],
    ) -> tuple[np.ndarray, Mapping[str, str]]:
        """Rows of fresh items, and the pictures that could not be read.

        Rows of an encoder of columns are those of all items, as a fresh value may change the type
        of a column.

        Args:
            items: All items after the change.
            fresh: The fresh ones among them.
            folder: Folder of their pictures.
            download: Whether weights may be downloaded.
            extract: Encodes paths of pictures by an encoder.
        """
        if self.job is None:
            assert self.given is not None  # checked before any work
            return self.given, {}
        encoder = self.job.make(items, download)
        found = self.job.encode(encoder, items if self.all_rows else fresh, folder, extract)
        return found.array, found.problems

    @property
    def all_rows(self) -> bool:
        """Whether :meth:`encode` gives rows of all items."""
        return self.job is not None and self.job.kind == COLUMNS

    def write(
        self, change: CatalogueChange, edit: RowEdit, rows: np.ndarray, ids: np.ndarray | None
    ) -> None:
        """Write the new version of the file and of its card.

        Args:
            change: The change of the catalogue.
            edit: The change of its items.
            rows: What :meth:`encode` returned.
            ids: Identifiers of all items after the change.
        """
        from fashiongraph.datasets.io.feature_card import card_path, card_text
        from fashiongraph.features import save_features

        card = card_path(self.file)
        # The card first: it fits the file before and after.
        beside = change.draft(card) if self.job is not None else None
        draft = change.draft(self.file)
        if self.all_rows:
            save_features(draft, rows.astype(self.rows.dtype, copy=False))
        else:
            edit.write_array(self.rows, draft, rows)
        if beside is not None:
            text = card_text(self.file, draft, ids, self.source)
            beside.write_text(text, encoding="utf-8")


def feature_files(
    data: Path, items: ItemColumns, given: Mapping[str, Path], fresh: int
) -> list[FeatureFile]:
    """Files of features of a catalogue, all of which have to follow its items.

    Args:
        data: Folder of the catalogue.
        items: Its items so far.
        given: Files of the rows of fresh items, by the name of a file without a card.
        fresh: Number of fresh items.

    Raises:
        DataError: If a file differs from its card, or has no card and no rows are given.
    """
    from fashiongraph.datasets.io.feature_card import (
        check_feature_card,
        feature_source,
    )
    from fashiongraph.datasets.io.feature_file import open_features

    count, found = len(items.frame), []
    for file in sorted(data.glob("*.npy")):
        with suppress(DataError):  # no features
            found.append((file, open_features(file), feature_source(file)))
    bare = {file.name for file, rows, one in found if not one.encoder and len(rows) == count}
    for name in given:
        if name not in bare:
            known = ", ".join(sorted(bare)) or "none"
            raise FashionGraphError(
                f"'--features' needs files in {data} without a card, one row per item: {known} "
                f"(got {name!r})"
            )
    files = []
    for file, rows, source in found:
        if file.name in bare:
            files.append(_without_card(file, rows, source, given.get(file.name), fresh))
        elif source.encoder:
            if len(rows) != count:
                raise DataError(f"has {len(rows)} rows for {count} items; embed again", file)
            source = check_feature_card(file, rows, items.ids)
            files.append(FeatureFile(file, rows, source, jobs_like([source], data)[0]))
    return files


def _without_card(
    file: Path, rows: np.ndarray, source: FeatureSource, further: Path | None, fresh: int
) -> FeatureFile:
    """A file without a card, whose fresh rows are given."""
    from fashiongraph.datasets.io.feature_file import open_features

    if not fresh:
        return FeatureFile(file, rows, source, None, rows[:0])
    if further is None:
        raise DataError(
            f"has no card, so that nothing encodes the items; give their rows with '--features "
            f"{file.name}=ROWS.npy', embed again, or move the file elsewhere",
            file,
        )
    check_files(further)
    given = open_features(further)
    if given.shape != (fresh, rows.shape[1]):
        raise DataError(
            f"needs the rows of {fresh} items with {rows.shape[1]} features each, for {file.name} "
            f"(got {given.shape})",
            further,
        )
    return FeatureFile(file, rows, source, None, given)


def given_rows(features: Sequence[str]) -> dict[str, Path]:
    """Files of rows by the name of the file that they extend.

    Args:
        features: Values of ``--features``.

    Raises:
        FashionGraphError: If one is not of the form ``NAME=FILE``.
    """
    found: dict[str, Path] = {}
    for text in features:
        name, equals, file = text.partition("=")
        if not equals or not name or not file:
            raise FashionGraphError(
                f"'--features' needs NAME=ROWS.npy, such as own.npy=rows.npy (got {text!r})"
            )
        found[name] = Path(file).expanduser()
    return found

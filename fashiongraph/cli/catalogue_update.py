"""Change of the items of a catalogue and of all that follows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fashiongraph.cli.item_change import ItemChange
from fashiongraph.cli.item_columns import ItemColumns
from fashiongraph.cli.item_features import FeatureFile, feature_files
from fashiongraph.cli.item_indices import ItemIndices
from fashiongraph.errors import DataError

if TYPE_CHECKING:
    from fashiongraph.datasets.io.pending_change import CatalogueChange
    from fashiongraph.models import OutfitModel


@dataclass(frozen=True, kw_only=True)
class CatalogueUpdate:
    """Change of the items of a catalogue and of all that follows them.

    Args:
        data: Folder of the catalogue.
        folders: Folders of ``fashiongraph index`` that follow.
        model: The model of those that were made by one.
        lenient: Whether the folders lack items with rows that break a rule.
        given: Files of rows of the items, by the name of a file of features without a card.
        download: Whether weights may be downloaded.
        skip_broken: Whether to continue without pictures that cannot be read.
        with_outfits: Whether to remove outfits that hold removed items.
        progress: Whether to show progress bars.
    """

    data: Path
    folders: Sequence[Path] = ()
    model: OutfitModel | None = None
    lenient: bool = False
    given: Mapping[str, Path] = field(default_factory=dict)
    download: bool = False
    skip_broken: bool = False
    with_outfits: bool = False
    progress: bool = False

    def __call__(self, read: Callable[[Path], ItemChange]) -> dict[str, Any]:
        """Change the items.

        Args:
            read: From the path of the table of items to their change.

        Returns:
            What has changed, as JSON values.

        Raises:
            DataError: If a file breaks a rule; nothing changes then.
        """
        from fashiongraph.datasets.io.pending_change import catalogue_change
        from fashiongraph.datasets.outfit_tables import find_table
        from fashiongraph.features import extract_features

        data, skip_broken = self.data, self.skip_broken
        extract = partial(
            extract_features,
            cache=data / ".features",
            num_workers=0,
            skip_broken=skip_broken,
            progress=self.progress,
        )
        with catalogue_change(data) as change:
            table, outfits = (data / find_table(data, name) for name in ("items", "outfits"))
            for path in (table, outfits, *data.glob("*.npy")):
                change.reads(path)
            before = ItemColumns.read(data, "tables")
            items = read(table)
            files = feature_files(data, before, self.given, len(items.fresh))
            bare = [file.file for file in files if file.job is None]
            indices = ItemIndices(data, table, self.folders, self.model, bare, self.lenient)
            removed = (
                _write_outfits(change, outfits, items, self.with_outfits) if outfits.exists() else 0
            )
            items.edit.write_table(table, change.draft(table), items.values)
            after, fresh = _columns(change.draft(table), before, items, files, skip_broken)
            problems: dict[str, str] = {}
            for file in files:
                rows, broken = file.encode(after, fresh, data, self.download, extract)
                problems |= {path: reason for path, reason in broken.items() if path}
                file.write(change, items.edit, rows, after.ids)
            indices.write(change, items)
        return {
            "data": str(data),
            "changed": len(items.fresh) or len(items.gone),
            "items": len(after.frame),
            "outfits_removed": removed,
            "features": [file.file.name for file in files],
            "indices": [str(folder) for folder in self.folders],
            "problems": problems,
        }


def _columns(
    draft: Path,
    before: ItemColumns,
    items: ItemChange,
    files: list[FeatureFile],
    skip_broken: bool,
) -> tuple[ItemColumns, ItemColumns]:
    """Columns of all items after the change, and of the fresh ones."""
    needed = sorted({name for file in files for name in file.needed})
    for name in needed:
        before.check_column(name)
    after = replace(ItemColumns.read(draft, "tables", needed), file=before.file)
    items.check_types(before.frame, after.frame)
    frame = after.frame.iloc[items.edit.fresh].reset_index(drop=True)
    ids = None if after.ids is None else after.ids[items.edit.fresh]
    fresh = ItemColumns(frame, items.file or before.file, items.row, ids)
    if "image" in needed and not skip_broken:
        fresh.check_filled("image", "--skip-broken continues without such items' pictures")
    return after, fresh


def _write_outfits(
    change: CatalogueChange, path: Path, items: ItemChange, with_outfits: bool
) -> int:
    """Write the table of outfits without those of removed items; return the number of those."""
    import numpy as np
    import pandas as pd

    from fashiongraph.datasets.io.problems import Problems
    from fashiongraph.datasets.io.row_edit import RowEdit
    from fashiongraph.datasets.io.table import Table

    if not len(items.edit.removed):
        return 0
    key, problems = ["outfit_id", "item_id"], Problems()
    table = Table.read(path, problems, needed=key, text=key, wanted=key)
    problems.check()
    outfit, item = (pd.Series(table.columns[name].to_pylist()) for name in key)
    holds = outfit[item.isin(items.gone)].unique()
    if not len(holds):
        return 0
    held = f"{len(holds):,} {'outfit' if len(holds) == 1 else 'outfits'}"
    if not with_outfits:
        used = item[item.isin(items.gone)]
        raise DataError(
            f"{held} {'holds' if len(holds) == 1 else 'hold'} items to remove, such as "
            f"{used.iloc[0]!r}; --with-outfits removes the outfits, too",
            path,
            int(table.row[used.index[0]]),
        )
    rows = np.flatnonzero(outfit.isin(holds))
    if len(rows) == len(outfit):
        raise DataError(f"all {held} hold an item to remove; none would be left", path)
    edit = RowEdit(table.records, table.record[rows])
    edit.write_table(path, change.draft(path), table.columns.slice(0, 0))
    return len(holds)

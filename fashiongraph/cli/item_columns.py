"""Columns of a table of items, to embed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.cli.datasets import has_item_table, open_dataset, show_report
from fashiongraph.cli.output import check_files
from fashiongraph.console import print_message
from fashiongraph.errors import DataError
from fashiongraph.manifest import check_utf8

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from fashiongraph.data.item_table import ItemTable

# Always read as text, so that leading zeros stay.
_TEXT = ("item_id", "category", "image", "title")


@dataclass(frozen=True, eq=False)
class ItemColumns:
    """Columns of items in the order of their rows of features.

    Args:
        frame: The columns by name, one row per item [n]; missing values are NaN.
        file: The table, or the folder that holds the items.
        row: Row of the table that each came from, the header being row 1 [n]; :obj:`None` for a
            public data set.
        ids: Identifiers of the items [n]; :obj:`None` where there are none.
    """

    frame: pd.DataFrame
    file: Path
    row: np.ndarray | None = None
    ids: np.ndarray | None = None

    @classmethod
    def read(
        cls, data: Path, form: str, text: Sequence[str] = (), lenient: bool = False
    ) -> ItemColumns:
        """Read all columns. Of a folder of tables only the items are read and checked.

        Args:
            data: Folder of a data set; a table of items; or a folder of pictures, whose paths
                become the column ``image``, sorted by name and without hidden files.
            form: Form of the data set, as for :func:`~fashiongraph.cli.datasets.open_dataset`.
            text: Columns that are needed, and read as text.
            lenient: Report rows that break a rule, and continue. They keep their place, as rows of
                features follow all rows of the table; values that cannot be read are missing.

        Raises:
            DataError: If a table breaks a rule or lacks a column, or a folder is empty.
        """
        check_files(data)
        if is_pictures(data, form):
            found = cls.of_pictures(data)
            for name in text:
                found.check_column(name)
            return found
        if data.is_file() or form == "tables":
            return cls._of_table(data, text, lenient)
        found = cls.of(open_dataset(data, [], lenient, form).items, data)
        for name in text:
            found.check_column(name)
        return found

    @classmethod
    def of(cls, items: ItemTable, data: Path) -> ItemColumns:
        """Columns of an item table.

        Args:
            items: The items.
            data: Folder of their data set, for errors.
        """
        import numpy as np

        return cls(items.columns, data, ids=np.asarray(items.ids, dtype=object))

    @classmethod
    def _of_table(cls, data: Path, text: Sequence[str], lenient: bool) -> ItemColumns:
        import numpy as np

        from fashiongraph.datasets.io.item_rows import ItemRows
        from fashiongraph.datasets.io.pending_change import finish_change
        from fashiongraph.datasets.io.problems import Problems
        from fashiongraph.datasets.io.table import Table
        from fashiongraph.datasets.outfit_tables import find_table

        finish_change(data if data.is_dir() else data.parent)
        problems = Problems()
        path = data if data.is_file() else data / find_table(data, "items")
        check_files(path)
        key = [] if data.is_file() else ["item_id", "category"]
        table = Table.read(path, problems, needed=[*key, *text], text=[*text, *_TEXT])
        if not data.is_file():
            ItemRows(table, problems)
        if lenient:
            report = problems.frame()
            show_report(f"{len(report)} rows of {path} break a rule", report)
        else:
            problems.check()
        frame = table.columns.to_pandas(date_as_object=False, ignore_metadata=True)
        frame = frame.set_axis(table.record).reindex(np.arange(len(table.records)))
        ids = table.by_record("item_id") if "item_id" in table else None
        return cls(frame, path, table.records, ids)

    @classmethod
    def of_pictures(cls, folder: Path) -> ItemColumns:
        """Column ``image`` of the pictures in a folder and those below, sorted by name.

        Hidden files and folders are left out.

        Args:
            folder: The folder, to which the paths are relative.

        Raises:
            DataError: If there are none.
        """
        import pandas as pd
        from PIL import Image

        from fashiongraph.features.pictures import FORMATS

        ends = {end for end, kind in Image.registered_extensions().items() if kind in FORMATS}
        found = [
            path.relative_to(folder)
            for path in folder.rglob("*")
            if path.suffix.lower() in ends and not path.is_dir()
        ]
        shown = [path for path in found if not any(part.startswith(".") for part in path.parts)]
        if not shown:
            raise DataError("needs items.csv and outfits.csv, or pictures", folder)
        names = [path.as_posix() for path in sorted(shown)]
        for name in names:  # the list of pictures is a CSV in UTF-8
            check_utf8(folder / name)
        return cls(pd.DataFrame({"image": names}), folder)

    def __contains__(self, name: str) -> bool:
        return name in self.frame

    def check_column(self, name: str) -> None:
        """Check that there is a column.

        Raises:
            DataError: If there is none.
        """
        if name not in self.frame:
            raise DataError(
                f"items need a column {name!r} (got {', '.join(map(str, self.frame))})", self.file
            )

    def text(self, name: str) -> pd.Series[str]:
        """A column as text; missing values are empty [n]."""
        import pandas as pd

        return pd.Series(self.frame[name].fillna(""), dtype=str, name=name)

    def blank(self, name: str) -> np.ndarray:
        """Mask of values of a text column that are empty or white space [n]."""
        blank: np.ndarray = (self.text(name).str.strip() == "").to_numpy()
        return blank

    def picture_paths(
        self, folder: Path, further: Sequence[Path], skip_outside: bool
    ) -> list[str | Path]:
        """Paths of the column ``image``; empty for an item without a picture [n].

        Args:
            folder: Folder to which they are relative.
            further: Folders outside of it that they may name files of.
            skip_outside: Report pictures of other folders, and continue without them.

        Raises:
            DataError: If a picture lies in another folder.
        """
        from fashiongraph.features.pictures import picture_path

        outside: list[DataError] = []

        def path(name: str) -> str | Path:
            try:
                return picture_path(folder, name, further) if name.strip() else ""
            except DataError as error:
                if not skip_outside:
                    raise
                outside.append(error)
                return ""

        paths = [path(name) for name in self.text("image")]
        if outside:
            print_message(f"{len(outside):,} pictures are skipped, the first one: {outside[0]}")
        return paths

    def check_filled(self, name: str, hint: str) -> None:
        """Check that every item has a value in a text column.

        Args:
            name: The column.
            hint: The way to continue without, for the error.

        Raises:
            DataError: If one has none; with the first that has none, and the number of others.
        """
        blank = self.blank(name)
        if not blank.any():
            return
        first, others = int(blank.argmax()), int(blank.sum()) - 1
        item = "an item" if self.ids is None else f"item {self.ids[first]!r}"
        more = f"and {others:,} more have" if others else "has"
        raise DataError(
            f"{name!r} needs a value ({item} {more} none); {hint}",
            self.file,
            None if self.row is None else int(self.row[first]),
        )


def is_pictures(data: Path, form: str) -> bool:
    """Whether a path is a folder of pictures, without any table."""
    return form == "tables" and data.is_dir() and not has_item_table(data)

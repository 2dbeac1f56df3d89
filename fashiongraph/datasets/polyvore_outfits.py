"""Polyvore Outfits: the set of type-aware embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from numpy.typing import NDArray
from pyarrow import csv

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.datasets.io.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.datasets.io.polyvore_dataset import PolyvoreSet
from fashiongraph.datasets.io.polyvore_questions import (
    NamedItems,
    Records,
    nested_rows,
    official_recipe,
    read_compatibility,
    read_fill_in_blank,
)
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.errors import DataError, FashionGraphError

Edition = Literal["nondisjoint", "disjoint"]
Form = Literal["json", "tuples"]
Category = Literal["semantic", "fine"]

_METADATA = "polyvore_item_metadata.json"
_TITLES = "polyvore_outfit_titles.json"

#: The types of items; a row says them by their place here.
SEMANTIC_CATEGORIES = (
    *("accessories", "all-body", "bags", "bottoms", "hats", "jewellery"),
    *("outerwear", "scarves", "shoes", "sunglasses", "tops"),
)


class PolyvoreOutfits(PolyvoreSet):
    """Polyvore Outfits: outfits of polyvore.com with categories, titles and official questions.

    =========== ======= ====== ====== ======== =====================
    edition     train   valid  test   items    shared by two splits
    =========== ======= ====== ====== ======== =====================
    nondisjoint 53,306  5,000  10,000 251,008  many
    disjoint    16,995  3,000  15,145 152,785  3,781 train and valid,
                                               84 train and test,
                                               34 valid and test
    =========== ======= ====== ====== ======== =====================

    The release lies in ``root/raw``, or in ``root`` itself:

    - ``{edition}/{train,valid,test}.json``, the outfits;
    - ``polyvore_item_metadata.json`` and ``polyvore_outfit_titles.json``, categories and titles;
    - ``categories.csv``, the names of fine categories;
    - ``{edition}/compatibility_{split}.txt`` and ``{edition}/fill_in_blank_{split}.json``, for the
      questions;
    - ``images/<item_id>.jpg``, the pictures.

    The file ``typespaces.p`` of the release is a pickle, and never read. The publisher asks people
    to log in, so nothing is downloaded.

    With ``form="tuples"`` outfits and questions come from rows of whole numbers instead:
    ``tuples/{edition}/items.json`` and ``{split}_pos``, beside it ``{split}_neg`` for compatibility
    and ``{split}_pos_fitb`` and ``{split}_neg_fitb`` for blanks. They bring semantic categories,
    but neither titles nor identifiers of outfits.

    Args:
        root: Folder of the data set.
        edition: ``"nondisjoint"``, or ``"disjoint"``, whose splits share few items.
        form: ``"json"``, the release itself, or ``"tuples"``.
        splits: The splits to read.
        category: What the categories of items are: one of eleven ``"semantic"`` ones or of some
            150 ``"fine"`` ones. :obj:`None` does without metadata and titles; the items have no
            category then (``-1``).
        images: Folder of the pictures; by default ``images`` in the release, if there is one.
        force_reload: Read the release again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        FashionGraphError: If an argument is none of those values.
        DataError: If a file is missing or broken.

    Source: Vasileva, Plummer, Dusad, Rajpal, Kumar, Forsyth, "Learning type-aware embeddings for
    fashion compatibility". The rows of whole numbers are those of
    https://github.com/lzcn/outfit-datasets.
    """

    url = "https://huggingface.co/datasets/mvasil/polyvore-outfits"
    release_names = ("nondisjoint", "disjoint", "tuples")

    def __init__(
        self,
        root: str | Path,
        edition: Edition = "nondisjoint",
        form: Form = "json",
        splits: Sequence[str] = ("train", "valid", "test"),
        category: Category | None = "semantic",
        images: str | Path | None = None,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        _check("edition", edition, get_args(Edition))
        _check("form", form, get_args(Form))
        _check(
            "category", category, ("semantic",) if form == "tuples" else (*get_args(Category), None)
        )
        if not splits:
            raise FashionGraphError("'splits' needs a split at least (got none)")
        for split in splits:
            _check("splits", split, ("train", "valid", "test"))
        self.edition = edition
        self.form = form
        self.splits = tuple(dict.fromkeys(splits))
        self.category = category
        if form == "tuples":
            names = ["items.json", *(f"{split}_pos" for split in self.splits)]
            self.raw_file_names = [f"tuples/{edition}/{name}" for name in names]
        else:
            self.raw_file_names = [f"{edition}/{split}.json" for split in self.splits]
            self.raw_file_names += [] if category is None else [_METADATA, _TITLES]
        bare = ["bare"] if category is None else []
        folder = "-".join([edition, form, *self.splits, *bare])
        super().__init__(root, folder, images, False, force_reload, processed_dir)

    def process(self, folder: Path) -> None:
        """Read the outfits and their items, and write the processed files."""
        outfits, columns = self._read_tuples() if self.form == "tuples" else self._read_json()
        write_processed(folder, outfits, columns)

    def load(self) -> tuple[Outfits, pd.DataFrame]:
        """The outfits, over items with the chosen categories and the files of pictures."""
        outfits, columns = super().load()
        items = outfits.items
        if self.category == "fine":
            fine = read_fine_categories(self.needed_file("categories.csv", "fine categories"))
            code, ids = pd.factorize(items.columns["category_id"], sort=True)
            items = replace(
                items,
                category_id=torch.from_numpy(code.astype(np.int64)),
                categories=[fine.get(name, name) for name in ids],
            )
        files = pd.Series(items.ids, dtype=str) + ".jpg"
        return outfits.with_items(self.with_pictures(items, files)), columns

    def compatibility_questions(self, split: str = "test") -> Compatibility:
        """The official list: real outfits, and as many of other items of the same types.

        Args:
            split: One of the splits that were read.

        Raises:
            DataError: If a file is missing or broken.
        """
        _check("split", split, self.splits)
        if self.form == "tuples":
            return tuple_compatibility(*self._tuple_files(split, "pos", "neg"))
        source = f"{self.edition}/compatibility_{split}.txt"
        path = self.needed_file(source, "questions")
        return read_compatibility(path, source, self._named_items(split))

    def fill_in_blank_questions(self, split: str = "test") -> FillInBlank:
        """The official questions: outfits with a blank, and four items of one type to fill it.

        Args:
            split: One of the splits that were read.

        Raises:
            DataError: If a file is missing or broken.
        """
        _check("split", split, self.splits)
        if self.form == "tuples":
            return tuple_fill_in_blank(*self._tuple_files(split, "pos_fitb", "neg_fitb"))
        source = f"{self.edition}/fill_in_blank_{split}.json"
        path = self.needed_file(source, "questions")
        return read_fill_in_blank(path, source, self._named_items(split), right="own_outfit")

    def _read_json(self) -> tuple[Outfits, pd.DataFrame]:
        paths = zip(self.splits, self.raw_paths, strict=False)
        records = Records.concat({split: read_outfits(path) for split, path in paths})
        item_id, ids = pd.factorize(records.rows["item"])
        columns = records.outfits.drop(columns="set_id")
        if self.category is None:
            items = ItemTable(pd.Index(ids, dtype=str), torch.full((len(ids),), -1), [])
        else:
            metadata = read_item_metadata(self.raw_dir / _METADATA, pd.Index(ids, dtype=str))
            semantic = metadata.pop("semantic_category").tolist()
            items = ItemTable.from_lists(
                ids.tolist(), semantic, None, metadata, SEMANTIC_CATEGORIES
            )
            titles = read_outfit_titles(self.raw_dir / _TITLES, records.outfits["set_id"])
            columns = columns.assign(title=titles)
        return records.outfits_over(items, item_id), columns

    def _read_tuples(self) -> tuple[Outfits, pd.DataFrame]:
        items_path, *paths = self.raw_paths
        items = read_items(items_path)
        parts = [read_tuples(path, items) for path in paths]
        sizes = torch.cat([part.sizes for part in parts])
        ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
        item_id = torch.cat([part.item_id for part in parts])
        split = np.repeat(self.splits, [len(part) for part in parts])
        number = np.concatenate([np.arange(len(part)) for part in parts])
        ids = pd.Index(split).astype(str) + "_" + pd.Index(number).astype(str)
        return Outfits(items, ptr, item_id, ids), pd.DataFrame({"split": split})

    def _tuple_files(self, split: str, real: str, other: str) -> tuple[Path, Path, ItemTable, str]:
        folder = f"tuples/{self.edition}/{split}"
        one, two = (self.needed_file(f"{folder}_{name}", "questions") for name in (real, other))
        return one, two, self.items, f"{folder}_{other}"

    def _named_items(self, split: str) -> NamedItems:
        """The items by outfit and index, which only the raw file tells."""
        rows = read_outfits(self.raw_dir / f"{self.edition}/{split}.json").rows
        item_id = self.items.rows(pd.Index(rows["item"])).numpy()
        return NamedItems(self.items, pd.Index(rows["name"]), item_id)


def _check(name: str, value: str | None, known: Sequence[str | None]) -> None:
    if value not in known:
        values = ", ".join(map(repr, known))
        raise FashionGraphError(f"{name!r} needs to be one of {values} (got {value!r})")


_OUTFIT = pa.struct(
    [
        needed("set_id", pa.string()),
        needed(
            "items",
            list_of(pa.struct([needed("item_id", pa.string()), needed("index", pa.int64())])),
        ),
    ]
)
_ITEM = pa.struct(
    [
        needed("semantic_category", pa.string()),
        needed("category_id", pa.string()),
        pa.field("title", pa.string()),
        pa.field("url_name", pa.string()),
        pa.field("description", pa.string()),
    ]
)
_TITLE = pa.struct([pa.field("title", pa.string()), pa.field("url_name", pa.string())])


def read_outfits(path: Path) -> Records:
    """Read ``train.json``, ``valid.json`` or ``test.json`` of an edition.

    Returns:
        Outfits with ``set_id`` alone; rows with ``item``, an identifier.

    Raises:
        DataError: If the file is missing or broken.
    """
    records = arrow_rows(path, read_json(path, list), _OUTFIT)
    set_id, lists = records.field("set_id"), records.field("items")
    items = lists.flatten()
    rows = {
        **nested_rows(set_id, lists, items.field("index")),
        "item": items.field("item_id").to_pandas(),
    }
    found = Records(pd.DataFrame({"set_id": set_id.to_pandas()}), pd.DataFrame(rows))
    found.check_names(path)
    return found


def read_item_metadata(path: Path, ids: pd.Index[str]) -> pd.DataFrame:
    """Read what ``polyvore_item_metadata.json`` says of some items.

    Returns:
        ``semantic_category``, ``category_id``, ``title`` and ``description``, in the order of
        ``ids``. A missing title is what the address of the item calls it.

    Raises:
        DataError: If the file is missing or broken, or an item is not in it.
    """
    entries = read_json(path, dict)
    row = _keys(path, entries).get_indexer(ids)
    if (row < 0).any():
        raise DataError(f"needs an entry for the item {ids[row < 0][0]!r}", file=path)
    table = arrow_rows(path, entries.values(), _ITEM).take(row)
    columns = {name: table.field(name) for name in ("semantic_category", "category_id")}
    return pd.DataFrame(
        {
            **{name: column.to_pandas().str.strip() for name, column in columns.items()},
            "title": _title(table),
            "description": table.field("description").fill_null("").to_pandas(),
        }
    )


def read_outfit_titles(path: Path, set_ids: pd.Series[str]) -> np.ndarray:
    """Read the titles of some outfits from ``polyvore_outfit_titles.json``; "" where it has none.

    Raises:
        DataError: If the file is missing or broken.
    """
    entries = read_json(path, dict)
    row = _keys(path, entries).get_indexer(pd.Index(set_ids))
    titles = _title(arrow_rows(path, entries.values(), _TITLE)).to_numpy(dtype=object)
    return np.append(titles, "")[row]  # -1 picks the last entry


def read_fine_categories(path: Path) -> dict[str, str]:
    """Read the fine categories of ``categories.csv``: their names, by ``category_id``.

    The file gives most of them one name and some of them several, which are joined.

    Raises:
        DataError: If the file is missing, or a row is not made of three fields.
    """
    names = ["category_id", "fine", "semantic"]
    try:
        table = pd.read_csv(path, header=None, dtype=str, keep_default_na=False, encoding="utf-8")
        table = table.set_axis(names, axis=1).drop_duplicates(names[:2])
    except (OSError, ValueError) as error:
        raise DataError(f"needs to hold rows of three fields ({error})", file=path) from error
    joined = table.groupby("category_id")["fine"].agg(", ".join)
    return {str(key): f"{name} ({key})" for key, name in joined.items()}


def _keys(path: Path, entries: dict[str, Any]) -> pd.Index[str]:
    keys: pd.Series[str] = arrow_rows(path, entries, pa.string()).to_pandas()
    return pd.Index(keys)


def _title(table: pa.StructArray) -> pd.Series[str]:
    title: pd.Series[str] = table.field("title").fill_null("").to_pandas()
    return title.where(title.str.strip() != "", table.field("url_name").fill_null("").to_pandas())


def read_items(path: Path) -> ItemTable:
    """Read ``items.json``: a list of identifiers for each type, in the order of the types.

    Raises:
        DataError: If the file is missing or broken, or an item repeats.
    """
    lists = arrow_rows(path, read_json(path, list), list_of(pa.string()))
    if len(lists) != len(SEMANTIC_CATEGORIES):
        raise DataError(
            f"a list for each of the {len(SEMANTIC_CATEGORIES)} types is needed (got {len(lists)})",
            file=path,
        )
    ids = pd.Index(lists.flatten().to_pandas(), dtype=str)
    if not ids.is_unique:
        raise DataError(f"items need to differ (got {ids[ids.duplicated()][0]!r} again)", path)
    category = np.repeat(np.arange(len(lists)), lists.value_lengths().to_numpy())
    return ItemTable(ids, torch.from_numpy(category), list(SEMANTIC_CATEGORIES))


def read_tuples(path: Path, items: ItemTable) -> Outfits:
    """Read rows of a user, a size, and then M items and M types, filled up with -1.

    An item is its place among those of its type.

    Raises:
        DataError: If the file is missing or broken, with the row, counted from 1.
    """
    matrix = _read_matrix(path)
    width = (matrix.shape[1] - 2) // 2
    size, item, kind = matrix[:, 1:2], matrix[:, 2 : 2 + width], matrix[:, 2 + width :]
    filled = np.arange(width) < size
    count = np.bincount(items.category_id, minlength=items.num_categories)
    known = (kind >= 0) & (kind < len(count))
    known &= (item >= 0) & (item < count[np.where(known, kind, 0)])
    empty = (item == -1) & (kind == -1)
    right = np.where(filled, known, empty).all(axis=1) & (size[:, 0] >= 0) & (size[:, 0] <= width)
    if not right.all():
        rule = "a row needs as many items and types as its size says, all known, and then -1"
        raise DataError(rule, path, int(right.argmin()) + 1)
    start = np.cumsum(count) - count
    ptr = np.append(0, size[:, 0].cumsum())
    item_id = (start[np.where(filled, kind, 0)] + item)[filled]
    return Outfits(items, torch.from_numpy(ptr), torch.from_numpy(item_id))


def _read_matrix(path: Path) -> NDArray[np.int64]:
    """A file of whole numbers between commas, without a header [rows, columns]."""
    try:
        table = csv.read_csv(path, csv.ReadOptions(autogenerate_column_names=True))
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"needs to be readable as CSV ({error})", file=path) from error
    columns = table.columns
    if len(columns) < 4 or len(columns) % 2:
        rule = f"a row needs a user, a size, M items and M types (got {len(columns)} fields)"
        raise DataError(rule, file=path)
    for number, column in enumerate(columns, start=1):
        if column.type != pa.int64() or column.null_count:
            raise DataError(f"field {number} needs whole numbers throughout", file=path)
    return np.column_stack([column.to_numpy() for column in columns])


def tuple_compatibility(
    real: Path, corrupted: Path, items: ItemTable, source: str
) -> Compatibility:
    """Real outfits, and for each of them one whose items are all others of the same types.

    Args:
        real: File of the real outfits.
        corrupted: File of the others, in the same order.
        items: The item table.
        source: What the recipe calls the questions.

    Raises:
        DataError: If a file is missing or broken, or they differ in length.
    """
    one, zero = read_tuples(real, items), read_tuples(corrupted, items)
    if len(one) != len(zero):
        raise DataError(f"an outfit for each of {len(one)} is needed (got {len(zero)})", corrupted)
    label = torch.tensor([1, 0]).repeat_interleave(len(one))
    return Compatibility(
        items=items,
        ptr=torch.cat([one.ptr, one.ptr[-1] + zero.ptr[1:]]),
        item_id=torch.cat([one.item_id, zero.item_id]),
        label=label,
        group=torch.arange(len(one)).repeat(2),
        recipe=official_recipe(Compatibility.kind, source, left_out=0),
    )


def tuple_fill_in_blank(real: Path, others: Path, items: ItemTable, source: str) -> FillInBlank:
    """Questions told by editions of an outfit that hold another item in one and the same place.

    The answer is candidate 0. A few editions repeat it: their questions have no right answer but
    a tie, and ``repeated`` counts them in the recipe.

    Args:
        real: File of the real outfits.
        others: File of equally many editions of each, outfit after outfit.
        items: The item table.
        source: What the recipe calls the questions.

    Raises:
        DataError: If a file is missing or broken, or an edition differs from its outfit in more
            than one place, in another place than others do, or in size.
    """
    asked, editions = read_tuples(real, items), read_tuples(others, items)
    position, wrong = _blanks(asked, editions, others)
    answer = asked.item_id[asked.ptr[:-1] + position].unsqueeze(1)
    repeated = int((wrong == answer).any(dim=1).sum())
    return FillInBlank(
        items=items,
        ptr=asked.ptr,
        item_id=asked.item_id,
        position=position,
        candidates=torch.cat([answer, wrong], dim=1),
        answer=torch.zeros(len(asked), dtype=torch.long),
        recipe=official_recipe(FillInBlank.kind, source, left_out=0, repeated=repeated),
    )


def _blanks(real: Outfits, others: Outfits, path: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Place where Q outfits differ from their R editions [Q], and the items there [Q, R]."""
    copies = len(others) // max(len(real), 1)
    if copies < 1 or len(others) != copies * len(real):
        rule = f"equally many editions of each of {len(real)} outfits are needed"
        raise DataError(f"{rule} (got {len(others)})", file=path)
    question = np.repeat(np.arange(len(real)), copies)
    _check_tuples(
        path, others.sizes.numpy() == real.sizes.numpy()[question], "the size of its outfit"
    )
    rows = real.rows_of(torch.from_numpy(question)).numpy()
    differs = (others.item_id != real.item_id[rows]).numpy()
    edition = others.batch.numpy()[differs]
    _check_tuples(path, np.bincount(edition, minlength=len(others)) < 2, "one other item at most")
    place = np.full(len(others), -1)
    place[edition] = rows[differs] - real.ptr.numpy()[question[edition]]
    position = place.reshape(-1, copies).max(axis=1)
    agrees = (place == position[question]) | (place < 0)
    _check_tuples(path, agrees & (position[question] >= 0), "to differ where the other editions do")
    item = others.item_id[others.ptr[:-1] + torch.from_numpy(position[question])]
    return torch.from_numpy(position), item.view(-1, copies)


def _check_tuples(path: Path, fits: NDArray[np.bool_], rule: str) -> None:
    if not fits.all():
        raise DataError(f"an edition needs {rule}", path, int(fits.argmin()) + 1)

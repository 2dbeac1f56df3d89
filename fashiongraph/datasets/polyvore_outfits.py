"""Polyvore Outfits (Vasileva et al., ECCV 2018)."""

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

Version = Literal["nondisjoint", "disjoint"]
Form = Literal["json", "tuples"]
Category = Literal["semantic", "fine"]

_METADATA = "polyvore_item_metadata.json"
_TITLES = "polyvore_outfit_titles.json"

#: Semantic categories; rows of whole numbers hold their index.
SEMANTIC_CATEGORIES = (
    *("accessories", "all-body", "bags", "bottoms", "hats", "jewellery"),
    *("outerwear", "scarves", "shoes", "sunglasses", "tops"),
)


class PolyvoreOutfits(PolyvoreSet):
    """Polyvore Outfits: outfits of polyvore.com with categories, titles and official questions.

    =========== ======= ====== ====== ======== =====================
    version     train   valid  test   items    shared by two splits
    =========== ======= ====== ====== ======== =====================
    nondisjoint 53,306  5,000  10,000 251,008  many
    disjoint    16,995  3,000  15,145 152,785  3,781 train and valid,
                                               84 train and test,
                                               34 valid and test
    =========== ======= ====== ====== ======== =====================

    The release lies in ``root/raw``, or in ``root`` itself:

    - ``{version}/{train,valid,test}.json``, the outfits;
    - ``polyvore_item_metadata.json`` and ``polyvore_outfit_titles.json``, categories and titles;
    - ``categories.csv``, the names of fine categories;
    - ``{version}/compatibility_{split}.txt`` and ``{version}/fill_in_blank_{split}.json``, for the
      questions;
    - ``images/<item_id>.jpg``, the pictures.

    The file ``typespaces.p`` of the release is a pickle and is never read. The publisher requires a
    login, so nothing is downloaded.

    With ``form="tuples"`` outfits and questions come from rows of whole numbers instead:
    ``tuples/{version}/items.json`` and ``{split}_pos``, with ``{split}_neg`` for compatibility
    and ``{split}_pos_fitb`` and ``{split}_neg_fitb`` for fill-in-the-blank (FITB). These files have
    semantic categories, no titles and no identifiers of outfits.

    Args:
        root: Folder of the data set.
        version: ``"nondisjoint"``, or ``"disjoint"``, whose splits share few items.
        form: ``"json"``, the release itself, or ``"tuples"``.
        splits: The splits to read.
        category: ``"semantic"`` for eleven categories, ``"fine"`` for some 150, or :obj:`None` to
            read neither metadata nor titles; items have no category then (``-1``).
        images: Folder of the pictures; by default ``images`` in the release, if there is one.
        force_reload: Read the release again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        FashionGraphError: If an argument has another value.
        DataError: If a file is missing or broken.

    Source: Vasileva, Plummer, Dusad, Rajpal, Kumar, Forsyth, "Learning type-aware embeddings for
    fashion compatibility", ECCV 2018, https://arxiv.org/abs/1803.09196. The rows of whole numbers
    are those of https://github.com/lzcn/outfit-datasets.

    Example:
        >>> dataset = PolyvoreOutfits("data/polyvore_outfits", "disjoint")  # doctest: +SKIP
        >>> train = dataset.official_split()["train"]  # doctest: +SKIP
        >>> questions = dataset.fill_in_blank_questions("test")  # doctest: +SKIP
    """

    url = "https://huggingface.co/datasets/mvasil/polyvore-outfits"
    release_names = ("nondisjoint", "disjoint", "tuples")

    def __init__(
        self,
        root: str | Path,
        version: Version = "nondisjoint",
        form: Form = "json",
        splits: Sequence[str] = ("train", "valid", "test"),
        category: Category | None = "semantic",
        images: str | Path | None = None,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        _check("version", version, get_args(Version))
        _check("form", form, get_args(Form))
        _check(
            "category", category, ("semantic",) if form == "tuples" else (*get_args(Category), None)
        )
        if not splits:
            raise FashionGraphError("'splits' needs a split at least (got none)")
        for split in splits:
            _check("splits", split, ("train", "valid", "test"))
        self.version = version
        self.form = form
        self.splits = tuple(dict.fromkeys(splits))
        self.category = category
        if form == "tuples":
            names = ["items.json", *(f"{split}_pos" for split in self.splits)]
            self.raw_file_names = [f"tuples/{version}/{name}" for name in names]
        else:
            self.raw_file_names = [f"{version}/{split}.json" for split in self.splits]
            self.raw_file_names += [] if category is None else [_METADATA, _TITLES]
        bare = ["bare"] if category is None else []
        folder = "-".join([version, form, *self.splits, *bare])
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
        """Official compatibility pairs: each real outfit with one of other items of its types.

        Args:
            split: One of the splits that were read.

        Raises:
            DataError: If a file is missing or broken.
        """
        _check("split", split, self.splits)
        if self.form == "tuples":
            return tuple_compatibility(*self._tuple_files(split, "pos", "neg"))
        source = f"{self.version}/compatibility_{split}.txt"
        path = self.needed_file(source, "questions")
        return read_compatibility(path, source, self._named_items(split))

    def fill_in_blank_questions(self, split: str = "test") -> FillInBlank:
        """Official FITB questions: an outfit with a blank, and four candidates of one type.

        Args:
            split: One of the splits that were read.

        Raises:
            DataError: If a file is missing or broken.
        """
        _check("split", split, self.splits)
        if self.form == "tuples":
            return tuple_fill_in_blank(*self._tuple_files(split, "pos_fitb", "neg_fitb"))
        source = f"{self.version}/fill_in_blank_{split}.json"
        path = self.needed_file(source, "questions")
        return read_fill_in_blank(path, source, self._named_items(split), right="same_outfit")

    def official_questions(self, split: str = "test") -> list[Compatibility | FillInBlank]:
        """Official compatibility pairs and FITB questions of a split.

        Rows of whole numbers may come without FITB, which is then left out.

        Args:
            split: One of the splits that were read.

        Raises:
            DataError: If a file is missing or broken.
        """
        found: list[Compatibility | FillInBlank] = [self.compatibility_questions(split)]
        blanks = self.raw_dir / f"tuples/{self.version}/{split}_neg_fitb"
        if self.form != "tuples" or blanks.exists():
            found.append(self.fill_in_blank_questions(split))
        return found

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
        read = [read_tuples(path, items) for path in paths]
        sizes = torch.cat([outfits.sizes for outfits in read])
        ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
        item_id = torch.cat([outfits.item_id for outfits in read])
        split = np.repeat(self.splits, [len(outfits) for outfits in read])
        number = np.concatenate([np.arange(len(outfits)) for outfits in read])
        ids = pd.Index(split).astype(str) + "_" + pd.Index(number).astype(str)
        return Outfits(items, ptr, item_id, ids), pd.DataFrame({"split": split})

    def _tuple_files(self, split: str, real: str, other: str) -> tuple[Path, Path, ItemTable, str]:
        folder = f"tuples/{self.version}/{split}"
        one, two = (self.needed_file(f"{folder}_{name}", "questions") for name in (real, other))
        return one, two, self.items, f"{folder}_{other}"

    def _named_items(self, split: str) -> NamedItems:
        """The items by outfit and index; only the raw file has the index."""
        rows = read_outfits(self.raw_dir / f"{self.version}/{split}.json").rows
        item_id = self.items.rows(pd.Index(rows["item"])).numpy()
        return NamedItems(self.items, pd.Index(rows["name"]), item_id)


def _check(name: str, value: str | None, allowed: Sequence[str | None]) -> None:
    if value not in allowed:
        values = ", ".join(map(repr, allowed))
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
    """Read ``train.json``, ``valid.json`` or ``test.json`` of a version.

    Returns:
        Outfits with only ``set_id``; rows with ``item``, an identifier.

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
    """Read the metadata of some items from ``polyvore_item_metadata.json``.

    Returns:
        ``semantic_category``, ``category_id``, ``title`` and ``description``, in the order of
        ``ids``. A missing title is replaced by the name in the address of the item.

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
    """Read the titles of some outfits from ``polyvore_outfit_titles.json``; "" where missing.

    Raises:
        DataError: If the file is missing or broken.
    """
    entries = read_json(path, dict)
    row = _keys(path, entries).get_indexer(pd.Index(set_ids))
    titles = _title(arrow_rows(path, entries.values(), _TITLE)).to_numpy(dtype=object)
    return np.append(titles, "")[row]  # -1 picks the last entry


def read_fine_categories(path: Path) -> dict[str, str]:
    """Read the fine categories of ``categories.csv``: their names, by ``category_id``.

    Most have one name; several names of one category are joined.

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

    An item is given by its index within its type.

    Raises:
        DataError: If the file is missing or broken, with the row, counted from 1.
    """
    matrix = _read_matrix(path)
    width = (matrix.shape[1] - 2) // 2
    size, item, kind = matrix[:, 1:2], matrix[:, 2 : 2 + width], matrix[:, 2 + width :]
    filled = np.arange(width) < size
    count = np.bincount(items.category_id, minlength=items.num_categories)
    exists = (kind >= 0) & (kind < len(count))
    exists &= (item >= 0) & (item < count[np.where(exists, kind, 0)])
    empty = (item == -1) & (kind == -1)
    right = np.where(filled, exists, empty).all(axis=1) & (size[:, 0] >= 0) & (size[:, 0] <= width)
    if not right.all():
        rule = "a row needs as many existing items and types as its size, and then -1"
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
    """Compatibility pairs: each real outfit with one of other items of the same types.

    Args:
        real: File of the real outfits.
        corrupted: File of the others, in the same order.
        items: The item table.
        source: Name of the questions in their recipe.

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
    """FITB questions from variants of each outfit that differ from it in one position.

    The answer is candidate 0. A few variants repeat it, so that the right answer of their
    questions is a tie; ``repeated`` counts them in the recipe.

    Args:
        real: File of the real outfits.
        others: File of the variants, equally many for each outfit, outfit after outfit.
        items: The item table.
        source: Name of the questions in their recipe.

    Raises:
        DataError: If a file is missing or broken, or a variant differs from its outfit in more
            than one position, in another position than other variants, or in size.
    """
    outfits, variants = read_tuples(real, items), read_tuples(others, items)
    position, wrong = _blanks(outfits, variants, others)
    answer = outfits.item_id[outfits.ptr[:-1] + position].unsqueeze(1)
    repeated = int((wrong == answer).any(dim=1).sum())
    return FillInBlank(
        items=items,
        ptr=outfits.ptr,
        item_id=outfits.item_id,
        position=position,
        candidates=torch.cat([answer, wrong], dim=1),
        answer=torch.zeros(len(outfits), dtype=torch.long),
        recipe=official_recipe(FillInBlank.kind, source, left_out=0, repeated=repeated),
    )


def _blanks(real: Outfits, others: Outfits, path: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Position where Q outfits differ from their R variants [Q], and the items there [Q, R]."""
    copies = len(others) // max(len(real), 1)
    if copies < 1 or len(others) != copies * len(real):
        rule = f"equally many variants of each of {len(real)} outfits are needed"
        raise DataError(f"{rule} (got {len(others)})", file=path)
    question = np.repeat(np.arange(len(real)), copies)
    _check_tuples(
        path, others.sizes.numpy() == real.sizes.numpy()[question], "the size of its outfit"
    )
    rows = real.rows_of(torch.from_numpy(question)).numpy()
    differs = (others.item_id != real.item_id[rows]).numpy()
    variant = others.batch.numpy()[differs]
    _check_tuples(path, np.bincount(variant, minlength=len(others)) < 2, "one other item at most")
    place = np.full(len(others), -1)
    place[variant] = rows[differs] - real.ptr.numpy()[question[variant]]
    position = place.reshape(-1, copies).max(axis=1)
    agrees = (place == position[question]) | (place < 0)
    _check_tuples(path, agrees & (position[question] >= 0), "to differ where the other variants do")
    item = others.item_id[others.ptr[:-1] + torch.from_numpy(position[question])]
    return torch.from_numpy(position), item.view(-1, copies)


def _check_tuples(path: Path, fits: NDArray[np.bool_], rule: str) -> None:
    if not fits.all():
        raise DataError(f"a variant needs {rule}", path, int(fits.argmin()) + 1)

"""Polyvore Outfits: the set of type-aware embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.datasets.polyvore.named_items import NamedItems
from fashiongraph.datasets.polyvore.outfits_files import (
    read_fine_categories,
    read_item_metadata,
    read_outfit_titles,
    read_outfits,
)
from fashiongraph.datasets.polyvore.polyvore_set import PolyvoreSet
from fashiongraph.datasets.polyvore.read_compatibility import read_compatibility
from fashiongraph.datasets.polyvore.read_fill_in_blank import read_fill_in_blank
from fashiongraph.datasets.polyvore.records import Records
from fashiongraph.datasets.polyvore.tuple_files import SEMANTIC_CATEGORIES, read_items, read_tuples
from fashiongraph.datasets.polyvore.tuple_questions import tuple_compatibility, tuple_fill_in_blank
from fashiongraph.datasets.processed import write_processed
from fashiongraph.errors import FashionGraphError

Edition = Literal["nondisjoint", "disjoint"]
Form = Literal["json", "tuples"]
Category = Literal["semantic", "fine"]

_METADATA = "polyvore_item_metadata.json"
_TITLES = "polyvore_outfit_titles.json"


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

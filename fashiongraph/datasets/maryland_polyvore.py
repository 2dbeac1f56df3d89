"""Maryland Polyvore (Han et al., ACM Multimedia 2017)."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.datasets.io.archives import fetch, unpack
from fashiongraph.datasets.io.fetch_from_commit import fetch_from_commit
from fashiongraph.datasets.io.json_rows import arrow_rows, list_of, needed, read_json
from fashiongraph.datasets.io.polyvore_dataset import PolyvoreSet
from fashiongraph.datasets.io.polyvore_questions import (
    NamedItems,
    Records,
    Right,
    nested_rows,
    official_recipe,
    read_compatibility,
    read_fill_in_blank,
)
from fashiongraph.datasets.io.processed import write_processed
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.manifest import check_regular

_ARCHIVE = "polyvore.tar.gz"
_CATEGORIES = "category_id.txt"
_BLANKS = "fill_in_blank_test.json"
_COMPATIBILITY = "fashion_compatibility_prediction.txt"


class MarylandPolyvore(PolyvoreSet):
    """Maryland Polyvore: outfits composed by users of polyvore.com, with titles.

    =========== ======= ===== ===== ======= ========== ==========
    version     train   valid test  items   categories items each
    =========== ======= ===== ===== ======= ========== ==========
    original    17,316  1,497 3,076         380 named  8 at most
    NGNN filter 16,983  1,294 2,697 126,054 120        3 to 8
    =========== ======= ===== ===== ======= ========== ==========

    The release lies in ``root/raw``, or in ``root`` itself:

    - ``{train,valid,test}_no_dup.json``, the outfits, or instead, with ``ngnn_filter``,
      ``ngnn_{train,valid,test}.json``, which have no titles;
    - ``category_id.txt``, the names of categories (without it they are named by their numbers);
    - ``fill_in_blank_test.json``, ``fashion_compatibility_prediction.txt`` and
      ``interactive_questions.json``, for the questions;
    - ``images/<set_id>/<index>.jpg``, the pictures.

    The identifier of an item is ``<set_id>_<index>``. Its columns are ``title``, ``image_url`` and,
    if there are pictures, ``image``. A garment in two outfits is two items, so that
    :func:`~fashiongraph.data.audit` finds no shared items; in the original files the
    addresses of such items end in the same ``tid``.

    Args:
        root: Folder of the data set.
        ngnn_filter: Keep the categories with at least 100 items in training outfits, the first
            item of each in an outfit, and outfits of 3 to 8 items, as NGNN does.
        images: Folder of the pictures; by default ``images`` in the release, if there is one.
        download: Fetch the labels if they are missing; pictures are not fetched. Git fetches one
            commit of the authors' repository and verifies it against the commit's id; the
            outfits are counted too.
        sha256: Fetch the archive of labels by HTTP instead of git, and compare it with this
            checksum. The authors published none.
        force_reload: Read the release again.
        processed_dir: Folder for processed files; ``root/processed`` by default.

    Raises:
        DataError: If a file is missing or broken.

    Source: Han, Wu, Jiang, Davis, "Learning fashion compatibility with bidirectional LSTMs", ACM
    Multimedia 2017, https://arxiv.org/abs/1707.05691.

    Example:
        >>> dataset = MarylandPolyvore("data/polyvore", download=True)  # doctest: +SKIP
        >>> questions = dataset.fill_in_blank_questions()  # doctest: +SKIP
    """

    url = "https://github.com/xthan/polyvore-dataset"
    release_names = ("train_no_dup.json", "ngnn_train.json")
    repository_url: ClassVar[str] = "https://github.com/xthan/polyvore-dataset.git"
    commit: ClassVar[str] = "ba8aa71b6589e8920d172a8b5df84746be724d00"
    files_url: ClassVar[str] = f"https://raw.githubusercontent.com/xthan/polyvore-dataset/{commit}"
    published_outfits: ClassVar[dict[str, int]] = {"train": 17_316, "valid": 1_497, "test": 3_076}
    """Number of outfits in each split of the release."""

    def __init__(
        self,
        root: str | Path,
        ngnn_filter: bool = False,
        images: str | Path | None = None,
        download: bool = False,
        sha256: str | None = None,
        force_reload: bool = False,
        processed_dir: str | Path | None = None,
    ) -> None:
        self.root = Path(root).expanduser()
        self.ngnn_filter = ngnn_filter
        self.sha256 = sha256
        original = [f"{split}_no_dup.json" for split in self.published_outfits]
        ngnn = [f"ngnn_{split}.json" for split in self.published_outfits]
        self._from_ngnn = ngnn_filter and (self.raw_dir / ngnn[0]).exists()
        self._from_ngnn &= not (self.raw_dir / original[0]).exists()
        self.raw_file_names = ngnn if self._from_ngnn else original
        version = "ngnn" if self._from_ngnn else "filtered" if ngnn_filter else "original"
        super().__init__(root, version, images, download, force_reload, processed_dir)

    def download(self) -> None:
        """Fetch the labels and the names of the categories into :attr:`raw_dir`."""
        with tempfile.TemporaryDirectory(prefix=".download.", dir=self.raw_dir) as scratch:
            folder = Path(scratch)
            archive, names = folder / _ARCHIVE, folder / _CATEGORIES
            if self.sha256 is None:
                hint = f"; fetch {self.url} by hand to {self.raw_dir}, or pass 'sha256'"
                fetched = (archive.name, names.name)
                fetch_from_commit(self.repository_url, self.commit, fetched, folder, hint)
            else:
                fetch(f"{self.files_url}/{_ARCHIVE}", archive, self.sha256)
                fetch(f"{self.files_url}/{_CATEGORIES}", names)
            names.replace(self.raw_dir / _CATEGORIES)
            files = {file.name: file for file in unpack(archive, folder / "files")}
            for name, count in zip(
                self.raw_file_names, self.published_outfits.values(), strict=True
            ):
                found = len(read_json(files[name], list)) if name in files else 0
                if found != count:
                    raise DataError(f"needs {count:,} outfits in {name} (has {found:,})", archive)
            for name in (*self.raw_file_names, _BLANKS, _COMPATIBILITY):
                if name in files:
                    files[name].replace(self.raw_dir / name)

    def process(self, folder: Path) -> None:
        """Read the outfits, filter them if required, and write the processed files."""
        read = read_ngnn if self._from_ngnn else read_original
        paths = zip(self.published_outfits, self.raw_paths, strict=True)
        records = Records.concat({split: read(path) for split, path in paths})
        records.check_names(self.raw_dir)  # across the splits
        if self.ngnn_filter and not self._from_ngnn:
            records = ngnn_filter(records)
        rows = records.rows
        numbers, category = np.unique(rows["category"], return_inverse=True)
        items = ItemTable(
            ids=pd.Index(rows["name"]).astype(str).rename(None),
            category_id=torch.from_numpy(category),
            categories=[str(number) for number in numbers],
            columns=rows.drop(columns=["outfit", "name", "category"]),
        )
        outfits = records.outfits_over(items, np.arange(len(rows)))
        write_processed(folder, outfits, records.outfits.drop(columns="set_id"))

    def load(self) -> tuple[Outfits, pd.DataFrame]:
        """The outfits, with the names of categories and the files of pictures."""
        outfits, columns = super().load()
        items = outfits.items
        names = self.raw_dir / _CATEGORIES
        if names.exists():
            name_of = read_category_names(names)
            categories = [name_of.get(int(number), number) for number in items.categories]
            items = replace(items, categories=categories)
        files = pd.Series(items.ids, dtype=str).str.replace("_", "/", n=1, regex=False) + ".jpg"
        return outfits.with_items(self.with_pictures(items, files)), columns

    def fill_in_blank_questions(self, file: str = _BLANKS, right: Right = "first") -> FillInBlank:
        """Official FITB questions on test outfits.

        With ``ngnn_filter``, questions with an item that the filter removed are left out, here and
        in the other lists; their number is in the recipe.

        Args:
            file: Another file in the same form, such as the harder lists of Vasileva et al.
            right: The right answer: the ``"first"``, as in the official file, or the one from the
                question's ``"same_outfit"``, as in those lists.

        Raises:
            DataError: If the file is missing or broken.
        """
        path = self.needed_file(file, "questions")
        return read_fill_in_blank(path, file, self._named_items, right)

    def compatibility_questions(self, file: str = _COMPATIBILITY) -> Compatibility:
        """Official compatibility questions: test outfits, and random sets of items.

        Args:
            file: Another file in the same form.

        Raises:
            DataError: If the file is missing or broken.
        """
        path = self.needed_file(file, "questions")
        return read_compatibility(path, file, self._named_items)

    def official_questions(self, split: str = "test") -> list[Compatibility | FillInBlank]:
        """Official compatibility and FITB questions, of test outfits alone.

        Args:
            split: ``"test"``.

        Raises:
            FashionGraphError: If another split is named.
            DataError: If a file is missing or broken.
        """
        if split != "test":
            raise FashionGraphError(f"'split' needs to be 'test' (got {split!r})")
        return [self.compatibility_questions(), self.fill_in_blank_questions()]

    def interactive_questions(self, file: str = "interactive_questions.json") -> FillInBlank:
        """FITB questions with five candidates, nearly always of one category, for each item.

        Args:
            file: Name of the file in the release.

        Raises:
            DataError: If the file is missing or broken.

        Source: https://github.com/kasys-lab/polyvore-interactive.
        """
        path = self.needed_file(file, "questions")
        return read_interactive(path, file, self._named_items)

    @property
    def _named_items(self) -> NamedItems:
        ids = self.items.ids
        return NamedItems(self.items, ids, np.arange(len(ids)), lenient=self.ngnn_filter)


_OUTFIT = pa.struct(
    [
        needed("set_id", pa.string()),
        pa.field("name", pa.string()),
        needed(
            "items",
            list_of(
                pa.struct(
                    [
                        needed("index", pa.int64()),
                        needed("categoryid", pa.int64()),
                        pa.field("name", pa.string()),
                        pa.field("image", pa.string()),
                    ]
                )
            ),
        ),
    ]
)


def read_original(path: Path) -> Records:
    """Read a ``*_no_dup.json`` of the release.

    Returns:
        Outfits with ``title``; rows with ``category`` (a number), ``title`` and ``image_url``.

    Raises:
        DataError: If the file is missing or broken.
    """
    records = arrow_rows(path, read_json(path, list), _OUTFIT)
    set_id, lists = records.field("set_id"), records.field("items")
    items = lists.flatten()
    outfits = {"set_id": set_id.to_pandas(), "title": _text(records.field("name"))}
    rows = {
        **nested_rows(set_id, lists, items.field("index")),
        "category": items.field("categoryid").to_numpy(),
        "title": _text(items.field("name")),
        "image_url": _text(items.field("image")),
    }
    return _checked(path, Records(pd.DataFrame(outfits), pd.DataFrame(rows)))


_NGNN_OUTFIT = pa.struct(
    [
        needed("set_id", pa.string()),
        needed("items_index", list_of(pa.int64())),
        needed("items_category", list_of(pa.int64())),
    ]
)


def read_ngnn(path: Path) -> Records:
    """Read an ``ngnn_*.json``: outfits that :func:`ngnn_filter` left, without titles.

    Raises:
        DataError: If the file is missing or broken.
    """
    records = arrow_rows(path, read_json(path, list), _NGNN_OUTFIT)
    set_id, index, category = (records.field(field.name) for field in _NGNN_OUTFIT)
    differ = index.value_lengths().to_numpy() != category.value_lengths().to_numpy()
    if differ.any():
        number = int(differ.argmax()) + 1
        raise DataError(
            f"record {number} needs as many 'items_index' as 'items_category'", file=path
        )
    rows = {
        **nested_rows(set_id, index, index.flatten()),
        "category": category.flatten().to_numpy(),
    }
    outfits = pd.DataFrame({"set_id": set_id.to_pandas()})
    return _checked(path, Records(outfits, pd.DataFrame(rows)))


def _text(values: pa.Array) -> pd.Series[str]:
    text: pd.Series[str] = values.fill_null("").to_pandas()
    return text


def _checked(path: Path, records: Records) -> Records:
    records.check_names(path)
    return records


def ngnn_filter(records: Records, min_count: int = 100) -> Records:
    """NGNN's filter: frequent categories, one item of each, outfits of 3 to 8 items.

    Args:
        records: Outfits of all splits, with the columns ``split`` and ``category``.
        min_count: Least number of items of a category in the training outfits.

    Source: Cui, Li, Wu, Zhang, Wang, "Dressing as a whole: outfit compatibility learning based
    on node-wise graph neural networks", WWW 2019, https://arxiv.org/abs/1902.08009, and the files
    that its authors published.
    """
    split = records.outfits["split"].to_numpy()[records.rows["outfit"]]
    counts = records.rows["category"][split == "train"].value_counts()
    return keep_categories(records, counts.index[counts >= min_count])


def keep_categories(records: Records, categories: Collection[int]) -> Records:
    """Keep the first item of each of some categories, at most 8, in outfits with 3 or more."""
    rows = records.rows[records.rows["category"].isin(categories)]
    rows = rows.drop_duplicates(["outfit", "category"])
    rows = rows[rows.groupby("outfit").cumcount() < 8]
    kept = np.bincount(rows["outfit"], minlength=len(records.outfits)) >= 3
    rows = rows[kept[rows["outfit"]]]
    position = np.cumsum(kept) - 1
    return Records(
        records.outfits[kept].reset_index(drop=True),
        rows.assign(outfit=position[rows["outfit"]]).reset_index(drop=True),
    )


def read_category_names(path: Path) -> pd.Series[str]:
    """Read ``category_id.txt``: the name of each category, by its number.

    Raises:
        DataError: If a line is not a number and a name, or one of them repeats.
    """
    try:
        check_regular(path)
        lines = pd.Series(path.read_text(encoding="utf-8").splitlines(), dtype=str).str.strip()
    except (OSError, ValueError) as error:
        raise DataError(f"needs to be readable as text ({error})", file=path) from error
    lines = lines[lines != ""]
    table = lines.str.extract(r"^(?P<number>[0-9]{1,9}) +(?P<name>.*\D.*)$")
    wrong = table.isna().any(axis=1) | table["number"].duplicated() | table["name"].duplicated()
    if wrong.any():
        row, line = wrong[wrong].index[0], lines[wrong].iloc[0]
        raise DataError(
            f"a line needs a unique number and a unique name (got {line!r})", path, row + 1
        )
    return table.set_index(table["number"].astype(np.int64))["name"]


_INTERACTIVE = pa.struct(
    [
        needed("answers", list_of(pa.string())),
        needed("questions", list_of(list_of(pa.string()))),
    ]
)


def read_interactive(path: Path, source: str, named: NamedItems) -> FillInBlank:
    """Read outfits (``answers``) with a list of candidates for each item (``questions``).

    The right candidate is the last. Nearly all questions have five; the others are left out and
    counted in the recipe, since all questions of a list need equally many candidates.

    Args:
        path: The file.
        source: Name of the file in the recipe.
        named: The items.

    Raises:
        DataError: If the file is missing or broken, or has an unknown item.
    """
    records = arrow_rows(path, read_json(path, list), _INTERACTIVE)
    answers, questions = records.field("answers"), records.field("questions")
    sizes = answers.value_lengths().to_numpy().astype(np.int64)
    differ = sizes != questions.value_lengths().to_numpy()
    if differ.any():
        number = int(differ.argmax()) + 1
        raise DataError(f"record {number} needs a question for each of its answers", file=path)
    items, choices = answers.flatten(), questions.flatten()
    outfit = np.repeat(np.arange(len(records)), sizes)
    num_choices = choices.value_lengths().to_numpy().astype(np.int64)
    width = int(num_choices.max(initial=1))

    full = np.flatnonzero(num_choices == width)
    candidates = choices.take(full).flatten()
    last = candidates.take(np.arange(len(full)) * width + width - 1)
    wrong = np.asarray(pc.not_equal(last, items.take(full)))
    if wrong.any():
        number = int(outfit[full[wrong.argmax()]]) + 1
        raise DataError(f"record {number} needs its answers as the last choices", file=path)

    item_rows, complete_outfit = named.find(path, items, outfit, len(records))
    question = np.repeat(np.arange(len(full)), width)
    rows, complete = named.find(path, candidates, question, len(full))
    complete &= complete_outfit[outfit[full]]
    kept = Outfits(
        named.items,
        torch.from_numpy(np.append(0, sizes[complete_outfit].cumsum())),
        torch.from_numpy(item_rows[complete_outfit[outfit]]),
    )
    place = np.cumsum(complete_outfit) - 1  # of an outfit in those kept
    full = full[complete]
    blanks = kept.select(torch.from_numpy(place[outfit[full]]))
    start = np.cumsum(sizes) - sizes
    return FillInBlank(
        items=named.items,
        ptr=blanks.ptr,
        item_id=blanks.item_id,
        position=torch.from_numpy(full - start[outfit[full]]),
        candidates=torch.from_numpy(rows.reshape(-1, width)[complete]),
        answer=torch.full((len(full),), width - 1),
        recipe=official_recipe(FillInBlank.kind, source, left_out=len(choices) - len(full)),
    )

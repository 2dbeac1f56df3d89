"""Indices and stored states that follow a changed table of items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fashiongraph.errors import DataError, FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.cli.item_change import ItemChange
    from fashiongraph.data.item_table import ItemTable
    from fashiongraph.datasets.io.pending_change import CatalogueChange
    from fashiongraph.models import OutfitModel


class ItemIndices:
    """Folders of ``fashiongraph index`` that follow a changed table of items.

    Args:
        data: Folder of the catalogue.
        items: Its table of items.
        folders: The folders.
        model: The model of those that were made by one.
        without_card: Files of features without a card, with one row per item.
        lenient: Whether they lack items with rows that break a rule.

    Raises:
        DataError: If a folder is none of them.
        FashionGraphError: If one needs a model and none is given, or holds other files too.
    """

    def __init__(
        self,
        data: Path,
        items: Path,
        folders: Sequence[Path],
        model: OutfitModel | None,
        without_card: Sequence[Path],
        lenient: bool,
    ) -> None:
        from fashiongraph.manifest import check_replaceable
        from fashiongraph.retrieval.item_index import INDEX, INDEX_CARD
        from fashiongraph.retrieval.local_catalogue import STATES, STATES_CARD
        from fashiongraph.retrieval.milvus_connection import is_milvus

        self.data = data
        self.items = items
        self.model = model
        self.without_card = without_card
        self.lenient = lenient
        self.kinds: dict[Path, str] = {}
        for folder in folders:
            if is_milvus(folder):
                raise DataError(
                    "is in Milvus: 'fashiongraph index --store milvus --overwrite' writes its item "
                    "vectors anew",
                    folder,
                )
            cards = {INDEX_CARD: INDEX, STATES_CARD: STATES}
            kind = next((cards[name] for name in cards if (folder / name).is_file()), None)
            if kind is None:
                raise DataError("needs to be a folder written by 'fashiongraph index'", folder)
            if kind == STATES and model is None:
                raise FashionGraphError(
                    f"'--checkpoint' needs to name the model of the item vectors in {folder}"
                )
            check_replaceable(folder, kind, "--index")
            self.kinds[folder] = kind

    def write(self, change: CatalogueChange, items: ItemChange) -> None:
        """Write the new versions. The table of items and its features are written.

        Args:
            change: The change of the catalogue.
            items: The change of its items.

        Raises:
            DataError: If a folder was not made with these items, features and model.
        """
        from fashiongraph.retrieval.item_index import INDEX

        for folder, kind in self.kinds.items():
            write = self._write_index if kind == INDEX else self._write_states
            write(change, items, folder)

    def _write_states(self, change: CatalogueChange, items: ItemChange, folder: Path) -> None:
        import torch

        from fashiongraph.retrieval import LocalCatalogue

        assert self.model is not None
        files = self._files(self.model)
        before, after = self._before(files), self._after(change, files)
        states = LocalCatalogue.load(folder, self.model, before)
        source = before.find(after.ids)
        fresh = after.find(items.fresh)
        source[fresh[fresh >= 0]] = -1
        states.changed(after, torch.as_tensor(source)).save(change.draft(folder))

    def _write_index(self, change: CatalogueChange, items: ItemChange, folder: Path) -> None:
        import torch

        from fashiongraph.data.item_table import ItemTable
        from fashiongraph.evaluation import embed_items
        from fashiongraph.retrieval import ItemIndex
        from fashiongraph.retrieval.embedding_key import embedding_key

        index = ItemIndex.load(folder, mapped=False)
        for model, files in self._candidates():
            source = torch.nn.Identity() if model is None else model
            before = self._before(files)
            if before.num_features and index.key == embedding_key(source, before):
                break
        else:
            hint = "" if self.model else "; --checkpoint names the model of its vectors, if any"
            raise DataError(
                f"was made with another model, other features or other items{hint}; index again",
                folder,
            )
        after = self._after(change, files)
        index.remove([name for name in items.gone if name in before.ids])
        rows = after.find(items.fresh)
        rows = rows[rows >= 0]
        further = ItemTable(
            after.ids[rows.numpy()],
            after.category_id[rows],
            after.categories,
            columns=after.columns.iloc[rows.numpy()].reset_index(drop=True),
        )
        if len(rows):
            index.add(further, embed_items(source, after, rows))
        index.table.describe(after)
        index.key = embedding_key(source, after)
        index.save(change.draft(folder))

    def _candidates(self) -> Iterator[tuple[OutfitModel | None, list[Path]]]:
        """Models and files of features that an index may have been made with."""
        yield None, self._files(None)
        for file in self.without_card:
            yield None, [file]
        if self.model is not None:
            yield self.model, self._files(self.model)

    def _files(self, model: OutfitModel | None) -> list[Path]:
        """Files of the features that a model reads, or without a model those with a card."""
        from fashiongraph.datasets.io.feature_card import carded_features, find_features

        if model is None or not model.feature_sources:
            return carded_features(self.data)
        files = find_features(self.data, model.feature_sources)
        for file in files:
            if file.parent != self.data.absolute():
                raise DataError(
                    f"lies outside of {self.data}; an index of such features cannot follow its "
                    "items, index again without --index",
                    file,
                )
        return [self.data / file.name for file in files]

    def _before(self, files: Sequence[Path]) -> ItemTable:
        return self._table(self.data, self.items, files)

    def _after(self, change: CatalogueChange, files: Sequence[Path]) -> ItemTable:
        items = change.draft(self.items)
        return self._table(items.parent, items, [items.parent / file.name for file in files])

    def _table(self, root: Path, items: Path, files: Sequence[Path]) -> ItemTable:
        from fashiongraph.datasets.io.problems import Problems
        from fashiongraph.datasets.io.read_items import read_items

        problems = Problems()
        rows, features, sources = read_items(root, items, files, problems)
        if not self.lenient:
            problems.check()
        return rows.item_table(features, sources)

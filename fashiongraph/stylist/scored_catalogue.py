"""Catalogue of items with a model and its calibration."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor
from torch_geometric.utils import scatter

from fashiongraph.data.append_items import append_items
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.calibration import Calibration
from fashiongraph.evaluation.score_left_out import in_training
from fashiongraph.evaluation.score_outfits import score_outfits
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.retrieval.catalogue import Catalogue
from fashiongraph.retrieval.completion_scorer import CompletionScorer
from fashiongraph.retrieval.extended_catalogue import ExtendedCatalogue
from fashiongraph.retrieval.local_catalogue import LocalCatalogue
from fashiongraph.stylist.attribute_names import attribute_names
from fashiongraph.stylist.pair_terms import PairTerms, pair_kinds, pair_terms

_REFERENCE = 1000  # outfits whose pairs tell what is typical of two categories
_SHORTLIST = 256  # candidates of a slot that the model scores
_MOST_VALUES = 40  # of a column that names attributes; titles have more


class ScoredCatalogue:
    """Catalogue of items with a model and the calibration of its scores.

    Args:
        model: The model.
        items: The catalogue.
        outfits: Outfits of the catalogue, from which whole outfits take sets of categories.
        folder: Folder of the items' pictures, for pages.
        calibration: Calibration of the scores.
        base: Catalogue of the first items, whose vectors are used again.
        states: Stored vectors of the items; by default they are computed when they are needed.

    Raises:
        FashionGraphError: If the items have other features than the model was trained on, or
            ``states`` belongs to another model or other items.
    """

    def __init__(
        self,
        model: OutfitModel,
        items: ItemTable,
        outfits: Outfits | None,
        folder: Path,
        calibration: Calibration,
        base: ScoredCatalogue | None = None,
        states: Catalogue | None = None,
    ) -> None:
        model.check_items(items)
        if states is not None and (states.scorer.model is not model or len(states) != len(items)):
            raise FashionGraphError("'states' needs to be those of this model and these items")
        self.model = model
        self.items = items
        self.outfits = outfits
        self.folder = folder
        self.pictures: tuple[Path, ...] = () if base is None else base.pictures
        self.calibration = calibration
        self.base = base
        self._given = states

    def with_items(self, guests: ItemTable) -> ScoredCatalogue:
        """The catalogue and further items; see :meth:`fashiongraph.stylist.Stylist.with_items`."""
        self.model.check_items(guests, "guests")
        items = append_items(self.items, guests, "guests")
        outfits = None if self.outfits is None else self.outfits.with_items(items)
        return ScoredCatalogue(self.model, items, outfits, self.folder, self.calibration, self)

    @cached_property
    def scorer(self) -> CompletionScorer:
        """Scorer of completions."""
        return CompletionScorer(self.model, self.items)

    @cached_property
    def states(self) -> Catalogue | None:
        """Vectors of all items; :obj:`None` for a model without item vectors."""
        if self._given is not None:
            return self._given
        if self.scorer.embed(torch.arange(0)) is None:
            return None
        if self.base is not None and self.base.states is not None:
            return ExtendedCatalogue(self.base.states, self.items)
        return LocalCatalogue.build(self.model, self.items)

    @cached_property
    def worn_pairs(self) -> PairTerms | None:
        """Terms of the pairs of up to 1,000 outfits of the catalogue.

        :obj:`None` without such outfits, or for a model without pairs.
        """
        if self.base is not None:
            return self.base.worn_pairs
        known = self.outfits
        if known is not None:
            known = known.select(torch.nonzero(self._paired(known)).flatten())
        if known is None or not len(known):
            return None
        step = -(-len(known) // _REFERENCE)
        return pair_terms(self.model, known.select(slice(None, None, step)))

    @cached_property
    def typical_terms(self) -> tuple[Tensor, Tensor] | None:
        """Ascending keys of two categories [P], and the mean terms of their pairs [P, T]."""
        pairs = self.worn_pairs
        if pairs is None:
            return None
        kinds, place = pair_kinds(self.items, pairs.items).unique(return_inverse=True)
        return kinds, scatter(pairs.terms.double(), place, reduce="mean")

    def _paired(self, outfits: Outfits) -> Tensor:
        """Whether outfits have two items or more, all of categories of the model [B]."""
        category, unknown = outfits.category_id, torch.zeros(len(outfits), dtype=torch.bool)
        if self.model.categories:
            names = self.items.with_vocabulary(self.model.categories, "default").category_id
            category = names[outfits.item_id]
        unknown[outfits.batch[category < 0]] = True
        return (outfits.sizes > 1) & ~unknown

    @cached_property
    def term_names(self) -> dict[str, str]:
        """Terms of pair scores by name, with the values of columns that they are about."""
        pairs, columns = self.worn_pairs, self.items.columns
        if pairs is None:
            return {}
        texts = columns.select_dtypes(["object", "string", "category"])
        kept = [str(name) for name in texts if 1 < texts[name].nunique() <= _MOST_VALUES]
        if not kept:
            return {}
        named = attribute_names(pairs, self.items, kept, num_named=2)
        return {
            name: f"{name} ({', '.join(f'{one.column} {one.value}' for one in about)})"
            for name, about in zip(pairs.names, named, strict=True)
            if name.startswith("attribute")
        }

    def rows(self, outfit: Sequence[str], least: int = 0) -> Tensor:
        """Rows of the items of an outfit [n].

        Args:
            outfit: Identifiers of the items.
            least: Smallest number of items.

        Raises:
            FashionGraphError: If an item is unknown or repeated, or there are fewer.
        """
        if isinstance(outfit, str):
            raise FashionGraphError(f"'outfit' needs a list of identifiers (got {outfit!r})")
        ids = pd.Series(list(outfit), dtype=object)
        if ids.duplicated().any():
            twice = ids[ids.duplicated()].iloc[0]
            raise FashionGraphError(f"'outfit' needs different items (got {twice!r} twice)")
        if len(ids) < least:
            raise FashionGraphError(f"'outfit' needs {least} items or more (got {len(ids)})")
        return self.items.rows(ids.tolist())

    def made_of(self, rows: Sequence[Tensor]) -> Outfits:
        """Outfits of given rows of the catalogue.

        Raises:
            FashionGraphError: If one has no item.
        """
        sizes = torch.tensor([len(one) for one in rows], dtype=torch.int64)
        if not bool((sizes > 0).all()):
            raise FashionGraphError("'outfits' needs an item in each outfit (got none)")
        ptr = torch.cat([sizes.new_zeros(1), sizes.cumsum(0)])
        return Outfits(self.items, ptr, torch.cat([sizes.new_zeros(0), *rows]))

    def raw_scores(self, rows: Sequence[Tensor]) -> Tensor:
        """Scores of the model [B], NaN for fewer than two items."""
        found = torch.full((len(rows),), torch.nan, dtype=torch.float64)
        usable = [i for i, one in enumerate(rows) if len(one) > 1]
        if usable:
            outfits = self.made_of([rows[i] for i in usable])
            found[usable] = score_outfits(self.model, outfits).double()
        return found

    def log_odds(self, rows: Sequence[Tensor]) -> Tensor:
        """Log-odds of calibrated scores [B]; 0, a score of 50, for fewer than two items."""
        return self.calibrated(self.raw_scores(rows))

    def calibrated(self, raw: Tensor) -> Tensor:
        """Log-odds of raw scores [B]; 0 for NaN."""
        return self.calibration.log_odds(raw).nan_to_num()

    def scores(self, rows: Sequence[Tensor]) -> Tensor:
        """Calibrated scores from 0 to 100 [B]."""
        return 100 * self.log_odds(rows).sigmoid()

    def best(self, outfit: Tensor, candidates: Tensor, count: int) -> Tensor:
        """Candidates that complete an outfit best, best first.

        Of more than 256 candidates the model scores those with the largest inner products with its
        query, and all that co-occur with the outfit, as
        :func:`~fashiongraph.retrieval.complete` does. A model without item vectors, or whose
        candidates interact, scores all.

        Args:
            outfit: Rows of the items of the outfit, at least one [n].
            candidates: Rows of the candidates [M].
            count: Largest number to return.
        """
        few = max(_SHORTLIST, count)
        if len(candidates) > few and not self.model.candidates_interact:
            states = self.states
            if states is not None:
                query = states.scorer.query(outfit)[0].cpu()
                near, _ = states.nearest(query, candidates, few)
                co_occurring = states.scorer.co_occurring(outfit)
                co_occurring = co_occurring[torch.isin(co_occurring, candidates)]
                candidates = torch.cat([near, co_occurring]).unique()
        score = self.scorer(outfit, candidates)
        return candidates[score.argsort(descending=True, stable=True)[:count]]

    def in_training(self, rows: Sequence[Tensor]) -> list[bool]:
        """Whether outfits were trained on [B]."""
        found: list[bool] = in_training(self.model, self.made_of(rows)).tolist()
        return found

    def vectors(self, rows: Tensor) -> Tensor:
        """Item vectors of length 1 [n, D]; for a model without any, one-hot vectors."""
        vectors = self.scorer.embed(rows) if len(rows) else None
        if vectors is None:
            distinct, place = rows.unique(return_inverse=True)
            return torch.eye(len(distinct))[place]
        return torch.nn.functional.normalize(vectors.float().cpu(), dim=1)

    def name(self, row: int) -> str:
        """Title of an item, or its category and identifier."""
        columns = self.items.columns
        if "title" in columns and isinstance(columns["title"].iloc[row], str):
            return str(columns["title"].iloc[row])
        (category,) = self.categories(torch.tensor([row]))
        return f"{category or 'item'} {self.items.ids[row]}"

    def categories(self, rows: Tensor) -> list[str]:
        """Names of the categories of items [n]; empty if unknown."""
        names = [*self.items.categories, ""]  # -1 is no category
        return [names[int(one)] for one in self.items.category_id[rows]]

    def frame(self, rows: Tensor) -> pd.DataFrame:
        """Table of items with the columns ``item_id`` and ``category`` [n rows]."""
        ids = [str(one) for one in self.items.ids[rows.numpy()]]
        return pd.DataFrame({"item_id": ids, "category": self.categories(rows)})


def of_100(score: float) -> str:
    """A score as text."""
    return "no score" if score != score else f"{score:.0f} of 100"


def verdict(score: float, known: bool) -> str:
    """A score as text, marked if the outfit was in training."""
    return of_100(score) + (", in training" if known else "")

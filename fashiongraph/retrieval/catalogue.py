"""Item vectors of a catalogue, searched by inner product within a category."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from fashiongraph.data.conditions import Condition
from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.encode_items import device_of, evaluating, input_blocks
from fashiongraph.retrieval.completion_scorer import CompletionScorer

BLOCK = 4096  # items encoded at once


class Catalogue(ABC):
    """Item vectors of a catalogue by a model, searched by inner product within a category.

    Completion and the stylist read item vectors through this interface. Its stores are
    :class:`~fashiongraph.retrieval.LocalCatalogue`, mapped files or memory, and
    :class:`~fashiongraph.retrieval.MilvusCatalogue`, a collection in Milvus. Searches are exact in
    both: they compare the query with every candidate.

    Args:
        scorer: Scorer of the model over the items of the catalogue.
        rounding: Largest Euclidean error of a vector due to the storage type.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> from fashiongraph.retrieval import LocalCatalogue
        >>> items = SyntheticOutfits.attributes_only(num_outfits=60, seed=0).items
        >>> catalogue = LocalCatalogue.build(Siamese(items.num_features), items)
        >>> bags = torch.from_numpy(Condition.parse("category = bag").holds(items))
        >>> rows, products = catalogue.best(torch.ones(64), items.categories.index("bag"), 3, bags)
        >>> items.category_id[rows].unique().numel()
        1
    """

    def __init__(self, scorer: CompletionScorer, rounding: float = 0.0) -> None:
        self.scorer = scorer
        self.rounding = rounding

    def __len__(self) -> int:
        return len(self.scorer.items)

    @abstractmethod
    def best(
        self,
        query: Tensor,
        category: int,
        count: int,
        allowed: Tensor,
        conditions: Sequence[Condition] = (),
    ) -> tuple[Tensor, Tensor]:
        """Items of one category with the largest inner products with a query, best first.

        Args:
            query: The query [D].
            category: Index of the category.
            count: Largest number of items to return.
            allowed: Whether each item of the table is a candidate [n].
            conditions: Conditions that all allowed items fulfil. A database searches under them;
                the result is that of ``allowed``.

        Returns:
            Rows of the item table and their inner products.
        """

    @abstractmethod
    def nearest(self, query: Tensor, candidates: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """Candidates with the largest inner products with a query, best first.

        Args:
            query: The query [D].
            candidates: Distinct rows of the item table [M].
            count: Largest number to return.

        Returns:
            Rows of the item table and their inner products.
        """

    @abstractmethod
    def vectors(self, rows: Tensor) -> Tensor:
        """Vectors of items, in float32 at least [m, D].

        Args:
            rows: Rows of the item table, in any order [m].
        """

    @abstractmethod
    def changed(self, items: ItemTable, source: Tensor) -> Catalogue:
        """Vectors of another table; those of items of this one are not computed again.

        A database is changed itself, and this object is not to be used afterwards.

        Args:
            items: The other table, with features of the same encoders.
            source: Row in this table of each item of the other one, -1 for an item whose vector is
                to be computed [m].

        Raises:
            FashionGraphError: As :class:`CompletionScorer`.
        """


def vector_size(scorer: CompletionScorer) -> int:
    """Size of the item vectors of a model.

    Args:
        scorer: Scorer of the model.

    Raises:
        FashionGraphError: If the model has no item vectors.
    """
    example = scorer.embed(torch.arange(0))
    if example is None:
        raise FashionGraphError(
            f"'model' needs item vectors, which {type(scorer.model).__name__} has not "
            "(OutfitModel.embed)"
        )
    return example.size(1)


@torch.no_grad()
def encoded(
    scorer: CompletionScorer, rows: Tensor, batch_size: int = BLOCK
) -> Iterator[tuple[Tensor, Tensor]]:
    """Encode items block by block.

    Args:
        scorer: Scorer of a model with item vectors.
        rows: Rows of the items, ascending and distinct [n].
        batch_size: Number of items encoded at once.

    Yields:
        Rows of a block and their vectors on the CPU.
    """
    model = scorer.model
    with evaluating(model):
        for block, inputs in input_blocks(scorer.batcher, rows, device_of(model), batch_size):
            vectors = model.embed(model.encode_items(inputs))
            assert vectors is not None  # of a model with item vectors
            yield rows[block], vectors.cpu()

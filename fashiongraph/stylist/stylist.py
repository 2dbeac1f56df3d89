"""Scores, explanations and suggestions for outfits of a catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from pathlib import Path

from fashiongraph.data.conditions import allowed_items, read_conditions
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets.io.feature_card import find_features
from fashiongraph.datasets.outfit_tables import OutfitTables
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.calibration import Calibration
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model
from fashiongraph.retrieval.catalogue import Catalogue
from fashiongraph.retrieval.open_catalogue import open_catalogue
from fashiongraph.stylist.answer import Answer
from fashiongraph.stylist.capsule import capsule
from fashiongraph.stylist.complete import complete
from fashiongraph.stylist.compose import compose
from fashiongraph.stylist.explain import explain
from fashiongraph.stylist.limits import limits
from fashiongraph.stylist.score import score
from fashiongraph.stylist.scored_catalogue import ScoredCatalogue
from fashiongraph.stylist.swap import improve, swap

Conditions = Sequence[str]


class Stylist:
    """Scores, explanations and suggestions for outfits of a catalogue, by any model.

    Scores are from 0 to 100: the calibrated probability that an outfit is a real one, and not one
    in which a negative replaces an item (:class:`~fashiongraph.evaluation.Calibration`).

    Constraints are texts ``column OP value`` (``price < 40``, ``season = summer``, ``colour in
    red, blue``) on columns of the items: all of ``where`` hold for every suggested item, and none
    of ``unless``. ``exclude`` names items to leave out. A ``budget`` bounds the sum of a column
    over all items of an outfit (``total price <= 150``); an item without a value is not suggested.

    Args:
        model: The model.
        items: The catalogue.
        outfits: Outfits of the catalogue, from which :meth:`compose` takes sets of categories.
        folder: Folder of the items' pictures, for pages.
        calibration: Calibration of the scores; by default that of the model.
        pictures: Folders outside of it whose pictures pages show, too.
        states: Stored vectors of the items; by default they are computed when they are needed.

    Raises:
        FashionGraphError: If there is no calibration, the items have other features than the
            model was trained on, or ``states`` belongs to another model or other items.

    Example:
        >>> from fashiongraph.data import split
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.models import Siamese
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = Siamese(outfits.items.num_features)
        >>> calibration = Calibration.fit(model, split(outfits, seed=0)[2])
        >>> stylist = Stylist(model, outfits.items, outfits, calibration=calibration)
        >>> answer = stylist.swap(list(outfits.items.ids[:3]), k=2)
        >>> list(answer.frame.columns)
        ['item_id', 'replaces', 'category', 'score', 'gain', 'in_training']
    """

    def __init__(
        self,
        model: Scorer,
        items: ItemTable,
        outfits: Outfits | None = None,
        folder: str | Path = ".",
        calibration: Calibration | None = None,
        pictures: Sequence[str | Path] = (),
        states: Catalogue | None = None,
    ) -> None:
        known = as_outfit_model(model)
        if calibration is None:
            if known.calibration is None:
                raise FashionGraphError(
                    "'calibration' is needed, since the model has none: Calibration.fit(model, "
                    "outfits), or 'fashiongraph calibrate'"
                )
            calibration = Calibration(**known.calibration)
        self.catalogue = ScoredCatalogue(
            known, items, outfits, Path(folder), calibration, states=states
        )
        self.catalogue.pictures = tuple(Path(one) for one in pictures)

    @classmethod
    def load(
        cls,
        checkpoint: str | Path,
        data: str | Path,
        features: Sequence[str] | None = None,
        states: str | Path | None = None,
    ) -> Stylist:
        """Load a model and the catalogue in a folder.

        Args:
            checkpoint: Folder of the model.
            data: Folder of ``items`` and ``outfits``, as for
                :class:`~fashiongraph.datasets.OutfitTables`.
            features: Files of features; by default those that the model was trained on.
            states: Place of stored vectors of the items, as for
                :func:`~fashiongraph.retrieval.open_catalogue`; by default they are computed.

        Raises:
            DataError: If a file is missing or broken.
            FashionGraphError: As the constructor.
        """
        model = OutfitModel.load(checkpoint)
        root = Path(data)
        files = find_features(root, model.feature_sources) if features is None else features
        dataset = OutfitTables(root, features=files)
        stored = None if states is None else open_catalogue(states, model, dataset.items)
        return cls(model, dataset.items, dataset.outfits, root, states=stored)

    def with_items(self, guests: ItemTable) -> Stylist:
        """A stylist of the catalogue and further items, such as a person's own.

        The vectors of the catalogue are used again. A guest has a missing value in the columns of
        the catalogue that it lacks, and so fulfils no condition on them.

        Args:
            guests: The items, with features of the same encoders.

        Raises:
            FashionGraphError: If an identifier is one of the catalogue, or the guests have other
                features.
        """
        found = copy(self)
        found.catalogue = self.catalogue.with_items(guests)
        return found

    # --- scores -------------------------------------------------------------------------------

    def score(self, outfits: Sequence[Sequence[str]], leave_out: bool = False) -> Answer:
        """Score outfits.

        Args:
            outfits: Identifiers of the items of each outfit.
            leave_out: Score outfits of the training without their own co-occurrence of items
                (:func:`~fashiongraph.evaluation.score_left_out`).

        Returns:
            A table in the order of the outfits: ``score`` from 0 to 100, ``raw``, ``percentile``
            among real outfits of the size that were not trained on, and ``in_training``. An outfit
            of one item has no score.

        Raises:
            FashionGraphError: If an item is unknown or an outfit empty.
        """
        return score(self.catalogue, outfits, leave_out)

    def explain(self, outfit: Sequence[str]) -> Answer:
        """Explain the score of an outfit by its items and pairs.

        Args:
            outfit: Identifiers of its items, at least two.

        Returns:
            A table of the items, the least fitting first: ``wrong``, the probability that this is
            the replaced item if one is; ``share``, its Shapley value in the log-odds of the score,
            with its standard ``error``; ``without``, the score of the outfit without it. The shares
            add up to the log-odds of the score, where an outfit of fewer than two items counts as
            50. For a model that scores pairs, ``terms`` has the table ``pairs``: the ``score`` of
            each pair, the ``gain`` above the mean of the catalogue's pairs of its two categories,
            and, for the ADD-GNN family, each term (attribute or co-occurrence) and the ``lowest``
            one relative to that mean. The table ``terms`` then has the ``value`` of each term, its
            mean over pairs, and of ``pooling``; they add up to the raw score.

        Raises:
            FashionGraphError: If an item is unknown or there are fewer than two.
        """
        return explain(self.catalogue, outfit)

    # --- suggestions --------------------------------------------------------------------------

    def swap(
        self,
        outfit: Sequence[str],
        item: str | None = None,
        k: int = 5,
        where: Conditions = (),
        unless: Conditions = (),
        exclude: Sequence[str] = (),
        diversity: float = 0.0,
        budget: Conditions = (),
    ) -> Answer:
        """Replace an item by others of its category.

        Args:
            outfit: Identifiers of its items, at least two.
            item: The item to replace; by default the least fitting one.
            k: Largest number of stand-ins.
            where: Conditions on the stand-ins that hold.
            unless: Conditions of which none holds.
            exclude: Items to leave out.
            diversity: Weight of the difference between stand-ins, in [0, 1).
            budget: Bounds on sums over the outfit with the stand-in.

        Returns:
            A table of stand-ins, best first: ``item_id``, ``replaces``, ``category``, ``score`` of
            the outfit with it, the ``gain``, and whether that outfit was ``in_training``.

        Raises:
            FashionGraphError: If an item or a constraint is unknown, or an argument out of range.
        """
        allowed = allowed_items(self.catalogue.items, where, unless, exclude)
        bounds = limits(self.catalogue.items, budget)
        return swap(self.catalogue, outfit, item, k, allowed, diversity, bounds)

    def improve(
        self,
        outfit: Sequence[str],
        where: Conditions = (),
        unless: Conditions = (),
        exclude: Sequence[str] = (),
        budget: Conditions = (),
    ) -> Answer:
        """Swap one item after the other for the best stand-in, until none gains a point.

        Each step tries every item of the outfit and keeps the best of the swaps.

        Args:
            outfit: Identifiers of its items, at least two.
            where: Conditions on the stand-ins that hold.
            unless: Conditions of which none holds.
            exclude: Items to leave out.
            budget: Bounds on sums over the outfit after each swap.

        Returns:
            A table of the swaps in their order, with the columns of :meth:`swap`; ``outfits`` has
            the outfit that is left.

        Raises:
            FashionGraphError: If an item or a constraint is unknown, or there are fewer than two.
        """
        allowed = allowed_items(self.catalogue.items, where, unless, exclude)
        return improve(self.catalogue, outfit, allowed, limits(self.catalogue.items, budget))

    def complete(
        self,
        outfit: Sequence[str],
        slots: Sequence[str] | None = None,
        k: int = 5,
        where: Conditions = (),
        unless: Conditions = (),
        exclude: Sequence[str] = (),
        budget: Conditions = (),
    ) -> Answer:
        """Add an item of each of some categories.

        Args:
            outfit: Identifiers of its items, at least one.
            slots: Categories to fill, each on its own; by default all.
            k: Largest number of items of each category.
            where: Conditions on the items that hold.
            unless: Conditions of which none holds.
            exclude: Items to leave out.
            budget: Bounds on sums over the outfit with the added item.

        Returns:
            A table, best first: ``item_id``, ``category``, ``rank`` in its category, ``score`` of
            the outfit with it, and whether that outfit was ``in_training``.

        Raises:
            FashionGraphError: If an item, a slot or a constraint is unknown.
        """
        allowed = allowed_items(self.catalogue.items, where, unless, exclude)
        bounds = limits(self.catalogue.items, budget)
        conditions = read_conditions(where, unless)
        return complete(self.catalogue, outfit, slots, k, allowed, bounds, conditions)

    def compose(
        self,
        seed: Sequence[str] = (),
        n: int = 5,
        slots: Sequence[str] | None = None,
        where: Conditions = (),
        unless: Conditions = (),
        exclude: Sequence[str] = (),
        diversity: float = 0.3,
        once: bool = False,
        random_seed: int = 0,
        budget: Conditions = (),
        owned: Sequence[str] | None = None,
        max_new: int = 0,
    ) -> Answer:
        """Compose whole outfits.

        Sets of categories are those of the outfits of the catalogue that hold the categories of the
        seed, the most frequent first. Slots are filled one after the other by beam search. In a
        slot of more than 256 items the model scores a shortlist, as :meth:`complete` does.

        Args:
            seed: Items that every outfit has; none to start from nothing.
            n: Number of outfits.
            slots: Categories to add to the seed, in place of those sets.
            where: Conditions on the added items that hold.
            unless: Conditions of which none holds.
            exclude: Items to leave out.
            diversity: Weight of the difference between the outfits, in [0, 1).
            once: Whether an added item is in one of the outfits only.
            random_seed: Seed of the first items of an empty seed.
            budget: Bounds on sums over the outfit, seed included.
            owned: Items that a person owns, for outfits with at most ``max_new`` others.
            max_new: Largest number of items of an outfit that are not owned, seed included.

        Returns:
            A table of the outfits, best first: ``score`` from 0 to 100, ``categories``,
            ``items`` and ``in_training``, with the sums that are bounded, such as ``total_price``
            and ``total_new``; ``outfits`` has the identifiers. They are fewer than ``n`` if no more
            were found.

        Raises:
            FashionGraphError: If an item, a slot or a constraint is unknown, or there is no set of
                categories.
        """
        allowed = allowed_items(self.catalogue.items, where, unless, exclude)
        bounds = limits(self.catalogue.items, budget, owned, max_new)
        return compose(
            self.catalogue, seed, n, slots, allowed, diversity, once, random_seed, bounds
        )

    def capsule(
        self,
        size: int = 15,
        where: Conditions = (),
        unless: Conditions = (),
        exclude: Sequence[str] = (),
        threshold: float = 50.0,
        random_seed: int = 0,
    ) -> Answer:
        """Choose few items that make many outfits.

        The outfits are those of the chosen items whose set of categories is one of the five most
        frequent of the catalogue's outfits. The items of a composed outfit come first; then the
        item that adds the most outfits above the threshold is added, one after the other, from the
        16 items of each category that go best with the best outfit so far. This greedy choice need
        not be the best one.

        Args:
            size: Number of items.
            where: Conditions on the items that hold.
            unless: Conditions of which none holds.
            exclude: Items to leave out.
            threshold: Score from which an outfit counts, in [0, 100).
            random_seed: Seed of the first outfit.

        Returns:
            A table of the items, with the number of ``outfits`` that hold each; ``outfits`` has the
            outfits, best first.

        Raises:
            FashionGraphError: If a constraint is unknown, an argument is out of range, or the
                catalogue has no outfits.
        """
        allowed = allowed_items(self.catalogue.items, where, unless, exclude)
        return capsule(self.catalogue, size, allowed, threshold, random_seed)

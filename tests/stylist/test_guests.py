"""Guests: items that are not in the catalogue."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.stylist import Stylist


@pytest.fixture
def parts(outfits):
    """The catalogue without its last eight items, and those as guests without columns."""
    items, cut = outfits.items, len(outfits.items) - 8

    def part(rows, columns):
        names = [items.categories[c] for c in items.category_id[rows]]
        return ItemTable.from_lists(
            items.ids[rows], names, items.features[rows], columns, items.categories
        )

    return part(slice(0, cut), items.columns.iloc[:cut]), part(slice(cut, None), None)


def first_of(items, count=3):
    return [str(items.ids[int((items.category_id == c).nonzero()[0])]) for c in range(count)]


def test_answers_equal_those_of_one_catalogue(stylist, outfits, parts):
    base, guests = parts
    model, calibration = stylist.catalogue.model, stylist.catalogue.calibration
    joined = Stylist(model, base, calibration=calibration).with_items(guests)
    whole = Stylist(model, outfits.items, calibration=calibration)
    worn = [str(guests.ids[0]), *first_of(base)[:2]]
    np.testing.assert_allclose(
        joined.score([worn]).frame["raw"], whole.score([worn]).frame["raw"], rtol=1e-5, atol=1e-6
    )
    for ask in (
        lambda s: s.explain(worn),
        lambda s: s.complete(worn, k=2),
        lambda s: s.swap(worn, worn[0], k=3),
        lambda s: s.compose(worn[:1], n=2, slots=outfits.items.categories[:2]),
    ):
        found, expected = ask(joined), ask(whole)
        for name, column in found.frame.items():
            if column.dtype == float:
                np.testing.assert_allclose(column, expected.frame[name], rtol=1e-3, atol=1e-3)
            else:
                assert column.tolist() == expected.frame[name].tolist()


def test_vectors_of_the_catalogue_are_not_computed_again(siamese, parts, monkeypatch):
    base, guests = parts
    catalogue = siamese.catalogue
    stylist = Stylist(catalogue.model, base, calibration=catalogue.calibration)
    assert stylist.catalogue.states is not None
    encode, counts = type(catalogue.model).encode_items, []

    def counted(self, items):
        counts.append(len(items.x))
        return encode(self, items)

    monkeypatch.setattr(type(catalogue.model), "encode_items", counted)
    states = stylist.with_items(guests).catalogue.states
    assert sum(counts) <= len(guests)
    assert len(states) == len(base) + len(guests)


def test_a_guest_fulfils_no_condition_on_what_it_lacks(siamese, parts):
    base, guests = parts
    catalogue = siamese.catalogue
    stylist = Stylist(catalogue.model, base, calibration=catalogue.calibration).with_items(guests)
    outfit = first_of(base)
    for options in ({"where": ["price >= 0"]}, {"budget": ["total price < 1000"]}):
        found = stylist.complete(outfit, k=100, **options).frame["item_id"]
        assert not set(found) & set(guests.ids)
    assert set(guests.ids) <= set(stylist.complete(outfit, k=100).frame["item_id"])
    mine = stylist.compose(
        slots=[base.categories[c] for c in set(guests.category_id.tolist())][:2],
        owned=list(guests.ids),
        n=2,
    )
    assert all(set(outfit) <= set(guests.ids) for outfit in mine.outfits)


def test_guests_that_do_not_fit_are_refused(siamese, parts):
    base, guests = parts
    with pytest.raises(FashionGraphError, match="'guests' needs identifiers"):
        siamese.with_items(guests)
    wide = ItemTable.from_lists(["new"], ["top"], torch.ones(1, 3))
    with pytest.raises(FashionGraphError, match=r"'guests' needs items with .* features"):
        siamese.with_items(wide)
    odd = ItemTable.from_lists(["new"], ["wings"], torch.ones(1, base.num_features))
    answer = siamese.with_items(odd)
    with pytest.raises(FashionGraphError, match="wings"):
        answer.score([["new", str(base.ids[0])]])

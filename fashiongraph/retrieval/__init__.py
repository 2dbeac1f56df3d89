"""Finding items: what completes an outfit, and what lies near a vector."""

from fashiongraph.retrieval.card import Card, make_cards
from fashiongraph.retrieval.complete import complete
from fashiongraph.retrieval.found import Found
from fashiongraph.retrieval.item_index import ItemIndex
from fashiongraph.retrieval.item_states import ItemStates
from fashiongraph.retrieval.sheet import SheetRow, write_sheet

__all__ = [
    "Card",
    "Found",
    "ItemIndex",
    "ItemStates",
    "SheetRow",
    "complete",
    "make_cards",
    "write_sheet",
]

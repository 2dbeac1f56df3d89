"""Finding items: what completes an outfit, and what lies near a vector."""

from fashiongraph.retrieval.complete import complete
from fashiongraph.retrieval.item_index import Found, ItemIndex
from fashiongraph.retrieval.item_states import ItemStates

__all__ = ["Found", "ItemIndex", "ItemStates", "complete"]

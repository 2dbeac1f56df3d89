"""Finding items: what completes an outfit, and what lies near a vector."""

from fashiongraph.retrieval.complete import complete
from fashiongraph.retrieval.item_states import ItemStates

__all__ = ["ItemStates", "complete"]

"""Item index, stored item vectors of a catalogue, and completion of outfits."""

from fashiongraph.retrieval.catalogue_states import CatalogueStates
from fashiongraph.retrieval.complete import complete
from fashiongraph.retrieval.html_report import ReportRow, write_html_report
from fashiongraph.retrieval.item_index import Found, ItemIndex
from fashiongraph.retrieval.item_view import ItemView, item_views

__all__ = [
    "CatalogueStates",
    "Found",
    "ItemIndex",
    "ItemView",
    "ReportRow",
    "complete",
    "item_views",
    "write_html_report",
]

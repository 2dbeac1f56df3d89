"""Item index, stored item vectors of a catalogue, and completion of outfits."""

from fashiongraph.retrieval.catalogue import Catalogue
from fashiongraph.retrieval.complete import complete
from fashiongraph.retrieval.html_report import ReportRow, write_html_report
from fashiongraph.retrieval.item_index import Found, ItemIndex
from fashiongraph.retrieval.item_view import ItemView, item_views
from fashiongraph.retrieval.local_catalogue import LocalCatalogue
from fashiongraph.retrieval.milvus_catalogue import MilvusCatalogue
from fashiongraph.retrieval.open_catalogue import open_catalogue

__all__ = [
    "Catalogue",
    "Found",
    "ItemIndex",
    "ItemView",
    "LocalCatalogue",
    "MilvusCatalogue",
    "ReportRow",
    "complete",
    "item_views",
    "open_catalogue",
    "write_html_report",
]

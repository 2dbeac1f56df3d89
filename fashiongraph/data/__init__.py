"""Item tables, outfits, category graphs, co-occurrence, splits and stored questions."""

from fashiongraph.data.append_items import append_items
from fashiongraph.data.audit import audit, check_unseen, item_disjoint, pair_disjoint
from fashiongraph.data.category_graph import (
    category_count,
    category_graph,
    category_weight,
    group_categories,
)
from fashiongraph.data.category_graph_plot import draw_category_graph
from fashiongraph.data.cooccurrence import ItemCooccurrence, add_item_cooccurrence
from fashiongraph.data.duplicates import outfit_keys, without_duplicates
from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import top_bottom_pairs
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.questions.item_retrieval import ItemRetrieval
from fashiongraph.data.questions.load import load_questions
from fashiongraph.data.replace import replaced
from fashiongraph.data.splits import split

__all__ = [
    "Compatibility",
    "FeatureSource",
    "FillInBlank",
    "ItemCooccurrence",
    "ItemRetrieval",
    "ItemTable",
    "Outfits",
    "add_item_cooccurrence",
    "append_items",
    "audit",
    "category_count",
    "category_graph",
    "category_weight",
    "check_unseen",
    "draw_category_graph",
    "group_categories",
    "item_disjoint",
    "load_questions",
    "outfit_keys",
    "pair_disjoint",
    "replaced",
    "split",
    "top_bottom_pairs",
    "without_duplicates",
]

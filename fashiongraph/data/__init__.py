"""Outfits and items as tables and as PyG objects: graphs, batches, negatives, questions, splits."""

from fashiongraph.data.audit import audit, pair_disjoint
from fashiongraph.data.candidate_loader import CandidateLoader
from fashiongraph.data.category_graph import category_count, category_graph, category_weight
from fashiongraph.data.category_graph_picture import draw_category_graph
from fashiongraph.data.category_groups import group_categories
from fashiongraph.data.duplicates import without_duplicates
from fashiongraph.data.exemplar_loader import ExemplarLoader
from fashiongraph.data.item_memory import ItemMemory, remember_items
from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.negatives.negative_sampler import NegativeSampler
from fashiongraph.data.negatives.protocol import negative_sampler
from fashiongraph.data.outfit_batcher import OutfitBatcher
from fashiongraph.data.outfit_edges import edge_weights, outfit_edges
from fashiongraph.data.outfit_loader import OutfitLoader
from fashiongraph.data.outfit_subgraphs import OutfitSubgraphs
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.pairs import top_bottom_pairs
from fashiongraph.data.question_loader import QuestionLoader
from fashiongraph.data.questions.compatibility import Compatibility
from fashiongraph.data.questions.draw import (
    draw_compatibility,
    draw_fill_in_blank,
    draw_questions,
)
from fashiongraph.data.questions.fill_in_blank import FillInBlank
from fashiongraph.data.questions.load import load_questions
from fashiongraph.data.replace import replaced
from fashiongraph.data.splits import split

__all__ = [
    "CandidateLoader",
    "Compatibility",
    "ExemplarLoader",
    "FillInBlank",
    "ItemMemory",
    "ItemTable",
    "NegativeSampler",
    "OutfitBatcher",
    "OutfitLoader",
    "OutfitSubgraphs",
    "Outfits",
    "QuestionLoader",
    "audit",
    "category_count",
    "category_graph",
    "category_weight",
    "draw_category_graph",
    "draw_compatibility",
    "draw_fill_in_blank",
    "draw_questions",
    "edge_weights",
    "group_categories",
    "load_questions",
    "negative_sampler",
    "outfit_edges",
    "pair_disjoint",
    "remember_items",
    "replaced",
    "split",
    "top_bottom_pairs",
    "without_duplicates",
]

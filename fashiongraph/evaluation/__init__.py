"""Protocols: questions to scores to metrics, for any model."""

from fashiongraph.evaluation.compatibility import compatibility
from fashiongraph.evaluation.embed_items import embed_items
from fashiongraph.evaluation.evaluate_questions import evaluate_questions
from fashiongraph.evaluation.fill_in_blank import fill_in_blank
from fashiongraph.evaluation.outfit_retrieval import outfit_retrieval
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.same_item_retrieval import same_item_retrieval
from fashiongraph.evaluation.score_against_strangers import score_against_strangers
from fashiongraph.evaluation.score_candidates import score_candidates
from fashiongraph.evaluation.score_outfits import score_outfits

__all__ = [
    "Result",
    "compatibility",
    "embed_items",
    "evaluate_questions",
    "fill_in_blank",
    "outfit_retrieval",
    "same_item_retrieval",
    "score_against_strangers",
    "score_candidates",
    "score_outfits",
]

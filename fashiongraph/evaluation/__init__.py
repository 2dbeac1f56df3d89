"""Protocols: questions to scores to metrics, for any model."""

from fashiongraph.evaluation.compatibility import compatibility
from fashiongraph.evaluation.evaluate_questions import evaluate_questions
from fashiongraph.evaluation.fill_in_blank import fill_in_blank
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.score_outfits import score_outfits

__all__ = ["Result", "compatibility", "evaluate_questions", "fill_in_blank", "score_outfits"]

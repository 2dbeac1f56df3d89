"""Evaluation of any model: questions, protocols and metrics."""

from fashiongraph.evaluation.calibration import Calibration
from fashiongraph.evaluation.draw_item_retrieval import draw_item_retrieval
from fashiongraph.evaluation.draw_questions import (
    draw_compatibility,
    draw_fill_in_blank,
    draw_questions,
)
from fashiongraph.evaluation.easy_and_hard import EasyAndHard, easy_and_hard
from fashiongraph.evaluation.encode_items import embed_items
from fashiongraph.evaluation.item_retrieval import item_retrieval
from fashiongraph.evaluation.outfit_retrieval import outfit_retrieval
from fashiongraph.evaluation.protocols import compatibility, evaluate_questions, fill_in_blank
from fashiongraph.evaluation.ray_engine import RayEngine
from fashiongraph.evaluation.result import Result
from fashiongraph.evaluation.same_item_retrieval import same_item_retrieval
from fashiongraph.evaluation.score_against_negatives import score_against_negatives
from fashiongraph.evaluation.score_candidates import score_candidates
from fashiongraph.evaluation.score_left_out import in_training, score_left_out
from fashiongraph.evaluation.score_outfits import item_scores, score_outfits
from fashiongraph.evaluation.spoiler import spoiler
from fashiongraph.evaluation.submission import Prediction, Submission

__all__ = [
    "Calibration",
    "EasyAndHard",
    "Prediction",
    "RayEngine",
    "Result",
    "Submission",
    "compatibility",
    "draw_compatibility",
    "draw_fill_in_blank",
    "draw_item_retrieval",
    "draw_questions",
    "easy_and_hard",
    "embed_items",
    "evaluate_questions",
    "fill_in_blank",
    "in_training",
    "item_retrieval",
    "item_scores",
    "outfit_retrieval",
    "same_item_retrieval",
    "score_against_negatives",
    "score_candidates",
    "score_left_out",
    "score_outfits",
    "spoiler",
]

"""Loaders of outfits as PyG batches, and negative sampling."""

from fashiongraph.loader.candidate_loader import CandidateLoader
from fashiongraph.loader.exemplar_loader import ExemplarLoader
from fashiongraph.loader.negatives.negative_sampler import NegativeSampler
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.loader.outfit_batch import OutfitGraph, leave_one_out
from fashiongraph.loader.outfit_batcher import OutfitBatcher
from fashiongraph.loader.outfit_edges import edge_weights, outfit_edges
from fashiongraph.loader.outfit_loader import OutfitLoader
from fashiongraph.loader.outfit_subgraphs import OutfitSubgraphs
from fashiongraph.loader.question_loader import QuestionLoader

__all__ = [
    "CandidateLoader",
    "ExemplarLoader",
    "NegativeSampler",
    "OutfitBatcher",
    "OutfitGraph",
    "OutfitLoader",
    "OutfitSubgraphs",
    "QuestionLoader",
    "edge_weights",
    "leave_one_out",
    "negative_sampler",
    "outfit_edges",
]

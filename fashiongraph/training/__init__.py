"""Training of any model with Lightning."""

from fashiongraph.training.fit import fit
from fashiongraph.training.registry import MODELS, ModelSpec, model_spec
from fashiongraph.training.resume import history
from fashiongraph.training.training_config import TrainingConfig

__all__ = [
    "MODELS",
    "ModelSpec",
    "TrainingConfig",
    "fit",
    "history",
    "model_spec",
]

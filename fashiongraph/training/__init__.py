"""Training of any model with Lightning."""

from fashiongraph.training.fine_tune import FineTuned, fine_tune_pictures, fine_tune_texts
from fashiongraph.training.fit import fit
from fashiongraph.training.fit_with_ray import fit_with_ray
from fashiongraph.training.registry import MODELS, ModelSpec, model_spec
from fashiongraph.training.resume import history
from fashiongraph.training.training_config import TrainingConfig

__all__ = [
    "MODELS",
    "FineTuned",
    "ModelSpec",
    "TrainingConfig",
    "fine_tune_pictures",
    "fine_tune_texts",
    "fit",
    "fit_with_ray",
    "history",
    "model_spec",
]

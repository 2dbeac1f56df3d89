"""One training path for every model, on Lightning."""

from fashiongraph.training.fit import fit
from fashiongraph.training.history import history
from fashiongraph.training.recipe import Recipe

__all__ = ["Recipe", "fit", "history"]

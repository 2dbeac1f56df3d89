"""What can be scored without learning what goes together, beside which every model is shown.

A control maps a batch to one score per outfit, as models do, so that every evaluation takes it. It
has nothing to train, and no checkpoint: it is counted anew from the training outfits in a moment.
"""

from fashiongraph.models.controls.category_cooccurrence import CategoryCooccurrence
from fashiongraph.models.controls.item_popularity import ItemPopularity
from fashiongraph.models.controls.nearest_features import NearestFeatures
from fashiongraph.models.controls.remembered_pairs import RememberedPairs

__all__ = ["CategoryCooccurrence", "ItemPopularity", "NearestFeatures", "RememberedPairs"]

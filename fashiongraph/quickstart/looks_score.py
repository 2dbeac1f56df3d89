"""Score of an outfit beyond what is typical of its categories."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import Batch
from torch_geometric.utils import scatter

from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.models import OutfitModel
from fashiongraph.stylist.pair_terms import category_pairs, pair_kinds, pair_terms


class LooksScore:
    r"""Score of an outfit minus the score that is typical of its categories.

    .. math::
        y_{\mathrm{looks}}(O) = y(O) - \frac{1}{n (n - 1)} \sum_{i \neq j} \bar{P}_{c_i c_j}

    with :math:`\bar{P}_{ab}` the mean score of the pairs of categories a and b in training outfits,
    or of all pairs if there is none. It ranks outfits by looks: raw scores of some sets of
    categories are high whatever the items look like.

    Args:
        model: A trained model with scores of pairs.
        outfits: Training outfits over the categories of the model.

    Raises:
        FashionGraphError: If the model has no scores of pairs.

    Example:
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.evaluation import score_outfits
        >>> from fashiongraph.models import ADDGNN
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> looks = LooksScore(ADDGNN(98, 8, num_steps=0).eval(), outfits)
        >>> score_outfits(looks, outfits).shape
        torch.Size([60])
    """

    def __init__(self, model: OutfitModel, outfits: Outfits) -> None:
        pairs = pair_terms(model, outfits)
        if pairs is None:
            raise FashionGraphError(
                f"'model' needs scores of pairs, which {type(model).__name__} has not"
            )
        self.model = model
        self.graph = model.graph
        self.categories = model.categories
        total = pairs.terms.sum(dim=1)
        self.kind, place = pair_kinds(outfits.items, pairs.items).unique(return_inverse=True)
        self.mean = scatter(total, place, reduce="mean")
        self.overall = float(total.mean())

    def __call__(self, batch: Batch) -> Tensor:
        """Score the outfits of a batch [B]."""
        source, target = batch.edge_index.cpu()
        kind = category_pairs(batch.category_id.cpu()[torch.stack([source, target], dim=1)])
        place = torch.searchsorted(self.kind, kind).clamp(max=len(self.kind) - 1)
        typical = torch.where(self.kind[place] == kind, self.mean[place], self.overall)
        outfit = batch.batch.cpu()[target]
        mean = scatter(typical, outfit, dim_size=batch.num_graphs, reduce="mean")
        score: Tensor = self.model(batch)
        looks: Tensor = score - mean.to(score)
        return looks

"""Designer teacher on pairs of a top and a bottom (eq. A10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch_geometric.data import Batch

from fashiongraph.errors import FashionGraphError
from fashiongraph.loader.outfit_batch import ItemInputs
from fashiongraph.models.outfit_model import OutfitModel
from fashiongraph.nn import AttributeBilinearScorer, AttributeMask
from fashiongraph.nn.functional import rms_normalize


class DesignerTeacher(OutfitModel):
    r"""Attribute masks and a bilinear score on pairs of a top and a bottom, without a graph.

    .. math::
        y = \sum_k (\mathbf{m}_0^k)^{\top} \mathbf{W}_k \mathbf{m}_1^k

    where item 0 is the top and item 1 the bottom. :func:`fashiongraph.data.top_bottom_pairs`
    extracts the pairs of outfits.

    Args:
        in_channels: Size of the features, F.
        num_attributes: Number of attributes, K.
        activation: Activation of the masks; :obj:`None` for none.
        normalize: Scale the features of each item to a mean square of 1.

    Shapes:
        - **input:** a batch of B pairs
        - **output:** scores :math:`(B)`

    Source: Chen, Wu, Shen, Jia, "Learning from designers: fashion compatibility analysis via
    dataset distillation" (ICIP 2022), eq. 10.

    Example:
        >>> import torch
        >>> from fashiongraph.data import ItemTable, Outfits
        >>> from fashiongraph.loader import OutfitBatcher
        >>> items = ItemTable.from_lists(["a", "b"], ["top", "skirt"], torch.eye(2))
        >>> pairs = Outfits.from_lists(items, [["a", "b"]])
        >>> DesignerTeacher(in_channels=2)(OutfitBatcher(items)(pairs)).shape
        torch.Size([1])
    """

    def __init__(
        self,
        in_channels: int,
        num_attributes: int = 4,
        activation: str | None = None,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.num_attributes = num_attributes
        self.activation = activation
        self.normalize = normalize
        self.mask = AttributeMask(in_channels, num_attributes, activation)
        self.scorer = AttributeBilinearScorer(in_channels, num_attributes)

    @classmethod
    def paper(cls, in_channels: int, **config: Any) -> DesignerTeacher:
        """Build the published teacher: logistic activations on raw features."""
        return cls(in_channels, **{"activation": "sigmoid", "normalize": False, **config})

    def masked(self, x: Tensor) -> Tensor:
        """Masked features (eq. A1), which distillation compares: [U, F] to [U, K, F]."""
        x = x.to(self.mask.weight.dtype)
        x = rms_normalize(x) if self.normalize else x
        masked: Tensor = self.mask(x)
        return masked

    def encode_items(self, items: ItemInputs) -> dict[str, Tensor]:
        """Masked features, ``state`` [U, K, F]."""
        return {"state": self.masked(items.x)}

    def forward(self, batch: Batch) -> Tensor:
        """Score the pairs of a batch [B].

        Raises:
            FashionGraphError: If an outfit does not hold exactly two items.
        """
        if bool((batch.ptr.diff() != 2).any()):
            raise FashionGraphError(
                "'batch' needs outfits of exactly two items, a top and a bottom: make them with "
                "top_bottom_pairs()"
            )
        top, bottom = self.item_states(batch).nodes("state").unflatten(0, (-1, 2)).unbind(1)
        return self.scorer.bilinear(top, bottom).sum(dim=-1)

    def embed(self, states: Mapping[str, Tensor]) -> Tensor:
        """Concatenated masked features of all attributes [U, K·F]."""
        return states["state"].flatten(1)

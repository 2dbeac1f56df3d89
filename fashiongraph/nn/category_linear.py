"""A linear layer with one weight matrix per category."""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import to_dense_batch

from fashiongraph.nn.functional import check_channels

_BLOCK = 64  # rows of one category that share a padded product


class CategoryLinear(torch.nn.Module):
    r"""Linear layer with one weight matrix per category and without a bias.

    .. math::
        \mathbf{y}_i = \mathbf{W}_{c_i} \mathbf{x}_i

    Rows are sorted by category once and multiplied in one grouped matrix product. Where torch has
    no grouped product for the type or the sizes, one batched product over blocks of rows of one
    category replaces it. There is no loop over categories.

    A row of unknown category (``-1``) is multiplied by the mean of all matrices.

    Args:
        in_channels: Size of the input, F.
        out_channels: Size of the output, D.
        num_categories: Number of categories, C.

    Shapes:
        - **input:** rows :math:`(N, F)`, categories :math:`(N)`
        - **output:** rows :math:`(N, D)`

    Raises:
        ValueError: If a size is not positive.

    Example:
        >>> import torch
        >>> from fashiongraph.nn import CategoryLinear
        >>> layer = CategoryLinear(in_channels=8, out_channels=4, num_categories=3)
        >>> layer(torch.randn(5, 8), torch.tensor([0, 2, 2, 1, -1])).shape
        torch.Size([5, 4])
    """

    def __init__(self, in_channels: int, out_channels: int, num_categories: int) -> None:
        super().__init__()
        if in_channels < 1 or out_channels < 1 or num_categories < 1:
            raise ValueError(
                f"'in_channels', 'out_channels' and 'num_categories' need to be positive integers "
                f"(got {in_channels}, {out_channels} and {num_categories})"
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.num_categories = num_categories
        self.weight = torch.nn.Parameter(torch.empty(num_categories, in_channels, out_channels))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights from N(0, 1 / F)."""
        torch.nn.init.normal_(self.weight, std=self.in_channels**-0.5)

    def forward(self, x: Tensor, category_id: Tensor) -> Tensor:
        """Multiply each row by the matrix of its category.

        Args:
            x: Rows [N, F].
            category_id: Category of each row [N], below C; negative if unknown.

        Raises:
            ValueError: If the rows have another size, there is not one category for each row, or
                a category is C or above.
        """
        check_channels(x, self.in_channels)
        if category_id.shape != x.shape[:1]:
            raise ValueError(
                f"'category_id' needs one entry for each row of 'x' (got the shapes "
                f"{tuple(category_id.shape)} and {tuple(x.shape)})"
            )
        weight: Tensor = self.weight
        category, order = category_id.clamp(min=-1).sort(stable=True)
        ends = torch.stack([category[0], category[-1]]).tolist() if len(category) else [0, 0]
        if ends[1] >= self.num_categories:  # a grouped product would leave such rows unwritten
            raise ValueError(
                f"'category_id' needs to be below {self.num_categories} (got {ends[1]})"
            )
        if ends[0] < 0:
            weight = torch.cat([weight.mean(0, keepdim=True), weight])
            category = category + 1
        product = _grouped if _has_grouped_product(x, weight) else _blocked
        y = product(x[order], weight, category)
        return torch.empty_like(y).index_copy(0, order, y)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.in_channels}, {self.out_channels}, "
            f"num_categories={self.num_categories})"
        )


def _has_grouped_product(x: Tensor, weight: Tensor) -> bool:
    """Whether torch has a grouped product for these: float32, rows of a multiple of 16 bytes."""
    return (
        hasattr(torch.nn.functional, "grouped_mm")  # since torch 2.10
        and x.dtype == weight.dtype == torch.float32
        and x.numel() > 0
        and weight.size(1) % 4 == 0
        and weight.size(2) % 4 == 0
    )


def _grouped(x: Tensor, weight: Tensor, category: Tensor) -> Tensor:
    """One grouped product over rows sorted by category."""
    ends = torch.searchsorted(
        category, torch.arange(len(weight), device=category.device), right=True
    )
    y: Tensor = torch.nn.functional.grouped_mm(x, weight, offs=ends.int())
    return y


def _blocked(x: Tensor, weight: Tensor, category: Tensor) -> Tensor:
    """One batched product over padded blocks of rows sorted by category."""
    if category.numel() == 0:
        return x @ weight[0]
    place = torch.arange(len(category), device=category.device)
    place = place - torch.searchsorted(category, category)  # index inside the category
    begins = place % _BLOCK == 0
    blocks, filled = to_dense_batch(x, begins.cumsum(0) - 1)
    y: Tensor = (blocks @ weight[category[begins]])[filled]
    return y

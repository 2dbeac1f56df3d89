"""Outfits that hold exactly the same items."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fashiongraph.data.outfits import Outfits


def content_code(outfits: Outfits) -> Tensor:
    """A number per outfit [B]: equal if and only if two outfits hold the same items as often.

    Outfits are told apart item by item, in the order of their item rows, so no hash can merge
    two that differ. Linear in the number of rows, apart from one sort of them.
    """
    ptr, num_items = outfits.ptr.numpy(), max(len(outfits.items), 1)
    # Rows sorted by outfit and item; outfits are few enough for the key to fit 63 bits.
    item = np.sort((outfits.batch * num_items + outfits.item_id).numpy()) % num_items
    sizes = np.diff(ptr)
    code = sizes.astype(np.int64)  # only outfits of one size are ever compared
    left = np.arange(len(sizes))
    for column in range(sizes.max(initial=0)):
        left = left[sizes[left] > column]
        code[left] = pd.factorize(code[left])[0]
        code[left] = pd.factorize(code[left] * num_items + item[ptr[left] + column])[0]
    return torch.from_numpy(pd.factorize(sizes * (len(sizes) + 1) + code)[0].astype(np.int64))


def without_duplicates(outfits: Outfits) -> tuple[Outfits, int]:
    """The outfits without those that repeat an earlier one, and how many those were.

    Two outfits are the same where they hold the same items equally often, in any order.
    """
    repeated = pd.Series(content_code(outfits).numpy()).duplicated().to_numpy()
    return outfits.select(np.flatnonzero(~repeated)), int(repeated.sum())

"""Published outfits as two flat tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import torch

from fashiongraph.data.item_table import ItemTable
from fashiongraph.data.outfits import Outfits
from fashiongraph.errors import DataError


@dataclass(frozen=True, eq=False)
class Records:
    """Outfits as they were published.

    Args:
        outfits: One row an outfit: ``set_id`` and further columns.
        rows: One row for each item of an outfit, outfit after outfit: ``outfit``, its position
            in ``outfits``; ``name``, what question files call the item; and further columns.
    """

    outfits: pd.DataFrame
    rows: pd.DataFrame

    @classmethod
    def concat(cls, parts: Mapping[str, Records]) -> Records:
        """All parts one after the other; the column ``split`` of ``outfits`` names the part."""
        start = np.cumsum([0, *(len(part.outfits) for part in parts.values())])
        outfits = [part.outfits.assign(split=name) for name, part in parts.items()]
        rows = [
            part.rows.assign(outfit=part.rows["outfit"] + shift)
            for part, shift in zip(parts.values(), start, strict=False)
        ]
        return cls(pd.concat(outfits, ignore_index=True), pd.concat(rows, ignore_index=True))

    def check_names(self, file: Path) -> None:
        """Do nothing if outfits and the items in them can be told apart.

        Raises:
            DataError: If a ``set_id`` or a name repeats.
        """
        for field, values in (("set_id", self.outfits["set_id"]), ("index", self.rows["name"])):
            again = values[values.duplicated()]
            if len(again):
                rule = f"{field!r} needs to be unique (got {again.iloc[0]!r} again)"
                raise DataError(rule, file=file)

    def outfits_over(self, items: ItemTable, item_id: np.ndarray) -> Outfits:
        """The outfits over an item table.

        Args:
            items: The item table.
            item_id: Its row for each of ``rows`` [N].
        """
        sizes = np.bincount(self.rows["outfit"], minlength=len(self.outfits))
        ptr = torch.from_numpy(np.append(0, sizes.cumsum()))
        ids = pd.Index(self.outfits["set_id"]).astype(str).rename(None)
        return Outfits(items, ptr, torch.from_numpy(item_id.astype(np.int64)), ids)


def nested_rows(
    set_id: pa.Array, lists: pa.Array, index: pa.Array
) -> dict[str, np.ndarray | pd.Series[str]]:
    """The columns ``outfit`` and ``name`` of :class:`Records`.

    Args:
        set_id: Identifier of each outfit [B].
        lists: A list per outfit, with an entry for each of its items [B].
        index: Index of each item in its outfit [N].
    """
    outfit = np.repeat(np.arange(len(lists)), lists.value_lengths().to_numpy())
    names = pc.binary_join_element_wise(set_id.take(outfit), index.cast(pa.string()), "_")
    return {"outfit": outfit, "name": names.to_pandas()}

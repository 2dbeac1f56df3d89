"""Counts that describe a data set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from fashiongraph.data.audit import audit
from fashiongraph.data.duplicates import without_duplicates
from fashiongraph.data.outfits import Outfits


def statistics(
    outfits: Outfits, official_split: Mapping[str, Outfits] | None = None
) -> dict[str, Any]:
    """Describe outfits and their items by numbers, ready for JSON.

    Args:
        outfits: The outfits of the whole set.
        official_split: The parts that the set itself brings, by name.

    Returns:
        ``outfits``, ``items``, ``items_in_outfits``, ``items_worn`` (an item once for each outfit
        that holds it), ``categories``, ``outfit_sizes`` (``min``, ``mean``, ``max`` and
        ``histogram``, the number of outfits by size), ``duplicate_outfits`` (those that repeat an
        earlier one, item for item), ``features`` (``width`` and ``dtype``, or None), and for an
        official split ``splits`` (the number of outfits by name) and ``overlaps``
        (:func:`fashiongraph.data.audit.audit` as a list of records).
    """
    items, sizes = outfits.items, outfits.sizes
    histogram = torch.bincount(sizes)
    found: dict[str, Any] = {
        "outfits": len(outfits),
        "items": len(items),
        "items_in_outfits": int((torch.bincount(outfits.item_id) > 0).sum()),
        "items_worn": outfits.item_id.numel(),
        "categories": items.num_categories,
        "outfit_sizes": {
            "min": int(sizes.min()) if len(sizes) else 0,
            "mean": outfits.item_id.numel() / max(len(outfits), 1),
            "max": int(sizes.max()) if len(sizes) else 0,
            "histogram": {int(s): int(histogram[s]) for s in histogram.nonzero().flatten()},
        },
        "duplicate_outfits": without_duplicates(outfits)[1],
        "features": None,
    }
    if items.features is not None:
        dtype = str(items.features.dtype).removeprefix("torch.")
        found["features"] = {"width": items.num_features, "dtype": dtype}
    if official_split:
        found["splits"] = {name: len(part) for name, part in official_split.items()}
        found["overlaps"] = audit(official_split).to_dict("records")
    return found

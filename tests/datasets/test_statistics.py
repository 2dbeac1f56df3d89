from __future__ import annotations

from collections import Counter

from fashiongraph.datasets.statistics import statistics


def test_against_a_loop(wardrobe):
    found = statistics(wardrobe)
    outfits = [
        tuple(sorted(part.tolist())) for part in wardrobe.item_id.split(wardrobe.sizes.tolist())
    ]
    sizes = [len(outfit) for outfit in outfits]
    assert found["outfits"] == 60
    assert found["items"] == 40
    assert found["items_worn"] == sum(map(len, outfits))
    assert found["items_in_outfits"] == len({item for outfit in outfits for item in outfit})
    assert found["outfit_sizes"] == {
        "min": min(sizes),
        "mean": sum(sizes) / 60,
        "max": max(sizes),
        "histogram": dict(sorted(Counter(sizes).items())),
    }
    assert found["duplicate_outfits"] == 60 - len(set(outfits))
    assert "overlaps" not in found


def test_no_outfits(wardrobe):
    found = statistics(wardrobe.select([]))
    assert found["outfits"] == found["items_in_outfits"] == found["duplicate_outfits"] == 0
    assert found["outfit_sizes"] == {"min": 0, "mean": 0.0, "max": 0, "histogram": {}}

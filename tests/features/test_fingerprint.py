from __future__ import annotations

import torch

from fashiongraph.features.fingerprint import fingerprint


def test_settings_and_weights_count():
    weight = {"a": torch.zeros(2), "b": torch.ones(2, 3)}
    swapped = {"b": weight["b"], "a": weight["a"]}
    assert fingerprint("x", weight) == fingerprint("x", swapped)
    others = [
        fingerprint("y", weight),
        fingerprint("x"),
        fingerprint("x", {"a": weight["a"]}),
        fingerprint("x", {**weight, "a": torch.zeros(2, dtype=torch.float64)}),
        fingerprint("x", {**weight, "b": torch.ones(3, 2)}),
        fingerprint("x", {**weight, "b": torch.ones(2, 3).index_fill(0, torch.tensor(0), 2.0)}),
    ]
    assert len({*others, fingerprint("x", weight)}) == 7
    assert all(len(one) == 32 for one in others)

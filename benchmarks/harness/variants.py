"""Editions of the library's own model: without one of its parts, and by number of attributes."""

from __future__ import annotations

from harness.models import MODELS, Entry, own

FULL = "ADD-GNN best"

ABLATION: dict[str, Entry] = {
    "without context": own(use_context=False),
    "without lift": own(use_lift=False),
    "without unit states": own(unit_states=False),
    "without graph": own(use_graph=False),
    "two steps": own(num_steps=2),
    "features as they are": own(normalize=False),
    "logistic activations": own(activation="sigmoid"),
    "published loss": own(lambda model, _: model.paper_objective()),
    "with knowledge": own(lambda model, case: model.objective(case.teacher())),
}

ATTRIBUTES: dict[str, Entry] = {f"K = {k}": own(num_attributes=k) for k in range(1, 9)}

ENTRIES: dict[str, Entry] = {**MODELS, **ABLATION, **ATTRIBUTES}

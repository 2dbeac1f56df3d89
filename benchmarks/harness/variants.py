"""Editions of the library's own model: without one of its parts, and by number of attributes."""

from __future__ import annotations

from fashiongraph.models import ADDGNN
from harness.models import MODELS, Entry

FULL = "ADD-GNN best"

ABLATION: dict[str, Entry] = {
    "without context": Entry(lambda w: ADDGNN.best(w.num_features, use_context=False)),
    "without lift": Entry(lambda w: ADDGNN.best(w.num_features, use_lift=False)),
    "without unit states": Entry(lambda w: ADDGNN.best(w.num_features, unit_states=False)),
    "without graph": Entry(lambda w: ADDGNN.best(w.num_features, use_graph=False)),
    "two steps": Entry(lambda w: ADDGNN.best(w.num_features, num_steps=2)),
    "raw features": Entry(lambda w: ADDGNN.best(w.num_features, normalize=False)),
    "logistic activations": Entry(lambda w: ADDGNN.best(w.num_features, activation="sigmoid")),
    "published loss": Entry(
        lambda w: ADDGNN.best(w.num_features), lambda model, _: model.paper_objective()
    ),
    "with knowledge": Entry(
        lambda w: ADDGNN.best(w.num_features), lambda model, case: model.objective(case.teacher())
    ),
}

ATTRIBUTES: dict[str, Entry] = {
    f"K = {k}": Entry(lambda w, k=k: ADDGNN.best(w.num_features, num_attributes=k))
    for k in range(1, 9)
}

ENTRIES: dict[str, Entry] = {**MODELS, **ABLATION, **ATTRIBUTES}

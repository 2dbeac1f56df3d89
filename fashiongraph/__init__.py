"""Outfit compatibility as graph learning on PyTorch Geometric.

Packages are imported on first use: ``import fashiongraph as fg`` costs nothing, and ``fg.nn`` costs
torch and PyG. :data:`PACKAGES` lists them from top to bottom; imports run downwards only.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

PACKAGES: dict[str, str] = {
    "cli": "The command `fashiongraph`.",
    "serve": "HTTP API and pages over a stylist.",
    "quickstart": "A full run on a synthetic data set, with an HTML report.",
    "stylist": "Calibrated scores, explanations, stand-ins and whole outfits from a catalogue.",
    "export": "Trained models as programs of `torch.export` and ONNX.",
    "training": "`fit`: one training path on Lightning for every model, and the model registry.",
    "objectives": "Training objectives: ranking, metric learning, distillation.",
    "retrieval": "Item index, and completion of outfits from a catalogue by any model.",
    "evaluation": "Questions, protocols and metrics with confidence intervals.",
    "models": "ADD-GNN, ADD-GNN+, metric learning, baselines and heuristics.",
    "loader": "Outfits to PyG batches, and negative sampling.",
    "datasets": "Public data sets, one's own tables, and a synthetic data set.",
    "features": "Pictures, texts and table columns to rows of features.",
    "data": "Item tables, outfits, category graph, co-occurrence, splits and stored questions.",
    "nn": "Layers, scorers, losses, distances, miners and pooling; needs torch and PyG only.",
}
"""The packages from top to bottom, each with its content in one line."""


# PyG compiles an enum with a function that newer versions of torch call deprecated.
warnings.filterwarnings("ignore", "`torch.jit.script` is deprecated", FutureWarning)


def __getattr__(name: str) -> ModuleType:
    if name in PACKAGES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *PACKAGES})

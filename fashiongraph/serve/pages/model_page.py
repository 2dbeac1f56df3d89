"""Page of the model."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fashiongraph.data import draw_category_graph
from fashiongraph.serve.pages.rendering import page
from fashiongraph.serve.service import service_of
from fashiongraph.stylist import Stylist

router = APIRouter(prefix="/model")
_SIDE = 320  # of the curve, in pixels
_GRAPH_NODES = 25


@router.get("")
def model_page(request: Request) -> Response:
    """What the model is, how reliable its scores are, and what they do not mean."""
    service = service_of(request)
    catalogue = service.base.catalogue
    model, calibration = catalogue.model, catalogue.calibration
    outfits = model.training_outfits
    facts: dict[str, Any] = {
        "Model": type(model).__name__,
        "Settings": ", ".join(f"{name} {value}" for name, value in model.config.items()),
        "Features": " + ".join(map(str, model.feature_sources)) or "of the caller's own",
        "Training outfits": "unknown" if outfits is None else f"{len(outfits):,}",
        "Items of the catalogue": f"{len(catalogue.items):,}",
        "Own items": f"{len(service.own.all()):,}",
        "Categories": f"{catalogue.items.num_categories:,}",
    }
    points = [
        (round(_SIDE * predicted, 1), round(_SIDE * (1 - observed), 1), int(count))
        for predicted, observed, count in calibration.curve
    ]
    return page(
        request,
        "model.html.jinja",
        facts=facts,
        calibration=calibration,
        protocol=calibration.protocol.replace("_", " "),
        points=points,
        side=_SIDE,
        has_graph=model.graph is not None,
    )


@router.get("/graph.svg")
def graph(request: Request) -> Response:
    """The category graph of the model."""
    return Response(_graph(service_of(request).base), media_type="image/svg+xml")


@lru_cache(maxsize=1)
def _graph(stylist: Stylist) -> bytes:
    model = stylist.catalogue.model
    assert model.graph is not None  # the page has no picture without it
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.svg"
        draw_category_graph(model.graph, model.categories, path, num_edges=_GRAPH_NODES)
        return path.read_bytes()

"""Application of the API."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from fashiongraph import __version__
from fashiongraph.serve.api import (
    item_routes,
    outfit_routes,
    schemas,
    state_routes,
    stylist_routes,
)
from fashiongraph.serve.problems import MEDIA_TYPE, add_problem_handlers
from fashiongraph.serve.service import OutfitService

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": text,
        "content": {MEDIA_TYPE: {"schema": schemas.Problem.model_json_schema()}},
    }
    for status, text in (
        (401, "The token is missing."),
        (403, "The request comes from another site."),
        (404, "There is no such thing."),
        (413, "The body is too large."),
        (422, "A field breaks a rule."),
        (503, "The model or the database is busy."),
    )
}


def create_api(service: OutfitService) -> FastAPI:
    """Create the application of the API.

    Args:
        service: The service.
    """
    api = FastAPI(
        title="fashiongraph",
        version=__version__,
        summary="Scores, explanations and suggestions for outfits of a catalogue.",
        # The pages that FastAPI makes of the schema read scripts from another host.
        docs_url=None,
        redoc_url=None,
        responses=_ERRORS,
    )
    api.state.service = service
    add_problem_handlers(api)
    for routes in (stylist_routes, item_routes, outfit_routes, state_routes):
        api.include_router(routes.router)
    return api

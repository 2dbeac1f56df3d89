"""Application of the pages."""

from __future__ import annotations

from http import HTTPStatus
from importlib import resources

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.staticfiles import StaticFiles

from fashiongraph.serve.pages import (
    ideas_page,
    login_page,
    model_page,
    outfit_page,
    own_items_page,
    saved_page,
)
from fashiongraph.serve.pages.rendering import page
from fashiongraph.serve.problems import ERRORS, LOG, status_and_problem
from fashiongraph.serve.service import OutfitService, service_of
from fashiongraph.serve.thumbnails import thumbnail


def create_pages(service: OutfitService) -> FastAPI:
    """Create the application of the pages.

    Args:
        service: The service.
    """
    pages = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    pages.state.service = service
    for one in (outfit_page, ideas_page, own_items_page, saved_page, model_page, login_page):
        pages.include_router(one.router)
    pages.add_api_route("/pictures/{item_id}", _picture, methods=["GET"])
    static = resources.files("fashiongraph.serve") / "static"
    pages.mount("/static", StaticFiles(directory=str(static)))
    for kind in ERRORS:
        pages.add_exception_handler(kind, _error_page)
    return pages


def _picture(request: Request, item_id: str) -> Response:
    """A small picture of an item."""
    data = thumbnail(service_of(request).picture_file(item_id))
    if data is None:
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=60"})


async def _error_page(request: Request, error: Exception) -> Response:
    """A page that names the error."""
    found, headers = status_and_problem(error)
    if found["status"] == HTTPStatus.INTERNAL_SERVER_ERROR:
        LOG.error("%s %r failed", request.method, request.url.path, exc_info=error)
    answer = page(request, "error.html.jinja", found["status"], problem=found)
    answer.headers.update(headers)
    return answer

"""Routes of the state of the server."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from fashiongraph.serve.api import schemas
from fashiongraph.serve.database import is_reachable
from fashiongraph.serve.metrics import CONTENT_TYPE
from fashiongraph.serve.problems import ProblemError
from fashiongraph.serve.service import service_of

router = APIRouter(tags=["state"])


@router.get("/health")
async def health() -> schemas.Health:
    """Whether the process answers."""
    return schemas.Health()


@router.get("/ready")
def ready(request: Request) -> schemas.Health:
    """Whether requests would be answered: the database is reachable and the queue is not full."""
    service = service_of(request)
    if not is_reachable(service.database.engine):
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer.")
    if len(service.queue) >= service.settings.queue:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "The queue of the model is full.")
    return schemas.Health()


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> PlainTextResponse:
    """Counters in the format of Prometheus."""
    return PlainTextResponse(service_of(request).metrics.as_text(), media_type=CONTENT_TYPE)

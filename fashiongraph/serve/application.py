"""Application of a server: pages and API."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fashiongraph.serve.api import create_api
from fashiongraph.serve.guard import Guard
from fashiongraph.serve.metrics import Metrics
from fashiongraph.serve.pages import create_pages
from fashiongraph.serve.problems import add_problem_handlers
from fashiongraph.serve.service import OutfitService
from fashiongraph.serve.settings import ServeSettings
from fashiongraph.stylist import Stylist

API = "/api/v1"


def create_app(
    load: Callable[[], Stylist], settings: ServeSettings, watched: Sequence[Path] = ()
) -> FastAPI:
    """Create the application: pages, and the API below ``/api/v1``.

    Args:
        load: Loads the stylist; called again when a watched file changes.
        settings: Settings of the server.
        watched: Files of the catalogue.

    Returns:
        An ASGI application for any server of them, such as uvicorn.

    Raises:
        FashionGraphError: If the stylist or the database cannot be loaded.

    Example:
        >>> from fashiongraph.data import split
        >>> from fashiongraph.datasets import SyntheticOutfits
        >>> from fashiongraph.evaluation import Calibration
        >>> from fashiongraph.models import Siamese
        >>> outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
        >>> model = Siamese(outfits.items.num_features)
        >>> calibration = Calibration.fit(model, split(outfits, seed=0)[2])
        >>> stylist = Stylist(model, outfits.items, outfits, calibration=calibration)
        >>> app = create_app(lambda: stylist, ServeSettings(getfixture("tmp_path")))
        >>> app.state.service.close()
    """
    service = OutfitService(load, settings, watched)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.warm_up()
        yield
        service.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.service = service
    add_problem_handlers(app)  # of a path with a line break, which no mount matches
    app.mount(API, create_api(service))
    app.mount("/", create_pages(service))
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(_Measured, metrics=service.metrics)
    return app


class _Measured:
    """ASGI middleware that counts requests and their seconds by route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_counted)
        finally:
            # The template of the path, so that no request makes a new counter.
            route = getattr(scope.get("route"), "path", None) or "other"
            self.metrics.requests.labels(scope["method"], route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - start)

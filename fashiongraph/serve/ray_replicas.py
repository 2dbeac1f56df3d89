"""Replicas of the application behind one address, with Ray Serve."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from fastapi import FastAPI

from fashiongraph.errors import FashionGraphError
from fashiongraph.optional import require
from fashiongraph.ray_session import check_processors, errors_of_tasks, ray_session
from fashiongraph.serve.database import Database
from fashiongraph.serve.settings import ServeSettings

_HANDLED_PER_QUEUED = 2  # requests of pages, which do not wait for the model, beside those that do


def serve_replicas(
    create: Callable[[], FastAPI],
    settings: ServeSettings,
    port: int,
    num_replicas: int = 2,
    address: str | None = None,
    ready: Callable[[], Any] = lambda: None,
) -> None:
    """Serve replicas of an application until the program is interrupted or terminated.

    Each replica is a process of one processor with its own model and queue. All share the database
    and the store of the settings, so that what one of them stores is in the answers of the others.
    Ray Serve listens on the address of the settings, distributes requests and starts a replica that
    died again.

    Args:
        create: Creates the application in each replica.
        settings: Settings of the application.
        port: Port to listen on.
        num_replicas: Number of replicas.
        address: A cluster, such as ``"auto"`` or ``"host:6379"``, whose machines need catalogue,
            model and store under the same paths; by default one is started on this machine and
            stopped afterwards.
        ready: Called once the replicas answer.

    Raises:
        FashionGraphError: If Ray is not installed, the cluster does not answer or has too few
            processors, the database cannot be opened or is a file for several machines, or a
            replica cannot be started.
        KeyboardInterrupt: If the program is interrupted.
    """
    database = Database(settings.database_url)
    dialect = database.engine.dialect.name
    database.close()
    if address is not None and dialect == "sqlite":
        raise FashionGraphError(
            "'database' needs a server such as postgresql+psycopg://USER@HOST/NAME for replicas on "
            f"several machines (got {settings.database_url!r})"
        )
    # Ray prints to standard output, with the names of its own tasks, that a replica has died.
    with ray_session(address) as ray, open(os.devnull, "w") as devnull, redirect_stdout(devnull):
        serve = require("ray.serve", "ray")
        logging.getLogger("ray.serve").setLevel(logging.CRITICAL)  # whose import sets another
        check_processors(ray, num_replicas, "num_replicas")
        try:
            _deploy(serve, create, settings, port, num_replicas)
            ready()
            threading.Event().wait()
        finally:
            serve.shutdown()


def _deploy(
    serve: Any,
    create: Callable[[], FastAPI],
    settings: ServeSettings,
    port: int,
    num_replicas: int,
) -> None:
    """Start the replicas and wait until they answer."""

    def build() -> FastAPI:  # Ray Serve calls what is no application
        return create()

    replica = serve.deployment(
        serve.ingress(build)(),
        name="fashiongraph",
        num_replicas=num_replicas,
        max_ongoing_requests=_HANDLED_PER_QUEUED * settings.queue,
        ray_actor_options={"num_cpus": 1},
    )
    serve.start(http_options={"host": settings.host, "port": port}, proxy_location="HeadOnly")
    try:
        with errors_of_tasks():
            serve.run(replica.bind(), name="fashiongraph", route_prefix="/")
    except RuntimeError as error:  # with the trace of a replica
        raise FashionGraphError(f"a replica cannot be started: {error}") from error

"""``fashiongraph serve``."""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.models import load_model, open_states
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import ModelOptions, States, check_states, refuse
from fashiongraph.cli.output import check_files
from fashiongraph.cli.ray_options import ENGINE_PANEL, EngineName, RayAddress, check_engine
from fashiongraph.console import print_message
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.optional import require

if TYPE_CHECKING:
    from fastapi import FastAPI

    from fashiongraph.models import OutfitModel
    from fashiongraph.serve import ServeSettings
    from fashiongraph.stylist import Stylist

TOKEN_VARIABLE = "FASHIONGRAPH_TOKEN"  # the name of a variable, no secret  # noqa: S105
_KEEP_ALIVE = 75  # seconds: longer than proxies keep a connection that they may use again
SERVER_PANEL, STORE_PANEL = "Server", "Kept data"
_NAMES = {
    "host": "--host",
    "token": "--token",
    "database": "--database",
    "items": "--features",
    "address": "--ray-address",
    "num_replicas": "--replicas",
}


@dataclass(frozen=True, kw_only=True)
class ServeOptions(ModelOptions):
    """Options of ``fashiongraph serve``."""

    states: States = None
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on. An address that other machines reach needs a token.",
            rich_help_panel=SERVER_PANEL,
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, help="Port; 0 for a free one.", rich_help_panel=SERVER_PANEL
        ),
    ] = 8000
    token: Annotated[
        str,
        typer.Option(
            envvar=TOKEN_VARIABLE,
            help="Secret that requests need, of 16 characters or more. Other users of the machine "
            f"can read it on the command line, so that the variable {TOKEN_VARIABLE} is safer.",
            rich_help_panel=SERVER_PANEL,
        ),
    ] = ""
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(
            help="Further name by which the server is reached, such as that of a proxy.",
            rich_help_panel=SERVER_PANEL,
        ),
    ] = None
    queue: Annotated[
        int,
        typer.Option(
            min=1,
            help="Largest number of requests that wait for the model; others get the status 503.",
            rich_help_panel=SERVER_PANEL,
        ),
    ] = 64
    timeout: Annotated[
        float,
        typer.Option(min=0.1, help="Seconds until a request fails.", rich_help_panel=SERVER_PANEL),
    ] = 30.0
    store: Annotated[
        Path | None,
        typer.Option(
            help="Folder of uploaded pictures and of the database; by default DATA/serve.",
            rich_help_panel=STORE_PANEL,
        ),
    ] = None
    database: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Database of saved outfits and own items, such as "
            "[b]postgresql+psycopg://user@host/name[/]; by default an SQLite file in --store.",
            rich_help_panel=STORE_PANEL,
        ),
    ] = ""
    pictures: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder outside of DATA from which pictures of the catalogue are shown.",
            rich_help_panel=STORE_PANEL,
        ),
    ] = None
    engine: EngineName = "plain"
    ray_address: RayAddress = None
    replicas: Annotated[
        int,
        typer.Option(
            min=1,
            help="With ray: processes that answer, each with a model and a processor of its own.",
            rich_help_panel=ENGINE_PANEL,
        ),
    ] = 2


def serve(options: ServeOptions) -> None:
    """Serve pages and an HTTP API on this machine: outfits, ideas, one's own items.

    Example: [b]fashiongraph serve runs/addgnn-plus/model --data my-data[/]
    """
    uvicorn = require("uvicorn", "serve")
    if not check_engine(options):
        refuse(options, ("replicas",), f"--engine {options.engine}")
    check_files(options.checkpoint, options.data, *(options.pictures or ()))
    check_states(options.states)
    from fashiongraph.serve import ServeSettings

    with option_names(_NAMES):
        settings = ServeSettings(
            store=options.store or options.data / "serve",
            host=options.host,
            token=options.token,
            database=options.database,
            picture_folders=options.pictures or (),
            allowed_hosts=options.allowed_host or (),
            queue=options.queue,
            timeout=options.timeout,
        )
    _check_store(settings.store)
    listening = _listen(options.host, options.port)
    address = listening.getsockname()
    name = f"[{address[0]}]" if ":" in address[0] else address[0]
    if options.engine == "ray":
        listening.close()
        _serve_replicas(options, settings, name, address[1])
        return
    app = _application(options, settings)
    config = uvicorn.Config(
        app,
        log_level="warning" if options.quiet else "info",
        access_log=not options.quiet,
        log_config=_log_config(),
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=10,
    )
    print_message(f"http://{name}:{address[1]} (stop with Ctrl-C)")
    uvicorn.Server(config).run(sockets=[listening])


def _application(options: ServeOptions, settings: ServeSettings) -> FastAPI:
    """The application, in this process or in a replica."""
    import torch

    from fashiongraph.serve import create_app

    # Two threads answer at once; more threads of torch than cores would wait for each other.
    torch.set_num_threads(max(1, torch.get_num_threads() // 2))
    with option_names(_NAMES):
        model = load_model(options.checkpoint, options.modules)
        return create_app(lambda: _load(options, model), settings, _watched(options))


def _serve_replicas(options: ServeOptions, settings: ServeSettings, name: str, port: int) -> None:
    """Serve replicas, after a check of what they read."""
    from fashiongraph.serve.ray_replicas import serve_replicas

    count = options.replicas
    with option_names(_NAMES):
        _load(options, load_model(options.checkpoint, options.modules))
        serve_replicas(
            lambda: _application(options, settings),
            settings,
            port,
            count,
            options.ray_address,
            lambda: print_message(f"http://{name}:{port}, {count} replicas (stop with Ctrl-C)"),
        )


def _load(options: ServeOptions, model: OutfitModel) -> Stylist:
    """The stylist over the catalogue as it is now, with the same model."""
    from fashiongraph.stylist import Stylist

    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    states = open_states(options.states, model, dataset.items)
    return Stylist(model, dataset.items, dataset.outfits, dataset.root, states=states)


def _watched(options: ServeOptions) -> list[Path]:
    """Files whose change makes another catalogue."""
    if options.form != "tables":
        return []
    from fashiongraph.datasets.io.pending_change import PENDING
    from fashiongraph.datasets.outfit_tables import find_table

    tables = [options.data / find_table(options.data, name) for name in ("items", "outfits")]
    # A pending change of a killed command, too: loading finishes it.
    return [*tables, *sorted(options.data.glob("*.npy")), options.data / PENDING]


def _check_store(store: Path) -> None:
    """Make the folder of what is kept, before any work."""
    try:
        store.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"cannot be made ({error.strerror}); --store names another", store
        ) from error
    if not os.access(store, os.W_OK):
        raise DataError("cannot be written; --store names another folder", store)


def _listen(host: str, port: int) -> socket.socket:
    """A socket on an address, taken before any work."""
    try:
        version = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host).version
    except ValueError as error:
        raise FashionGraphError(
            f"'--host' needs an address such as 127.0.0.1 (got {host!r})"
        ) from error
    listening = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # who comes early waits; a second server is refused at once
    except OSError as error:
        listening.close()
        raise FashionGraphError(
            f"'--port' needs a free port, or 0 for any ({error.strerror}; got {port})"
        ) from error
    return listening


def _log_config() -> dict[str, object]:
    """Logs on standard error: of requests their line, which HTTP allows no control character in."""
    names = ("uvicorn", "uvicorn.access", "fashiongraph.serve")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "loggers": {
            name: {"handlers": ["stderr"], "level": "INFO", "propagate": False} for name in names
        },
    }

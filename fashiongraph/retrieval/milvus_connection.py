"""Connections to Milvus."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.optional import require

TOKEN_VARIABLE = "FASHIONGRAPH_MILVUS_TOKEN"  # the name of a variable, no secret  # noqa: S105
"""Environment variable of the token of a cluster."""

TIMEOUT = 30.0
"""Seconds after which a call of Milvus fails."""

CONNECT_TIMEOUT = 10.0
"""Seconds after which a server counts as unreachable."""

_SCHEMES = ("http", "https", "tcp")


def is_milvus(place: str | Path) -> bool:
    """Whether a place is a database of Milvus rather than a folder: a URL, or a file ``….db``.

    Args:
        place: The place.

    Example:
        >>> is_milvus("shop.db"), is_milvus("http://127.0.0.1:19530"), is_milvus("states")
        (True, True, False)
    """
    return "://" in str(place) or _is_file(str(place))


def connect(uri: str, create: bool = False) -> Any:
    """Connect to Milvus.

    Args:
        uri: A file ``….db``, which Milvus Lite serves inside this process, or the URL of a server.
            The token of a server comes from the environment variable ``FASHIONGRAPH_MILVUS_TOKEN``.
        create: Whether to create a file that does not exist.

    Returns:
        A ``pymilvus.MilvusClient``.

    Raises:
        DataError: If the file does not exist, or is no database of Milvus Lite.
        FashionGraphError: If the URL is of another form, or the server cannot be reached.
    """
    milvus = require("pymilvus", "milvus")
    # pymilvus prints each error that it raises, with the stack of its calls.
    for name in ("pymilvus", "pymilvus.milvus_client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if _is_file(uri):
        require("milvus_lite", "milvus")
        _check_file(Path(uri), create)
    else:
        _check_url(uri)
    token = "" if _is_file(uri) else os.environ.get(TOKEN_VARIABLE, "")
    with reported(uri), _reasons() as reasons:
        try:
            return milvus.MilvusClient(uri, token=token, timeout=CONNECT_TIMEOUT)
        except milvus.exceptions.ConnectionConfigException as error:
            reason = "; ".join(reasons) or _message(error)
            raise FashionGraphError(f"{uri}: cannot be opened as Milvus Lite: {reason}") from error


@contextmanager
def reported(uri: str) -> Iterator[None]:
    """Context that raises the errors of Milvus as those of this library.

    Args:
        uri: The place that is read or written.

    Raises:
        FashionGraphError: If Milvus raises an error or does not answer in time.
    """
    milvus, grpc = require("pymilvus", "milvus"), require("grpc", "milvus")
    try:
        yield
    except (milvus.MilvusException, grpc.RpcError, grpc.FutureTimeoutError, ValueError) as error:
        if isinstance(error, FashionGraphError):
            raise
        raise FashionGraphError(f"{uri}: error of Milvus: {_message(error)}") from error


@contextmanager
def _reasons() -> Iterator[list[str]]:
    """Errors that Milvus Lite writes to its log, in place of raising them."""
    found: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and record.exc_info[1]:
                found.append(str(record.exc_info[1]))

    handler, logger = Collect(), logging.getLogger("milvus_lite")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)


def _message(error: BaseException) -> str:
    return " ".join(str(getattr(error, "message", "") or error or type(error).__name__).split())


def _is_file(uri: str) -> bool:
    return "://" not in uri and uri.endswith(".db")


def _check_file(path: Path, create: bool) -> None:
    if not path.exists():
        if not create:
            raise DataError("does not exist", path)
        if not path.absolute().parent.is_dir():
            raise DataError("cannot be made: its folder does not exist", path)
    elif not (path / "collections").is_dir() and not (path.is_dir() and not any(path.iterdir())):
        raise DataError("exists and is no database of Milvus Lite 3", path)


def _check_url(uri: str) -> None:
    try:
        parts = urlsplit(uri)
        usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of a port or an address
        usable = False
    if "@" in uri:  # not shown, since it may hold a password
        raise FashionGraphError(
            f"the URL of Milvus needs to be without user and password; the environment variable "
            f"{TOKEN_VARIABLE} holds them as user:password"
        )
    if not usable:
        raise FashionGraphError(
            f"Milvus needs a file such as shop.db, or a URL such as http://127.0.0.1:19530 with "
            f"one of {', '.join(_SCHEMES)} (got {uri!r})"
        )

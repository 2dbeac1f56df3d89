"""Sessions of Ray on this machine or on a cluster."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from types import FrameType
from typing import Any

import torch

from fashiongraph.console import print_message
from fashiongraph.errors import FashionGraphError
from fashiongraph.optional import require

_AUTH = ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
_LOGGERS = ("ray", "ray.data", "ray.train")


@contextmanager
def ray_session(address: str | None = None) -> Iterator[Any]:
    """Context manager of a session of Ray without its logs, progress bars and reports of use.

    Without an address a cluster is started on this machine, and stopped afterwards. Its services
    listen on 127.0.0.1 alone and need a token, which is random unless the variables of Ray set one
    (``RAY_AUTH_MODE``, ``RAY_AUTH_TOKEN``). Ray reads its addresses when it is imported: if that
    was before, its services listen on all interfaces, behind the token, with a message.

    An open session of Ray is used instead and stays open.

    Args:
        address: A cluster, such as ``"auto"`` or ``"host:6379"``.

    Yields:
        The module ``ray``.

    Raises:
        FashionGraphError: If Ray is not installed, or the cluster does not answer.

    Example:
        >>> with ray_session() as ray:  # doctest: +SKIP
        ...     ray.get(ray.put(1))
        1
    """
    with ExitStack() as stack:
        imported = "ray" in sys.modules
        stack.enter_context(_environment(_variables(address)))
        ray, ray_data = require("ray", "ray"), require("ray.data", "ray")
        if not ray.is_initialized():
            handler = signal.getsignal(signal.SIGTERM)
            _connect(ray, address)
            stack.enter_context(_sigterm(handler))
            stack.callback(ray.shutdown)
            if address is None and imported and ray.util.get_node_ip_address() != "127.0.0.1":
                print_message(
                    "Ray was imported before its session: its services listen on all interfaces, "
                    "and need a token"
                )
        stack.enter_context(_settings(ray_data.DataContext.get_current()))
        yield ray


@contextmanager
def errors_of_tasks() -> Iterator[None]:
    """Context manager that raises errors of the library in other processes as they were there.

    Ray puts them into errors of its own, with the traces of its processes.

    Example:
        >>> from fashiongraph.errors import DataError
        >>> try:
        ...     with errors_of_tasks():
        ...         raise RuntimeError("in a task") from DataError("needs a row", "items.csv")
        ... except DataError as error:
        ...     print(error)
        items.csv: needs a row
    """
    try:
        yield
    except Exception as error:
        found = _inner_error(error)
        if found is None or found is error:
            raise
        raise found from None


def _inner_error(error: Any) -> FashionGraphError | None:
    """The error of this library in an error of Ray, or :obj:`None`."""
    if not isinstance(error, BaseException):
        return None
    # Ray makes a class of its error and the cause, which is another kind of the latter.
    failures = getattr(error, "worker_failures", {}).values()  # of Ray Train
    for one in (getattr(error, "cause", None), *failures, *error.args, error.__cause__):
        found = _inner_error(one)
        if found is not None:
            return found
    return error if isinstance(error, FashionGraphError) else None


def check_processors(ray: Any, count: int, argument: str, kind: str = "CPU") -> None:
    """Check that a cluster has a processor for each process; Ray would wait for one forever.

    Args:
        ray: The module of an open session.
        count: Number of processes.
        argument: The argument that sets it, for the error.
        kind: ``"CPU"`` or ``"GPU"``.

    Raises:
        FashionGraphError: If there are fewer.
    """
    available = int(ray.cluster_resources().get(kind, 0))
    if count > available:
        raise FashionGraphError(
            f"'{argument}' needs at most the {available} {kind}s of the cluster (got {count})"
        )


def _variables(address: str | None) -> dict[str, str]:
    """Variables of the environment of a session, which its processes inherit."""
    variables = {"RAY_USAGE_STATS_ENABLED": "0"}  # else Ray reports its use over the network
    if address is not None:
        variables["RAY_BACKEND_LOG_LEVEL"] = "error"  # not a line a second while it does not answer
        return variables
    # With the switch of the systems whose firewalls ask, a node has the address 127.0.0.1.
    variables["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    if sys.platform == "linux":
        variables["GLOO_SOCKET_IFNAME"] = "lo"  # of the processes of a training
    # Ray would write a token to the home folder, where all users of the machine can read it.
    if not any(name in os.environ for name in _AUTH):
        variables["RAY_AUTH_TOKEN"] = session_token()
    return variables


@cache  # Ray reads the token once in a process
def session_token() -> str:
    """Token of the sessions that this process starts."""
    return secrets.token_hex(32)


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Context manager with variables of the environment, which restores the former ones."""
    # Ray sets the mode when it starts a cluster.
    before = {name: os.environ.get(name) for name in (*variables, *_AUTH)}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _sigterm(handler: Any) -> Iterator[None]:
    """Context manager in which SIGTERM ends the program in order, and which restores its handler.

    That of Ray prints a trace and aborts.

    Args:
        handler: The handler before the session; None is one that was not set from Python.
    """
    if handler is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, handler if callable(handler) else _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@contextmanager
def _settings(context: Any) -> Iterator[None]:
    """Context manager with settings of Ray Data, and without log lines of Ray."""
    options, loggers = context.execution_options, [logging.getLogger(name) for name in _LOGGERS]
    before = (context.enable_progress_bars, context.raise_original_map_exception)
    ordered, levels = options.preserve_order, [logger.level for logger in loggers]
    context.enable_progress_bars, context.raise_original_map_exception = False, True
    options.preserve_order = True
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        context.enable_progress_bars, context.raise_original_map_exception = before
        options.preserve_order = ordered
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _connect(ray: Any, address: str | None) -> None:
    """Start a cluster on this machine, or connect to one."""
    local: dict[str, Any] = {"include_dashboard": False}
    if not torch.cuda.is_available():
        local["num_gpus"] = 0  # Ray counts a GPU that this build of torch cannot use
    try:
        _check_answers(address)
        ray.init(
            address or "local",
            logging_level=logging.ERROR,
            log_to_driver=False,
            **(local if address is None else {}),
        )
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise FashionGraphError(
            "'address' needs to be a Ray cluster that answers, and RAY_AUTH_TOKEN its token if it "
            f"has one (got {address!r}: {error})"
        ) from error


def _check_answers(address: str | None) -> None:
    """Raise an OSError if no machine listens; Ray would retry for minutes."""
    host, _, port = (address or "").rpartition(":")
    if port.isdigit() and "/" not in host:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()

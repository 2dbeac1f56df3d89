"""Errors of the API as problem details (RFC 9457)."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.model_queue import QueueFullError

MEDIA_TYPE = "application/problem+json"
LOG = logging.getLogger("fashiongraph.serve")

# 'argument' needs rule (got value): the form of all our errors.
_FORM = re.compile(r"'(?P<field>\w+)' needs (?P<rule>.*?)(?: \(got (?P<value>.*)\))?", re.DOTALL)
_RETRY_AFTER = {"Retry-After": "1"}


class ProblemError(Exception):
    """An error with a status of HTTP.

    Args:
        status: The status.
        detail: What is wrong.
    """

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status


ERRORS = (
    FashionGraphError,
    RequestValidationError,
    QueueFullError,
    TimeoutError,
    ProblemError,
    HTTPException,
    Exception,
)
"""Errors that a request may end in."""


def problem(status: HTTPStatus, detail: str, **members: Any) -> dict[str, Any]:
    """Problem details.

    Args:
        status: The status of HTTP.
        detail: What is wrong.
        **members: Further members.
    """
    return {"title": status.phrase, "status": int(status), "detail": detail, **members}


def of_error(error: FashionGraphError) -> dict[str, Any]:
    """Problem details of an error, with ``field``, ``rule`` and ``value`` where it names them.

    Args:
        error: The error.

    Example:
        >>> found = of_error(FashionGraphError("'k' needs to be a positive integer (got -1)"))
        >>> found["field"], found["rule"], found["value"]
        ('k', 'to be a positive integer', '-1')
    """
    found = _FORM.fullmatch(str(error))
    members = {} if found is None else {k: v for k, v in found.groupdict().items() if v is not None}
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), **members)


def status_and_problem(error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    """Problem details of any error that a request may end in, and headers of the answer.

    Args:
        error: The error.
    """
    if isinstance(error, FashionGraphError):
        return of_error(error), {}
    if isinstance(error, RequestValidationError):
        errors = [
            {
                "field": ".".join(map(str, one["loc"][1:])) or str(one["loc"][0]),
                "rule": one["msg"],
                "value": _short(one.get("input")),
            }
            for one in error.errors()
        ]
        first = errors[0]
        detail = f"'{first['field']}': {first['rule']} (got {first['value']})"
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=errors), {}
    if isinstance(error, QueueFullError):
        detail = "The queue of the model is full. Try again in a second."
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail), _RETRY_AFTER
    if isinstance(error, TimeoutError):
        detail = "The model took longer than the time limit. Try again, or ask for less."
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail), _RETRY_AFTER
    if isinstance(error, ProblemError):
        return problem(error.status, str(error)), {}
    if isinstance(error, HTTPException):
        return problem(HTTPStatus(error.status_code), str(error.detail)), dict(error.headers or {})
    detail = "An error in the server. Its log has the details."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail), {}


def add_problem_handlers(app: FastAPI) -> None:
    """Answer errors with problem details.

    Args:
        app: The application of the API.
    """

    async def answer(request: Request, error: Exception) -> Response:
        found, headers = status_and_problem(error)
        if found["status"] == HTTPStatus.INTERNAL_SERVER_ERROR:
            LOG.error("%s %r failed", request.method, request.url.path, exc_info=error)
        return JSONResponse(found, found["status"], headers, MEDIA_TYPE)

    for kind in ERRORS:
        app.add_exception_handler(kind, answer)


def _short(value: Any) -> str:
    """A value as text of bounded length."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}…"

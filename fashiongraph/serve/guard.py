"""Checks of every request, and headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import suppress
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fashiongraph.serve.problems import MEDIA_TYPE, problem
from fashiongraph.serve.settings import LOOPBACK, ServeSettings

TOKEN_COOKIE = "fashiongraph_token"  # noqa: S105
SMALL_BODY, LARGE_BODY = 2**20, 24 * 2**20  # bytes; the larger one where pictures are sent

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_OPEN_PATHS = ("/login", "/api/v1/health")
_OPEN_FOLDER = "/static/"  # of the package: nothing of a user's
_PICTURE_PATHS = ("/api/v1/items", "/my-items")
_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Guard:
    """ASGI middleware that refuses requests of other sites, without a token, or of too many bytes.

    - The name in ``Host`` is one by which the server is reached, so that no other name can be
      pointed at it (DNS rebinding).
    - A request that changes something comes from a page of the server, or from a program.
    - With a token, a request has it in ``Authorization: Bearer`` or in the cookie of ``/login``.
    - Answers forbid scripts and pictures from elsewhere, and frames.

    Args:
        app: The application.
        settings: Settings of the server.
    """

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self.app = app
        self.token = settings.token
        # Behind the token any name may be used: no other site has the token.
        self.hosts = () if settings.token else (*LOOPBACK, *settings.allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = LARGE_BODY if scope["path"].startswith(_PICTURE_PATHS) else SMALL_BODY
        body = _LimitedBody(receive, limit)
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                _add_headers(MutableHeaders(raw=message["headers"]))
                started = True
            await send(message)

        async def send_unless_too_large(message: Message) -> None:
            if started or not body.is_too_large:
                await send_guarded(message)

        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _refuse(scope, refusal, send_guarded)
            return
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            await _refuse(scope, _too_large(limit), send_guarded)
            return
        with suppress(BodyTooLargeError):
            await self.app(scope, body, send_unless_too_large)
        if body.is_too_large and not started:  # whatever the application made of it
            await _refuse(scope, _too_large(limit), send_guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[HTTPStatus, str] | None:
        host = headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or ""
        if self.hosts and name not in self.hosts:
            known = ", ".join(self.hosts)
            return HTTPStatus.MISDIRECTED_REQUEST, (
                f"'Host' needs to be one of {known} (got {name!r}); --allowed-host adds a name"
            )
        if scope["method"] not in _SAFE_METHODS and not _same_site(headers, host):
            return HTTPStatus.FORBIDDEN, "The request comes from a page of another site."
        path = scope["path"]
        is_open = path in _OPEN_PATHS or path.startswith(_OPEN_FOLDER)
        if self.token and not is_open and not self._has_token(headers):
            return HTTPStatus.UNAUTHORIZED, (
                "The server needs its token, as 'Authorization: Bearer TOKEN' or by /login."
            )
        return None

    def _has_token(self, headers: Headers) -> bool:
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and equal_secrets(given.strip(), self.token):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(TOKEN_COOKIE)
        except CookieError:
            return False
        return cookie is not None and equal_secrets(cookie.value, token_cookie(self.token))


class BodyTooLargeError(Exception):
    """A request has sent more bytes than it may."""


class _LimitedBody:
    """Body of a request, of bounded length."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive = receive
        self.left = limit

    @property
    def is_too_large(self) -> bool:
        """Whether more was sent than may be."""
        return self.left < 0

    async def __call__(self) -> Message:
        """The next part."""
        message = await self.receive()
        self.left -= len(message.get("body", b""))
        if self.is_too_large:
            raise BodyTooLargeError
        return message


def token_cookie(token: str) -> str:
    """Value of the cookie of a token, from which the token cannot be found.

    Args:
        token: The token.
    """
    return hmac.new(token.encode(), b"cookie", hashlib.sha256).hexdigest()


def equal_secrets(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not depend on where they differ.

    Args:
        one: A secret.
        other: Another one.
    """
    return hmac.compare_digest(one.encode(), other.encode())


def _same_site(headers: Headers, host: str) -> bool:
    """Whether a request comes from a page of this server, or from no browser."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host


def _add_headers(headers: MutableHeaders) -> None:
    headers["Content-Security-Policy"] = _POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers.setdefault("Cache-Control", "no-store")


def _too_large(limit: int) -> tuple[HTTPStatus, str]:
    return (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The body needs at most {limit // 2**20} MiB.",
    )


async def _refuse(scope: Scope, refusal: tuple[HTTPStatus, str], send: Send) -> None:
    status, detail = refusal
    headers = [(b"content-type", MEDIA_TYPE.encode())]
    body = json.dumps(problem(status, detail)).encode()
    if status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
        if scope["method"] == "GET" and not scope["path"].startswith("/api/"):
            status, body = HTTPStatus.SEE_OTHER, b""
            headers = [(b"location", b"/login")]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""Page that asks for the token."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fashiongraph.serve.guard import TOKEN_COOKIE, equal_secrets, token_cookie
from fashiongraph.serve.pages.rendering import check_form, page, see
from fashiongraph.serve.service import service_of

router = APIRouter(prefix="/login")


@router.get("")
def login_page(request: Request) -> Response:
    """Form for the token."""
    return page(request, "login.html.jinja", error="")


@router.post("")
async def login(request: Request) -> Response:
    """Keep the token in a cookie of the browser."""
    async with request.form(max_files=0, max_fields=5) as form:
        check_form(request, form)
    token = service_of(request).settings.token
    if not token or not equal_secrets(str(form.get("token", "")).strip(), token):
        return page(
            request,
            "login.html.jinja",
            HTTPStatus.UNAUTHORIZED,
            error="This is not the token of the server.",
        )
    answer = see("/outfit")
    answer.set_cookie(
        TOKEN_COOKIE,
        token_cookie(token),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer

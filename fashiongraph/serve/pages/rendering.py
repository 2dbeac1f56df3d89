"""Rendering of pages."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pandas as pd
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import FormData
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.guard import equal_secrets
from fashiongraph.stylist import Stylist

CSRF_COOKIE = "fashiongraph_csrf"
_FACTS = 3  # further columns below a picture
_NO_FACT = ("image", "title", "url", "description")

# Titles, names and conditions are untrusted text: every value is escaped.
_TEMPLATES = Environment(
    loader=PackageLoader("fashiongraph.serve"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class ItemCard:
    """Item on a page.

    Args:
        item_id: Identifier.
        name: Title, or category and identifier.
        category: Category; empty if unknown.
        facts: Price and other columns as text.
        picture: Address of its picture, or :obj:`None`.
        url: Page of the item elsewhere, from the column ``url``; empty without one.
    """

    item_id: str
    name: str
    category: str
    facts: Sequence[str]
    picture: str | None
    url: str


def item_cards(stylist: Stylist, rows: Tensor) -> list[ItemCard]:
    """Cards of items.

    Args:
        stylist: The stylist over them.
        rows: Their rows.
    """
    items = stylist.catalogue.items
    columns = items.columns.iloc[rows.numpy()] if items.columns.shape[1] else pd.DataFrame()
    shown = [name for name in columns if name not in _NO_FACT and name != "category"]
    shown.sort(key=lambda name: name != "price")
    records = columns.to_dict("records") if len(columns) else [{} for _ in range(len(rows))]
    found = []
    for row, category, record in zip(
        rows.tolist(), stylist.catalogue.categories(rows), records, strict=True
    ):
        item_id = str(items.ids[row])
        facts = [f"{name} {_text(record[name])}" for name in shown if not pd.isna(record[name])]
        picture, url = record.get("image"), record.get("url")
        has_picture = isinstance(picture, str) and bool(picture)
        link = url if isinstance(url, str) and url.startswith(("https://", "http://")) else ""
        found.append(
            ItemCard(
                item_id,
                stylist.catalogue.name(row),
                category,
                facts[:_FACTS],
                f"/pictures/{quote(item_id, safe='')}" if has_picture else None,
                link,
            )
        )
    return found


def cards_of(stylist: Stylist, ids: Sequence[str]) -> list[ItemCard]:
    """Cards of items by their identifiers; of one that is not there any more, a card without facts.

    Args:
        stylist: The stylist.
        ids: The identifiers.
    """
    place = stylist.catalogue.items.find(ids)
    cards = iter(item_cards(stylist, place[place >= 0]))
    return [
        next(cards) if at >= 0 else ItemCard(one, f"{one} (removed)", "", [], None, "")
        for one, at in zip(ids, place.tolist(), strict=True)
    ]


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Render a page.

    Args:
        request: The request.
        template: Name of the template.
        status: Status of HTTP.
        **values: Values for it.
    """
    token = request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(32)
    values |= {"csrf": token, "path": request.url.path}
    text = _TEMPLATES.get_template(template).render(values)
    answer = HTMLResponse(text, status)
    if CSRF_COOKIE not in request.cookies:
        answer.set_cookie(
            CSRF_COOKIE,
            token,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return answer


def check_form(request: Request, form: FormData) -> None:
    """Check that a form was filled in on a page of this server.

    Args:
        request: The request.
        form: Its form.

    Raises:
        FashionGraphError: If its token is not that of the cookie.
    """
    cookie, given = request.cookies.get(CSRF_COOKIE, ""), str(form.get("csrf", ""))
    if not cookie or not equal_secrets(cookie, given):
        raise FashionGraphError("'csrf' needs the token of the page; load the page again")


def see(path: str) -> Response:
    """Answer to a form: go to a page.

    Args:
        path: The page, on this server.
    """
    return RedirectResponse(path, 303)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return str(value)[:60]

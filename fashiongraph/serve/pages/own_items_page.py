"""Page of a person's own items."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.item_search import ColumnFilter
from fashiongraph.serve.pages.rendering import cards_of, check_form, page, see
from fashiongraph.serve.problems import ProblemError
from fashiongraph.serve.service import OutfitService, service_of

router = APIRouter(prefix="/my-items")
_MOST_FILES = 20


@router.get("")
def own_items_page(request: Request) -> Response:
    """Own items, and a form to add photographs."""
    return _page(request)


@router.post("")
async def add_items(request: Request) -> Response:
    """Add an item for each uploaded photograph."""
    async with request.form(max_files=_MOST_FILES, max_fields=50) as form:
        check_form(request, form)
        files = [one for one in form.getlist("picture") if isinstance(one, UploadFile)]
        pictures = [await one.read() for one in files if one.filename]
        service = service_of(request)
        columns = service.search.filters
        try:
            await run_in_threadpool(_add, service, form, columns, pictures)
        except FashionGraphError as error:
            return await run_in_threadpool(_page, request, str(error))
    return see("/my-items")


@router.post("/{item_id}")
async def change_item(request: Request, item_id: str) -> Response:
    """Change an own item, or delete it."""
    async with request.form(max_files=0, max_fields=50) as form:
        check_form(request, form)
    service = service_of(request)
    if form.get("delete"):
        done = await run_in_threadpool(service.own.remove, item_id)
    else:
        values: dict[str, str | None] = {
            column.name: _field(form, f"f_{column.name}") or None
            for column in service.search.filters
        }
        try:
            done = await run_in_threadpool(
                service.editor.change,
                item_id,
                _field(form, "category"),
                _field(form, "title"),
                values,
            )
        except FashionGraphError as error:
            return await run_in_threadpool(_page, request, str(error))
    if not done:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"There is no own item {item_id!r}.")
    return see("/my-items")


def _add(
    service: OutfitService, form: FormData, columns: list[ColumnFilter], pictures: list[bytes]
) -> None:
    values = {
        column.name: _field(form, f"f_{column.name}")
        for column in columns
        if _field(form, f"f_{column.name}")
    }
    category, title = _field(form, "category"), _field(form, "title")
    if not pictures:
        if service.editor.encoder is None or service.editor.encoder.reads_pictures:
            raise FashionGraphError("'picture' needs a photograph (got none)")
        service.editor.add(category, title, values)
    for picture in pictures:
        service.editor.add(category, title, values, picture)


def _page(request: Request, error: str = "") -> Response:
    service = service_of(request)
    stylist = service.current()
    records = service.own.all()
    cards = cards_of(stylist, [one.item_id for one in records])
    shown: list[tuple[Any, Any]] = list(zip(records, cards, strict=True))
    return page(
        request,
        "own_items.html.jinja",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        items=shown[::-1],
        error=error,
        categories=stylist.catalogue.items.categories,
        columns=service.search.filters,
        no_encoder=service.editor.no_encoder,
    )


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""

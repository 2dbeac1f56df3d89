"""Routes of items."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from fashiongraph.data.item_table import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.serve.api import schemas
from fashiongraph.serve.problems import ProblemError
from fashiongraph.serve.service import service_of
from fashiongraph.serve.thumbnails import thumbnail

router = APIRouter(prefix="/items", tags=["items"])
Offset = Annotated[int, Query(ge=0, le=10**9)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("")
def find_items(
    request: Request,
    text: Annotated[str, Query(max_length=200, description="Words of the items.")] = "",
    category: Annotated[str, Query(max_length=200)] = "",
    where: Annotated[list[schemas.Condition], Query(max_length=20)] = [],  # noqa: B006
    unless: Annotated[list[schemas.Condition], Query(max_length=20)] = [],  # noqa: B006
    offset: Offset = 0,
    limit: Limit = 50,
) -> schemas.ItemPage:
    """List or search items by words, category and conditions."""
    search = service_of(request).search
    rows = search.find(text, category, where, unless)
    shown = rows[offset : offset + limit].tolist()
    return schemas.ItemPage(total=len(rows), items=[_item(search.items, row) for row in shown])


@router.post("", status_code=HTTPStatus.CREATED)
def add_item(request: Request, item: schemas.NewItem) -> schemas.Item:
    """Add an own item; it joins all answers at once."""
    service = service_of(request)
    picture = None if item.picture is None else _decoded(item.picture)
    item_id = service.editor.add(item.category, item.title, item.columns, picture, item.features)
    return _found(request, item_id)


@router.get("/{item_id}")
def get_item(request: Request, item_id: str) -> schemas.Item:
    """An item."""
    return _found(request, item_id)


@router.patch("/{item_id}")
def change_item(request: Request, item_id: str, change: schemas.ItemChange) -> schemas.Item:
    """Change an own item."""
    service = service_of(request)
    if not service.editor.change(item_id, change.category, change.title, change.columns):
        raise _unknown(item_id)
    return _found(request, item_id)


@router.delete("/{item_id}", status_code=HTTPStatus.NO_CONTENT)
def remove_item(request: Request, item_id: str) -> None:
    """Remove an own item."""
    if not service_of(request).own.remove(item_id):
        raise _unknown(item_id)


@router.get(
    "/{item_id}/picture", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}}
)
def get_picture(request: Request, item_id: str) -> Response:
    """A small picture of an item."""
    data = thumbnail(service_of(request).picture_file(item_id))
    if data is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"The item {item_id!r} has no picture to show.")
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=60"})


def _item(items: ItemTable, row: int) -> schemas.Item:
    record = items.columns.iloc[row].to_dict() if items.columns.shape[1] else {}
    columns = {
        str(name): _json(value)
        for name, value in record.items()
        if name not in ("title", "image") and not pd.isna(value)
    }
    title = record.get("title")
    names = [*items.categories, ""]  # -1 is no category
    item_id = str(items.ids[row])
    return schemas.Item(
        item_id=item_id,
        category=names[int(items.category_id[row])],
        title=title if isinstance(title, str) else "",
        own=item_id.startswith("own-"),
        has_picture=isinstance(record.get("image"), str) and bool(record["image"]),
        columns=columns,
    )


def _found(request: Request, item_id: str) -> schemas.Item:
    items = service_of(request).items
    row = int(items.find([item_id]))
    if row < 0:
        raise _unknown(item_id)
    return _item(items, row)


def _unknown(item_id: str) -> ProblemError:
    return ProblemError(HTTPStatus.NOT_FOUND, f"There is no such item {item_id!r} to be had here.")


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise FashionGraphError(f"'picture' needs base64 ({error})") from error


def _json(value: Any) -> Any:
    """A value of a column as JSON."""
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value

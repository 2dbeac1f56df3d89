"""Routes of saved outfits."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from fashiongraph.serve.api import schemas
from fashiongraph.serve.problems import ProblemError
from fashiongraph.serve.saved_outfits import OutfitRecord
from fashiongraph.serve.service import service_of

router = APIRouter(prefix="/outfits", tags=["outfits"])
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("")
def saved_outfits(request: Request) -> list[schemas.Outfit]:
    """All saved outfits, the last one first."""
    return [_outfit(one) for one in service_of(request).saved.all()]


@router.get(".csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def saved_as_csv(request: Request) -> Response:
    """All saved outfits as ``outfits.csv``."""
    return Response(service_of(request).saved.as_csv(), media_type="text/csv; charset=utf-8")


@router.post("", status_code=HTTPStatus.CREATED)
def save_outfit(request: Request, outfit: schemas.NewOutfit) -> schemas.Outfit:
    """Save an outfit."""
    service = service_of(request)
    service.current().catalogue.rows(outfit.items)  # known and different items
    return _found(request, service.saved.add(outfit.name, outfit.items))


@router.get("/{number}")
def get_outfit(request: Request, number: Number) -> schemas.Outfit:
    """A saved outfit."""
    return _found(request, number)


@router.put("/{number}")
def change_outfit(request: Request, number: Number, outfit: schemas.NewOutfit) -> schemas.Outfit:
    """Change a saved outfit."""
    service = service_of(request)
    service.current().catalogue.rows(outfit.items)
    if not service.saved.change(number, outfit.name, outfit.items):
        raise _unknown(number)
    return _found(request, number)


@router.delete("/{number}", status_code=HTTPStatus.NO_CONTENT)
def remove_outfit(request: Request, number: Number) -> None:
    """Remove a saved outfit."""
    if not service_of(request).saved.remove(number):
        raise _unknown(number)


def _found(request: Request, number: int) -> schemas.Outfit:
    one = service_of(request).saved.get(number)
    if one is None:
        raise _unknown(number)
    return _outfit(one)


def _outfit(one: OutfitRecord) -> schemas.Outfit:
    return schemas.Outfit(
        id=one.id, name=one.name, items=list(one.items), created=one.created.isoformat()
    )


def _unknown(number: int) -> ProblemError:
    return ProblemError(HTTPStatus.NOT_FOUND, f"There is no saved outfit {number}.")

"""Pages of saved outfits."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from fashiongraph.serve.pages.outfit_page import verdict
from fashiongraph.serve.pages.outfit_query import OutfitQuery
from fashiongraph.serve.pages.rendering import cards_of, check_form, page, see
from fashiongraph.serve.problems import ProblemError
from fashiongraph.serve.saved_outfits import OutfitRecord
from fashiongraph.serve.service import service_of
from fashiongraph.stylist import Stylist

router = APIRouter(prefix="/saved")


@router.get("")
async def saved_page(request: Request) -> Response:
    """All saved outfits with their scores."""
    service = service_of(request)
    records = await run_in_threadpool(service.saved.all)

    def answer(stylist: Stylist) -> list[tuple[OutfitRecord, Any, float | None, str]]:
        known = [one for one in records if _is_known(stylist, one)]
        frame = stylist.score([one.items for one in known]).frame
        scores = dict(zip((one.id for one in known), frame["score"].tolist(), strict=True))
        return [
            (one, cards_of(stylist, one.items), scores.get(one.id), _link(one)) for one in records
        ]

    return page(request, "saved.html.jinja", outfits=await service.ask(answer))


@router.post("")
async def save(request: Request) -> Response:
    """Save an outfit."""
    async with request.form(max_files=0, max_fields=50) as form:
        check_form(request, form)
    service = service_of(request)
    items = [one for one in form.getlist("item") if isinstance(one, str)]

    def add() -> int:
        service.current().catalogue.rows(items)  # known and different items
        return service.saved.add(str(form.get("name", "")), items)

    number = await run_in_threadpool(add)
    return see(f"/saved#outfit-{number}")


@router.get("/outfits.csv")
def as_csv(request: Request) -> Response:
    """All saved outfits as ``outfits.csv``."""
    return Response(
        service_of(request).saved.as_csv(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="outfits.csv"'},
    )


@router.get("/{number}")
async def report(request: Request, number: int) -> Response:
    """Report of a saved outfit, to print."""
    service = service_of(request)
    one = await run_in_threadpool(service.saved.get, number)
    if one is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, f"There is no saved outfit {number}.")

    def answer(stylist: Stylist) -> dict[str, Any]:
        known = _is_known(stylist, one)
        return {
            "cards": cards_of(stylist, one.items),
            "verdict": verdict(stylist, tuple(one.items)) if known else None,
        }

    return page(
        request,
        "report.html.jinja",
        outfit=one,
        link=_link(one),
        protocol=service.base.catalogue.calibration.protocol.replace("_", " "),
        **await service.ask(answer),
    )


@router.post("/{number}")
async def change(request: Request, number: int) -> Response:
    """Rename a saved outfit, or delete it."""
    async with request.form(max_files=0, max_fields=50) as form:
        check_form(request, form)
    saved = service_of(request).saved

    def apply() -> bool:
        if form.get("delete"):
            return saved.remove(number)
        one = saved.get(number)
        return one is not None and saved.change(number, str(form.get("name", "")), one.items)

    if not await run_in_threadpool(apply):
        raise ProblemError(HTTPStatus.NOT_FOUND, f"There is no saved outfit {number}.")
    return see("/saved")


def _is_known(stylist: Stylist, outfit: OutfitRecord) -> bool:
    """Whether all items of an outfit are still there."""
    return bool((stylist.catalogue.items.find(outfit.items) >= 0).all())


def _link(outfit: OutfitRecord) -> str:
    return OutfitQuery(tuple(outfit.items)).url()

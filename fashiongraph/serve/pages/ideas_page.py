"""Page of whole outfits and capsule wardrobes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from fashiongraph.serve.pages.outfit_query import Filters, OutfitQuery
from fashiongraph.serve.pages.rendering import cards_of, item_cards, page
from fashiongraph.serve.service import service_of
from fashiongraph.stylist import Answer, Stylist

router = APIRouter()
_SUMMED = ("price", "cost", "weight")  # columns whose sum over an outfit means something
Number = Annotated[int, Query(ge=1, le=20)]


@router.get("/ideas")
async def ideas_page(
    request: Request,
    kind: Annotated[str, Query(pattern="^(outfits|capsule|)$")] = "",
    n: Number = 3,
    size: Annotated[int, Query(ge=2, le=30)] = 10,
    once: bool = False,
) -> Response:
    """Compose outfits from some items or from nothing, or choose a capsule wardrobe."""
    service = service_of(request)
    query = OutfitQuery.of(request.query_params)
    search = await run_in_threadpool(lambda: service.search)
    columns = search.filters
    where = query.filters.conditions(columns)
    if query.filters.category:
        where.append(f"category = {query.filters.category}")
    budgets = {
        column.name: request.query_params.get(f"total_{column.name}", "")
        for column in columns
        if column.name in _SUMMED
    }
    bounds = [f"total {name} <= {value}" for name, value in budgets.items() if value]

    def answer(stylist: Stylist) -> dict[str, Any]:
        stylist.catalogue.rows(query.items)
        if kind == "outfits":
            found = stylist.compose(query.items, n, where=where, once=once, budget=bounds)
        elif kind == "capsule":
            found = stylist.capsule(size, where)
        else:
            return {"seed": cards_of(stylist, query.items), "answer": None}
        return {"seed": cards_of(stylist, query.items), "answer": _shown(stylist, found)}

    values = await service.ask(answer, slow=bool(kind))
    return page(
        request,
        "ideas.html.jinja",
        query=query,
        columns=columns,
        kind=kind,
        n=n,
        size=size,
        once=once,
        budgets=budgets,
        link=lambda items: OutfitQuery(tuple(items), Filters(values=query.filters.values)).url(),
        **values,
    )


def _shown(stylist: Stylist, answer: Answer) -> dict[str, Any]:
    """The sentence, the outfits with their scores, and the items of a capsule wardrobe."""
    scores = stylist.score(answer.outfits).frame["score"].tolist() if answer.outfits else []
    outfits = [
        (list(outfit), cards_of(stylist, outfit), score)
        for outfit, score in zip(answer.outfits, scores, strict=True)
    ]
    items = []
    if "item_id" in answer.frame:
        rows = stylist.catalogue.items.rows(answer.frame["item_id"].tolist())
        items = list(zip(item_cards(stylist, rows), answer.frame["outfits"].tolist(), strict=True))
    return {"sentence": answer.sentence, "outfits": outfits[:20], "items": items}

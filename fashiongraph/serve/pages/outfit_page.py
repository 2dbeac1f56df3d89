"""Page of an outfit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from fashiongraph.serve.pages.outfit_query import OutfitQuery
from fashiongraph.serve.pages.rendering import ItemCard, item_cards, page, see
from fashiongraph.serve.service import service_of
from fashiongraph.stylist import Answer, Stylist

router = APIRouter()
_PAGE = 24  # items of the grid
_STAND_INS = 6
_SLOTS = 10
_DIVERSITY = 0.2


@dataclass(frozen=True, eq=False)
class Verdict:
    """Score and explanation of an outfit.

    Args:
        score: Row of :meth:`Stylist.score`.
        explanation: Answer of :meth:`Stylist.explain`; :obj:`None` for one item.
    """

    score: pd.Series[Any]
    explanation: Answer | None

    def fits(self) -> dict[str, dict[str, Any]]:
        """Row of the explanation of each item by its identifier."""
        if self.explanation is None:
            return {}
        frame = self.explanation.frame
        return {row["item_id"]: row for row in records(frame)}

    def pairs(self) -> list[dict[str, Any]]:
        """Scores of pairs, lowest first."""
        if self.explanation is None or "pairs" not in self.explanation.terms:
            return []
        return records(self.explanation.terms["pairs"])


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


@router.get("/")
def start() -> Response:
    """The first page."""
    return see("/outfit")


@router.get("/outfit")
async def outfit_page(request: Request) -> Response:
    """Page of an outfit: pick items, see the score, swap and complete."""
    service = service_of(request)
    query = OutfitQuery.of(request.query_params)
    search = await run_in_threadpool(lambda: service.search)
    columns = search.filters
    where = query.filters.conditions(columns)
    found = await run_in_threadpool(search.find, query.filters.text, query.filters.category, where)

    def answer(stylist: Stylist) -> dict[str, Any]:
        return _answers(stylist, query, where, found)

    values = await service.ask(answer)
    return page(
        request,
        "outfit.html.jinja",
        query=query,
        columns=columns,
        categories=search.items.categories,
        total=len(found),
        more=query.url(page=query.page + 1) if query.page * _PAGE < len(found) else "",
        protocol=service.base.catalogue.calibration.protocol.replace("_", " "),
        **values,
    )


def _answers(
    stylist: Stylist, query: OutfitQuery, where: list[str], found: torch.Tensor
) -> dict[str, Any]:
    """All that the page shows of the outfit and of its grid of items."""
    rows = stylist.catalogue.rows(query.items)
    used = set(query.items)
    shown = item_cards(stylist, found[(query.page - 1) * _PAGE : query.page * _PAGE])
    values: dict[str, Any] = {
        "outfit": item_cards(stylist, rows),
        "grid": [card for card in shown if card.item_id not in used],
        "verdict": verdict(stylist, query.items) if query.items else None,
        "stand_ins": None,
        "suggestions": None,
        "slots": _slots(stylist, rows),
    }
    names = {str(i): stylist.catalogue.name(int(r)) for i, r in zip(query.items, rows, strict=True)}
    values["names"] = names
    if query.swap and len(query.items) > 1:
        swapped = stylist.swap(query.items, query.swap, _STAND_INS, where, diversity=_DIVERSITY)
        values["stand_ins"] = (swapped.sentence, _scored(stylist, swapped))
    if query.slot and query.items:
        completed = stylist.complete(query.items, [query.slot], _STAND_INS, where)
        values["suggestions"] = (completed.sentence, _scored(stylist, completed))
    return values


def verdict(stylist: Stylist, items: tuple[str, ...]) -> Verdict:
    """Score and explanation of an outfit.

    Args:
        stylist: The stylist.
        items: Identifiers of its items, at least one.
    """
    explanation = stylist.explain(items) if len(items) > 1 else None
    return Verdict(stylist.score([items]).frame.iloc[0], explanation)


def _scored(stylist: Stylist, answer: Answer) -> list[tuple[ItemCard, float]]:
    """Cards of the items of an answer with the scores of the outfit."""
    rows = stylist.catalogue.items.rows(answer.frame["item_id"].tolist())
    return list(zip(item_cards(stylist, rows), answer.frame["score"].tolist(), strict=True))


def _slots(stylist: Stylist, rows: torch.Tensor) -> list[str]:
    """Categories that an outfit lacks, the most frequent in outfits of the catalogue first."""
    items, outfits = stylist.catalogue.items, stylist.catalogue.outfits
    category_id = items.category_id if outfits is None else outfits.category_id
    count = torch.bincount(category_id[category_id >= 0], minlength=items.num_categories)
    own = set(items.category_id[rows].tolist())
    order = count.argsort(descending=True, stable=True).tolist()
    return [items.categories[c] for c in order if c not in own and count[c] > 0][:_SLOTS]

"""Routes of scores, explanations and suggestions."""

from __future__ import annotations

from typing import Any

import pandas as pd
from fastapi import APIRouter, Request

from fashiongraph.serve.api import schemas
from fashiongraph.serve.service import service_of
from fashiongraph.stylist import Answer

router = APIRouter(tags=["stylist"])


def _members(answer: Answer, *tables: str) -> dict[str, Any]:
    """Members of an answer, of whose further tables only some are sent."""
    found = answer.to_dict()
    return {name: found[name] for name in ("sentence", "rows", "outfits", *tables) if name in found}


@router.post("/score")
async def score(request: Request, wanted: schemas.ScoreRequest) -> schemas.ScoreAnswer:
    """Score outfits: the probability of a real outfit, from 0 to 100."""
    frame = await service_of(request).score(wanted.outfits)
    frame = frame.astype(object).where(pd.notna(frame), None)
    return schemas.ScoreAnswer.model_validate({"rows": frame.to_dict("records")})


@router.post("/explain")
async def explain(request: Request, wanted: schemas.ExplainRequest) -> schemas.ExplainAnswer:
    """Explain the score of an outfit by its items and pairs."""
    answer = await service_of(request).ask(lambda stylist: stylist.explain(wanted.outfit))
    return schemas.ExplainAnswer(**_members(answer, "pairs"))


@router.post("/swap")
async def swap(request: Request, wanted: schemas.SwapRequest) -> schemas.SwapAnswer:
    """Replace an item by others of its category."""
    limits = (wanted.where, wanted.unless, wanted.exclude)

    answer = await service_of(request).ask(
        lambda stylist: (
            stylist.improve(wanted.outfit, *limits)
            if wanted.every
            else stylist.swap(wanted.outfit, wanted.item, wanted.k, *limits, wanted.diversity)
        ),
        slow=wanted.every,
    )
    return schemas.SwapAnswer(**_members(answer))


@router.post("/complete")
async def complete(request: Request, wanted: schemas.CompleteRequest) -> schemas.CompleteAnswer:
    """Add an item of each of some categories."""
    limits = (wanted.where, wanted.unless, wanted.exclude)
    answer = await service_of(request).ask(
        lambda stylist: stylist.complete(wanted.outfit, wanted.slots, wanted.k, *limits)
    )
    return schemas.CompleteAnswer(**_members(answer))


@router.post("/compose")
async def compose(request: Request, wanted: schemas.ComposeRequest) -> schemas.ComposeAnswer:
    """Compose whole outfits, from some items or from nothing."""
    answer = await service_of(request).ask(
        lambda stylist: stylist.compose(
            wanted.seed,
            wanted.n,
            wanted.slots,
            wanted.where,
            wanted.unless,
            wanted.exclude,
            wanted.diversity,
            wanted.once,
            wanted.random_seed,
            budget=wanted.budget,
        ),
        slow=True,
    )
    return schemas.ComposeAnswer(**_members(answer))


@router.post("/capsule")
async def capsule(request: Request, wanted: schemas.CapsuleRequest) -> schemas.CapsuleAnswer:
    """Choose few items that make many outfits."""
    answer = await service_of(request).ask(
        lambda stylist: stylist.capsule(
            wanted.size,
            wanted.where,
            wanted.unless,
            wanted.exclude,
            wanted.threshold,
            wanted.random_seed,
        ),
        slow=True,
    )
    return schemas.CapsuleAnswer(**_members(answer))

"""Requests and answers of the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ItemId = Annotated[str, Field(min_length=1, max_length=200, description="Identifier of an item.")]
OutfitIds = Annotated[
    list[ItemId],
    Field(min_length=1, max_length=20, description="Identifiers of the items of an outfit."),
]
Condition = Annotated[str, Field(min_length=1, max_length=500)]
Score = Annotated[float | None, Field(description="From 0 to 100; none for an outfit of one item.")]


class Request(BaseModel):
    """A request, which has no members but those that are named."""

    model_config = ConfigDict(extra="forbid")


class Constraints(Request):
    """Constraints on suggested items."""

    where: Annotated[
        list[Condition],
        Field(max_length=20, description="Conditions 'column OP value' that hold."),
    ] = []
    unless: Annotated[
        list[Condition], Field(max_length=20, description="Conditions of which none holds.")
    ] = []
    exclude: Annotated[list[ItemId], Field(max_length=1000, description="Items to leave out.")] = []


class ScoreRequest(Request):
    """Outfits to score."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outfits": [["0001", "0005"]]}]})
    outfits: Annotated[list[OutfitIds], Field(min_length=1, max_length=100)]


class ScoreRow(BaseModel):
    """Score of an outfit."""

    score: Score
    raw: Annotated[float | None, Field(description="Score of the model itself.")]
    percentile: Annotated[
        float | None, Field(description="Percentage of real outfits of the size that score less.")
    ]
    in_training: Annotated[bool, Field(description="Whether the model was trained on the outfit.")]


class ScoreAnswer(BaseModel):
    """Scores in the order of the outfits."""

    rows: list[ScoreRow]


class ExplainRequest(Request):
    """An outfit to explain."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outfit": ["0001", "0005"]}]})
    outfit: OutfitIds


class ExplainRow(BaseModel):
    """An item in the explanation of an outfit."""

    item_id: str
    category: str
    wrong: Annotated[float, Field(description="Probability that this is the replaced item.")]
    share: Annotated[float, Field(description="Shapley value in the log-odds of the score.")]
    error: Annotated[float, Field(description="Standard error of the share.")]
    without: Annotated[Score, Field(description="Score of the outfit without the item.")]


class ExplainAnswer(BaseModel):
    """Explanation of an outfit, the least fitting item first."""

    sentence: str
    rows: list[ExplainRow]
    pairs: Annotated[
        list[dict[str, Any]], Field(description="Scores of pairs, if the model has them.")
    ] = []


class SwapRequest(Constraints):
    """An outfit of which an item is to be replaced."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"outfit": ["0001", "0005"], "where": ["price < 40"]}]},
    )
    outfit: OutfitIds
    item: Annotated[
        ItemId | None, Field(description="The item; by default the least fitting one.")
    ] = None
    k: Annotated[int, Field(ge=1, le=50, description="Largest number of stand-ins.")] = 5
    diversity: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    every: Annotated[
        bool,
        Field(description="Swap one item after the other until no swap gains a point."),
    ] = False


class SwapRow(BaseModel):
    """A stand-in."""

    item_id: str
    replaces: str
    category: str
    score: Score
    gain: float | None


class SwapAnswer(BaseModel):
    """Stand-ins, best first."""

    sentence: str
    rows: list[SwapRow]
    outfits: Annotated[list[list[str]], Field(description="With 'every': the outfit.")] = []


class CompleteRequest(Constraints):
    """An outfit to complete."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"outfit": ["0001"], "slots": ["shoes"], "k": 3}]},
    )
    outfit: OutfitIds
    slots: Annotated[
        list[ItemId] | None, Field(max_length=20, description="Categories; by default all.")
    ] = None
    k: Annotated[int, Field(ge=1, le=50, description="Largest number of items of each.")] = 5


class CompleteRow(BaseModel):
    """An item that completes an outfit."""

    item_id: str
    category: str
    rank: int
    score: Score


class CompleteAnswer(BaseModel):
    """Items of each category, best first."""

    sentence: str
    rows: list[CompleteRow]


class ComposeRequest(Constraints):
    """Wishes for whole outfits."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"seed": ["0001"], "n": 3}]}
    )
    seed: Annotated[
        list[ItemId], Field(max_length=10, description="Items that every outfit has.")
    ] = []
    n: Annotated[int, Field(ge=1, le=20, description="Number of outfits.")] = 5
    slots: Annotated[
        list[ItemId] | None, Field(max_length=10, description="Categories to add.")
    ] = None
    diversity: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.3
    once: Annotated[
        bool, Field(description="Whether an added item is in one of the outfits only.")
    ] = False
    budget: Annotated[
        list[Condition],
        Field(max_length=5, description="Bounds on sums, such as 'total price <= 150'."),
    ] = []
    random_seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class ComposeRow(BaseModel):
    """A composed outfit."""

    score: Score
    categories: str
    items: str


class ComposeAnswer(BaseModel):
    """Composed outfits, best first."""

    sentence: str
    rows: list[ComposeRow]
    outfits: list[list[str]] = []


class CapsuleRequest(Constraints):
    """Wishes for a capsule wardrobe."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"size": 12, "where": ["stock > 0"]}]}
    )
    size: Annotated[int, Field(ge=2, le=30, description="Number of items.")] = 15
    threshold: Annotated[
        float, Field(ge=0.0, lt=100.0, description="Score from which an outfit counts.")
    ] = 50.0
    random_seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class CapsuleRow(BaseModel):
    """An item of a capsule wardrobe."""

    item_id: str
    category: str
    outfits: Annotated[int, Field(description="Number of outfits that hold it.")]


class CapsuleAnswer(BaseModel):
    """Few items that make many outfits."""

    sentence: str
    rows: list[CapsuleRow]
    outfits: list[list[str]] = []


class Item(BaseModel):
    """An item of the catalogue or one's own."""

    item_id: str
    category: str
    title: str
    own: Annotated[bool, Field(description="Whether a person added it here.")]
    has_picture: bool
    columns: Annotated[dict[str, Any], Field(description="Values of further columns.")]


class ItemPage(BaseModel):
    """Items that were found."""

    total: int
    items: list[Item]


class NewItem(Request):
    """An item to add, with a picture, with features, or with columns that features are made of."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"category": "shoes", "title": "red boots"}]},
    )
    category: Annotated[
        str, Field(max_length=200, description="Category; empty for that of similar items.")
    ] = ""
    title: Annotated[str, Field(max_length=200)] = ""
    columns: Annotated[dict[str, str | float | None], Field(max_length=100)] = {}
    picture: Annotated[
        bytes | None, Field(description="A picture file in base64.", max_length=22 * 2**20)
    ] = None
    features: Annotated[list[float] | None, Field(max_length=100_000)] = None


class ItemChange(Request):
    """Changes of an own item; what is not named is kept."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"title": "red ankle boots"}]}
    )
    category: Annotated[str | None, Field(max_length=200)] = None
    title: Annotated[str | None, Field(max_length=200)] = None
    columns: Annotated[dict[str, str | float | None], Field(max_length=100)] = {}


class NewOutfit(Request):
    """An outfit to save."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Monday", "items": ["0001", "0005"]}]},
    )
    name: Annotated[str, Field(min_length=1, max_length=200)]
    items: OutfitIds


class Outfit(BaseModel):
    """A saved outfit."""

    id: int
    name: str
    items: list[str]
    created: str


class Health(BaseModel):
    """State of the server."""

    status: Literal["ok"] = "ok"


class Problem(BaseModel):
    """Problem details of an error (RFC 9457)."""

    title: str
    status: int
    detail: str
    field: str | None = None
    rule: str | None = None
    value: str | None = None
    errors: list[dict[str, str]] | None = None

"""Answers of the API are those of the stylist; errors are problem details."""

from __future__ import annotations

import base64
import csv
import io

import numpy as np
import pytest
from PIL import Image

from tests.serve.conftest import COLOURS, picture

API = "/api/v1"
JSON = {"content-type": "application/json"}
OUTFIT = ["0000", "0003", "0006", "0009"]


def test_scores_equal_those_of_the_stylist(client, stylist):
    answer = client.post(f"{API}/score", json={"outfits": [OUTFIT, ["0000", "0004"], ["0000"]]})
    assert answer.status_code == 200
    rows = answer.json()["rows"]
    expected = stylist.score([OUTFIT, ["0000", "0004"]]).frame
    assert [row["score"] for row in rows[:2]] == pytest.approx(expected["score"].tolist())
    assert [row["in_training"] for row in rows[:2]] == expected["in_training"].tolist()
    assert rows[2]["score"] is None


@pytest.mark.parametrize(
    ("path", "asked", "expected"),
    [
        ("explain", {"outfit": OUTFIT}, lambda s: s.explain(OUTFIT)),
        ("swap", {"outfit": OUTFIT, "k": 3}, lambda s: s.swap(OUTFIT, k=3)),
        (
            "swap",
            {"outfit": OUTFIT, "item": "0003", "where": ["price < 50"], "diversity": 0.5},
            lambda s: s.swap(OUTFIT, "0003", where=["price < 50"], diversity=0.5),
        ),
        (
            "swap",
            {"outfit": ["0000", "0004"], "every": True},
            lambda s: s.improve(["0000", "0004"]),
        ),
        (
            "complete",
            {"outfit": OUTFIT[:2], "slots": ["skirt"], "k": 2, "unless": ["season = winter"]},
            lambda s: s.complete(OUTFIT[:2], ["skirt"], 2, unless=["season = winter"]),
        ),
        (
            "compose",
            {"seed": ["0000"], "n": 2, "budget": ["total price <= 150"], "exclude": ["0003"]},
            lambda s: s.compose(["0000"], 2, budget=["total price <= 150"], exclude=["0003"]),
        ),
        ("capsule", {"size": 5, "threshold": 20}, lambda s: s.capsule(5, threshold=20)),
    ],
)
def test_answers_equal_those_of_the_stylist(client, stylist, path, asked, expected):
    answer = client.post(f"{API}/{path}", json=asked)
    assert answer.status_code == 200, answer.text
    found, wanted = answer.json(), expected(stylist).to_dict()
    assert found["sentence"] == wanted["sentence"]
    assert found.get("outfits", []) == wanted.get("outfits", [])
    assert len(found["rows"]) == len(wanted["rows"])
    for row, other in zip(found["rows"], wanted["rows"], strict=True):
        for name, value in row.items():
            is_number = isinstance(value, float)
            assert value == (pytest.approx(other[name], rel=1e-5) if is_number else other[name])


@pytest.mark.parametrize(
    ("path", "asked", "field", "value"),
    [
        ("score", {"outfits": [["0000", "nope"]]}, "ids", "nope"),
        ("score", {"outfits": [["0000", "0000"]]}, "outfit", "0000"),
        ("explain", {"outfit": ["0000"]}, "outfit", "1"),
        ("swap", {"outfit": OUTFIT, "item": "0001"}, "item", "0001"),
        ("swap", {"outfit": OUTFIT, "where": ["prise < 3"]}, "where", "prise"),
        ("complete", {"outfit": OUTFIT, "slots": ["hat"]}, "slots", "hat"),
        ("compose", {"budget": ["price"]}, "budget", "price"),
    ],
)
def test_errors_name_field_rule_and_value(client, path, asked, field, value):
    answer = client.post(f"{API}/{path}", json=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["field"] == field
    assert value in problem["value"]
    assert problem["rule"] in problem["detail"]


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        ("score", {"outfits": []}, "outfits"),
        ("score", {"outfits": [["0000"]] * 101}, "outfits"),
        ("score", {}, "outfits"),
        ("swap", {"outfit": OUTFIT, "k": 0}, "k"),
        ("swap", {"outfit": OUTFIT, "diversity": 1}, "diversity"),
        ("compose", {"n": 21}, "n"),
        ("compose", {"count": 3}, "count"),
        ("explain", {"outfit": [str(i) for i in range(21)]}, "outfit"),
    ],
)
def test_bodies_are_checked(client, path, asked, field):
    answer = client.post(f"{API}/{path}", json=asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_other_errors_are_problem_details_too(client):
    for answer, status in (
        (client.get(f"{API}/nothing"), 404),
        (client.get(f"{API}/score"), 405),
        (client.get(f"{API}/items/nope"), 404),
        (
            client.post(f"{API}/score", content=b"{", headers={"content-type": "application/json"}),
            422,
        ),
    ):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_items_are_found_by_words_category_and_conditions(client, shop):
    with (shop / "items.csv").open() as file:
        rows = list(csv.DictReader(file))
    red = [r["item_id"] for r in rows if "red" in r["title"] and float(r["price"]) < 40]
    answer = client.get(
        f"{API}/items", params={"text": "RED", "where": "price < 40", "limit": 3, "offset": 1}
    ).json()
    assert answer["total"] == len(red)
    assert [one["item_id"] for one in answer["items"]] == red[1:4]
    bags = client.get(f"{API}/items", params={"category": "bag"}).json()
    assert bags["total"] == sum(r["category"] == "bag" for r in rows)
    first = client.get(f"{API}/items/0000").json()
    assert first["columns"] == {"price": float(rows[0]["price"]), "season": "winter"}
    assert first["has_picture"]
    assert not first["own"]


def test_pictures_are_small_and_of_the_item(client):
    answer = client.get(f"{API}/items/0000/picture")
    assert answer.headers["content-type"] == "image/jpeg"
    middle = Image.open(io.BytesIO(answer.content)).getpixel((24, 24))
    assert np.abs(np.array(middle) - COLOURS["red"]).max() < 40


def test_own_item_joins_all_answers_at_once_and_leaves_them(client):
    data = base64.b64encode(picture(COLOURS["red"])).decode()
    added = client.post(
        f"{API}/items",
        json={
            "category": "shoes",
            "title": "my red shoes",
            "picture": data,
            "columns": {"price": 3},
        },
    )
    assert added.status_code == 201, added.text
    item = added.json()["item_id"]
    assert added.json()["own"]
    asked = {"outfit": ["0000", "0006"], "slots": ["shoes"], "where": ["price <= 3"]}
    rows = client.post(f"{API}/complete", json=asked).json()["rows"]
    assert [row["item_id"] for row in rows] == [item]
    assert client.post(f"{API}/score", json={"outfits": [["0000", item]]}).json()["rows"][0][
        "score"
    ]
    assert client.get(f"{API}/items", params={"text": "my red"}).json()["total"] == 1
    changed = client.patch(
        f"{API}/items/{item}", json={"title": "boots", "columns": {"price": None}}
    )
    assert (changed.json()["title"], changed.json()["columns"]) == ("boots", {})
    assert client.delete(f"{API}/items/{item}").status_code == 204
    assert client.post(f"{API}/score", json={"outfits": [["0000", item]]}).status_code == 422
    assert client.delete(f"{API}/items/{item}").status_code == 404


def test_category_of_an_own_item_is_suggested_from_similar_items(client, stylist):
    items = stylist.catalogue.items
    row = items.features[7].tolist()
    added = client.post(f"{API}/items", json={"features": row}).json()
    assert added["category"] in items.categories
    near = (items.features.float() @ items.features[7].float()).topk(9).indices
    votes = [items.categories[int(items.category_id[one])] for one in near]
    assert added["category"] in votes


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"category": "hat", "features": [0.0] * 156}, "category"),
        ({"category": "bag", "features": [0.0] * 3}, "features"),
        ({"category": "bag", "features": [1e300] * 156}, "features"),
        ({"category": "bag"}, "picture"),
        ({"category": "bag", "picture": "AAAA"}, "picture"),
        ({"category": "bag", "picture": "%%%%"}, "picture"),
        ({"category": "bag", "columns": {"size": 3}}, "columns"),
        ({"category": "bag", "columns": {"price": "cheap"}}, "price"),
    ],
)
def test_own_items_are_checked(client, item, field):
    answer = client.post(f"{API}/items", json=item)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert client.get(f"{API}/items", params={"text": "own-"}).json()["total"] == 0


def test_items_of_the_catalogue_cannot_be_changed(client):
    assert client.patch(f"{API}/items/0000", json={"title": "mine"}).status_code == 404
    assert client.delete(f"{API}/items/0000").status_code == 404


def test_outfits_are_saved_changed_and_removed(client):
    saved = client.post(f"{API}/outfits", json={"name": " Monday ", "items": OUTFIT})
    assert saved.status_code == 201
    number = saved.json()["id"]
    assert saved.json()["name"] == "Monday"
    assert [one["id"] for one in client.get(f"{API}/outfits").json()] == [number]
    changed = client.put(f"{API}/outfits/{number}", json={"name": "Friday", "items": OUTFIT[::-1]})
    assert changed.json()["items"] == OUTFIT[::-1]
    rows = list(csv.DictReader(io.StringIO(client.get(f"{API}/outfits.csv").text)))
    assert [row["item_id"] for row in rows] == OUTFIT[::-1]
    assert client.delete(f"{API}/outfits/{number}").status_code == 204
    assert client.get(f"{API}/outfits/{number}").status_code == 404
    assert client.delete(f"{API}/outfits/{number}").status_code == 404
    unknown = client.post(f"{API}/outfits", json={"name": "x", "items": ["nope"]})
    assert unknown.status_code == 422


def test_state_and_counters(client):
    assert client.get(f"{API}/health").json() == {"status": "ok"}
    assert client.get(f"{API}/ready").json() == {"status": "ok"}
    client.post(f"{API}/score", json={"outfits": [OUTFIT]})
    text = client.get(f"{API}/metrics").text
    assert 'fashiongraph_requests_total{method="POST",route="/score",status="200"} 1.0' in text
    assert "fashiongraph_score_batch_requests_count 1.0" in text


def test_every_operation_has_an_example_or_needs_none(client):
    schema = client.get(f"{API}/openapi.json").json()
    for name, model in schema["components"]["schemas"].items():
        if name.endswith("Request") or name in ("NewItem", "NewOutfit", "ItemChange"):
            assert model.get("examples") or name == "CapsuleRequest", name
    assert "application/problem+json" in str(schema["paths"]["/score"]["post"]["responses"]["422"])

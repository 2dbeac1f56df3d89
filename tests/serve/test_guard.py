"""Requests that are refused, and headers of all answers."""

from __future__ import annotations

import re

import pytest

TOKEN = "correct horse battery staple"
SCORE = "/api/v1/score"
BODY = {"outfits": [["0000", "0003"]]}


def test_other_names_of_the_server_are_refused(client):
    answer = client.get("/outfit", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert "evil.example" in answer.json()["detail"]
    assert client.get("/outfit", headers={"host": "localhost:8000"}).status_code == 200


def test_further_names_can_be_allowed(make_client):
    client = make_client(allowed_hosts=["style.example"])
    assert client.get("/outfit", headers={"host": "style.example"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_changes_from_other_sites_are_refused(client, headers):
    assert client.post(SCORE, json=BODY, headers=headers).status_code == 403
    assert client.post("/saved", data={"name": "x"}, headers=headers).status_code == 403


def test_own_pages_and_programs_are_answered(client):
    for headers in ({}, {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}):
        assert client.post(SCORE, json=BODY, headers=headers).status_code == 200


def test_without_the_token_nothing_is_answered(make_client):
    client = make_client(token=TOKEN, host="0.0.0.0")
    for path in ("/api/v1/items", "/api/v1/metrics", "/api/v1/openapi.json"):
        answer = client.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert client.post(SCORE, json=BODY).status_code == 401
    assert client.get("/pictures/0000", follow_redirects=False).status_code == 303
    assert client.get("/outfit", follow_redirects=False).headers["location"] == "/login"
    wrong = {"authorization": f"Bearer {TOKEN}x"}
    assert client.post(SCORE, json=BODY, headers=wrong).status_code == 401


def test_the_token_opens_as_header_and_by_the_form(make_client):
    client = make_client(token=TOKEN)
    right = {"authorization": f"Bearer {TOKEN}"}
    assert client.post(SCORE, json=BODY, headers=right).status_code == 200
    csrf = re.search('name="csrf" value="([^"]+)"', client.get("/login").text)[1]
    wrong = client.post("/login", data={"csrf": csrf, "token": "no"})
    assert wrong.status_code == 401
    answer = client.post("/login", data={"csrf": csrf, "token": TOKEN}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert TOKEN not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.get("/outfit").status_code == 200


def test_forms_need_the_token_of_their_page(client):
    client.get("/outfit")  # sets the cookie
    answer = client.post("/saved", data={"name": "x", "item": ["0000"], "csrf": "guess"})
    assert answer.status_code == 422
    assert client.get("/api/v1/outfits").json() == []


@pytest.mark.parametrize("path", ["/outfit", "/api/v1/health", "/nothing", "/static/style.css"])
def test_headers_of_every_answer(client, path):
    headers = client.get(path).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_large_bodies_are_refused(client):
    answer = client.post(SCORE, content=b"x" * (2**20 + 1))
    assert answer.status_code == 413

    def endless():
        for _ in range(3):
            yield b"x" * 2**19

    assert client.post(SCORE, content=endless()).status_code == 413


def test_no_page_names_another_host(client):
    for path in (
        "/outfit?item=0000&item=0003",
        "/ideas?kind=outfits",
        "/my-items",
        "/saved",
        "/model",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        text = answer.text + client.get("/static/pages.js").text
        assert re.findall(r"(?:https?:)?//[\w.-]+", text.replace("http://www.w3.org", "")) == []

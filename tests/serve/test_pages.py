"""Pages without a script: links and forms do everything."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from tests.serve.conftest import COLOURS, picture

OUTFIT = "/outfit?item=0000&item=0003&item=0007"


def link(text: str, label: str) -> str:
    """Address of the link or button with a label."""
    found = re.search(rf'href="([^"]+)"[^>]*aria-label="{re.escape(label)}"', text)
    assert found, label
    return unescape(found[1])


def csrf(text: str) -> str:
    return re.search('name="csrf" value="([^"]+)"', text)[1]


def test_the_first_page_is_an_empty_outfit(client):
    answer = client.get("/")
    assert answer.url.path == "/outfit"
    assert "Add two or more" in answer.text
    assert answer.text.count('class="items"') == 1


def test_the_page_of_an_outfit_has_score_sentence_and_fits(client, stylist):
    text = client.get(OUTFIT).text
    ids = ["0000", "0003", "0007"]
    score = stylist.score([ids]).frame["score"][0]
    assert f"<strong>{score:.0f} of 100</strong>" in text
    explained = stylist.explain(ids)
    assert explained.sentence in unescape(text)
    assert text.count("fits least") == 1
    assert text.count("without it") == 3  # each of the items


def test_adding_and_removing_and_undoing_by_links(client, stylist):
    name = stylist.catalogue.name
    text = client.get("/outfit").text
    text = client.get(link(text, f"Add {name(0)}")).text
    assert "One item has no score yet" in text
    text = client.get(link(text, f"Add {name(4)}")).text
    removed = client.get(link(text, f"Remove {name(0)}"))
    assert removed.url.params.get_list("item") == ["0004"]
    undone = re.search(r'href="([^"]+)">Undo', removed.text)[1]
    assert client.get(unescape(undone)).url.params.get_list("item") == ["0000", "0004"]


def test_swapping_by_links_gives_the_score_that_was_shown(client, stylist):
    text = client.get(link(client.get(OUTFIT).text, f"Swap {stylist.catalogue.name(7)}")).text
    swapped = stylist.swap(["0000", "0003", "0007"], "0007", 6, diversity=0.2)
    assert swapped.sentence in unescape(text)
    best = swapped.frame.iloc[0]
    name = stylist.catalogue.name(int(best["item_id"]))
    after = client.get(link(text, f"Take {name}"))
    assert after.url.params.get_list("item") == ["0000", "0003", best["item_id"]]
    assert f"<strong>{best['score']:.0f} of 100</strong>" in after.text


def test_filters_hold_for_the_grid_and_for_suggestions(client, stylist):
    query = "&f_price_max=40&f_season=winter&slot=skirt"
    text = client.get(OUTFIT + query).text
    found = stylist.complete(
        ["0000", "0003", "0007"], ["skirt"], 6, ["price <= 40.0", "season = winter"]
    ).frame
    shown = text.split('id="suggestions"')[1].split("</section>")[0]
    labels = re.findall('aria-label="Add ([^"]+)"', shown)
    assert labels == [stylist.catalogue.name(int(one)) for one in found["item_id"]]
    grid = re.findall(r"price ([\d.]+)", text.split('id="grid"')[1])
    assert grid
    assert all(float(price) <= 40 for price in grid)


def test_the_grid_goes_on_by_a_link(client):
    first = client.get("/outfit").text
    address = unescape(re.search(r'data-more class="button quiet" href="([^"]+)"', first)[1])
    second = client.get(address).text
    names = [
        re.findall('aria-label="Add ([^"]+)"', one.split('id="grid"')[1]) for one in (first, second)
    ]
    assert [len(one) for one in names] == [24, 24]
    assert not set(names[0]) & set(names[1])
    assert "data-more" not in client.get("/outfit?page=3").text


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("/outfit?item=nope", "nope"),
        ("/outfit?f_price_max=cheap", "cheap"),
        ("/outfit?item=0000&slot=hat", "hat"),
        ("/outfit?item=0000&item=0003&swap=0001", "0001"),
        ("/ideas?kind=outfits&n=99", "99"),
        ("/saved/99", "99"),
        ("/nothing", "Not Found"),
    ],
)
def test_errors_are_pages_that_name_the_value(client, address, text):
    answer = client.get(address)
    assert answer.status_code in (404, 422)
    assert "<h1>" in answer.text
    assert text in unescape(answer.text)


def test_ideas_from_an_item_within_a_budget(client, stylist):
    text = client.get("/ideas?item=0000&kind=outfits&n=2&total_price=120").text
    wanted = stylist.compose(["0000"], 2, budget=["total price <= 120"])
    assert wanted.sentence in unescape(text)
    assert len(re.findall("Open outfit", text)) == len(wanted.outfits) > 0
    opened = client.get(link(text, "Open outfit 1"))
    assert opened.url.params.get_list("item") == list(wanted.outfits[0])


def test_a_capsule_wardrobe(client, stylist):
    text = client.get("/ideas?kind=capsule&size=5").text
    assert stylist.capsule(5).sentence in unescape(text)


def test_an_outfit_is_saved_renamed_reported_exported_and_deleted(client):
    page = client.get(OUTFIT).text
    fields = {"csrf": csrf(page), "name": "=Monday <b>", "item": ["0000", "0003", "0007"]}
    saved = client.post("/saved", data=fields)
    assert saved.url.path == "/saved"
    assert "=Monday &lt;b&gt;" in saved.text
    rows = list(csv.DictReader(io.StringIO(client.get("/saved/outfits.csv").text)))
    assert [row["item_id"] for row in rows] == ["0000", "0003", "0007"]
    assert rows[0]["name"] == "'=Monday <b>"  # no formula
    report = client.get("/saved/1").text
    assert "of 100" in report
    assert client.post("/saved/1", data={"csrf": csrf(page), "name": "Friday"}).status_code == 200
    assert "Friday" in client.get("/saved").text
    client.post("/saved/1", data={"csrf": csrf(page), "delete": "1"})
    assert "No outfit is saved yet" in client.get("/saved").text


def test_photographs_become_items_and_are_edited_and_deleted(client):
    token = csrf(client.get("/my-items").text)
    files = [("picture", (f"../../{i}.png", picture(COLOURS["red"], 48 + i))) for i in range(2)]
    added = client.post(
        "/my-items", data={"csrf": token, "category": "", "title": "mine"}, files=files
    )
    assert added.status_code == 200
    assert added.text.count('<form method="post" action="/my-items/own-') == 2
    fields = {"csrf": token, "category": "bag", "title": "my <bag>", "f_price": "12"}
    edited = client.post("/my-items/own-1", data=fields).text
    assert "my &lt;bag&gt;" in edited
    assert 'value="12.0"' in edited
    assert client.get("/outfit?item=0000&item=own-1").status_code == 200
    assert client.get("/pictures/own-1").headers["content-type"] == "image/jpeg"
    client.post("/my-items/own-1", data={"csrf": token, "delete": "1"})
    assert client.get("/my-items").text.count('action="/my-items/own-') == 1
    assert client.get("/pictures/own-1").status_code == 404


def test_a_file_that_is_no_picture_is_refused_on_the_page(client):
    token = csrf(client.get("/my-items").text)
    answer = client.post(
        "/my-items", data={"csrf": token}, files={"picture": ("a.png", b"no picture")}
    )
    assert answer.status_code == 422
    assert "'picture' needs a picture file" in unescape(answer.text)


def test_saved_outfits_outlive_their_items(client):
    token = csrf(client.get("/my-items").text)
    client.post(
        "/my-items",
        data={"csrf": token, "category": "bag"},
        files={"picture": ("a.png", picture((9, 9, 9)))},
    )
    client.post("/saved", data={"csrf": token, "name": "with mine", "item": ["0000", "own-1"]})
    client.post("/my-items/own-1", data={"csrf": token, "delete": "1"})
    for address in ("/saved", "/saved/1"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "own-1 (removed)" in answer.text


def test_the_model_page_states_its_calibration(client, stylist):
    text = client.get("/model").text
    assert f"{stylist.catalogue.calibration.ece:.3f}" in text
    assert text.count("<circle") == len(stylist.catalogue.calibration.curve)
    assert client.get("/model/graph.svg").text.lstrip().startswith("<?xml")


def test_pictures_come_from_the_folders_of_the_catalogue_alone(make_client, stylist, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture((1, 2, 3)))
    columns = stylist.catalogue.items.columns
    kept = columns["image"].copy()
    try:
        columns.loc[0, "image"] = str(secret)
        columns.loc[1, "image"] = "../" * 20 + str(secret)[1:]
        assert make_client().get("/pictures/0000").status_code == 404
        assert make_client().get("/pictures/0001").status_code == 404
        assert make_client(picture_folders=[tmp_path]).get("/pictures/0000").status_code == 200
    finally:
        columns["image"] = kept

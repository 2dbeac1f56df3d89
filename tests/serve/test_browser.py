"""A person's ways through the pages, in Chromium."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from fashiongraph.serve import ServeSettings, create_app
from fashiongraph.stylist import Stylist
from tests.serve.conftest import COLOURS, picture

PAGES = ("/outfit", "/outfit?item=0000&item=0003&item=0007&swap=0007&slot=skirt")
PAGES = (*PAGES, "/ideas?kind=outfits&n=2", "/ideas?kind=capsule&size=4", "/my-items", "/saved")
PAGES = (*PAGES, "/saved/1", "/model", "/nothing")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed (Debian's package 'chromium')")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def address(stylist: Stylist, tmp_path: Path) -> Iterator[str]:
    """Address of a server with a saved outfit."""
    app = create_app(lambda: stylist, ServeSettings(tmp_path / "store"))
    app.state.service.saved.add("First <b>outfit</b>", ["0000", "0003", "0007"])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """A function that opens a page; nothing but the server is asked, and no script fails."""
    contexts, errors, hosts = [], [], set()

    def opened(path: str, width: int = 1280, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(address + path)
        return page

    yield opened
    for one in contexts:
        one.close()
    assert errors == []
    assert hosts <= {urlsplit(address).netloc}


def score(page: Page) -> int:
    return int(re.search(r"(\d+) of 100", page.locator("#verdict .score").inner_text())[1])


def test_pick_items_read_the_score_swap_the_worst_save_and_find_it(open_page):
    page = open_page("/")
    for name in ("red bag 0", "red shoes 3", "green skirt 8"):
        page.get_by_role("link", name=f"Add {name}", exact=True).click()
        expect(page.get_by_role("link", name=f"Remove {name}", exact=True)).to_be_visible()
    before = score(page)
    expect(page.locator(".items li.worst")).to_have_count(1)
    page.locator("li.worst").get_by_role("link", name=re.compile("^Swap")).click()
    taken = page.locator("#stand-ins li").first.get_by_role("link", name=re.compile("^Take"))
    taken.click()
    expect(page.locator("#stand-ins")).to_have_count(0)
    after = score(page)
    assert after > before
    page.get_by_label("Name").fill("Red <i>day</i>")
    page.get_by_role("button", name="Save the outfit").click()
    heading = page.get_by_role("heading", name="Red <i>day</i>")
    expect(heading).to_contain_text(f"{after} of 100")
    page.reload()
    expect(heading).to_be_visible()
    page.get_by_role("link", name="Open Red <i>day</i>").click()
    assert score(page) == after


def test_back_and_undo_lead_to_the_outfit_before(open_page):
    page = open_page("/outfit?item=0000&item=0003")
    page.get_by_role("link", name="Remove red bag 0", exact=True).click()
    expect(page.locator("#verdict")).to_contain_text("One item")
    page.get_by_role("link", name="Undo").click()
    expect(page.locator("#verdict .score")).to_be_visible()
    page.go_back()
    expect(page.locator("#verdict")).to_contain_text("One item")


def test_upload_a_photograph_and_get_an_outfit_with_it(open_page, tmp_path):
    photo = tmp_path / "skirt.png"
    photo.write_bytes(picture(COLOURS["blue"]))
    page = open_page("/my-items")
    page.get_by_label("Photographs").set_input_files(photo)
    page.get_by_label("Category").first.select_option("skirt")
    page.get_by_label("Title").first.fill("my skirt")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="Outfit with my skirt").click()
    expect(page.get_by_role("img", name="my skirt")).to_be_visible()
    page.get_by_role("link", name="Whole outfits").click()
    outfit = page.locator("section", has=page.get_by_role("heading", name="Outfit 1"))
    expect(outfit.get_by_role("img", name="my skirt")).to_be_visible()
    assert outfit.locator("li").count() > 1


def test_compose_with_a_budget(open_page):
    page = open_page("/ideas")
    page.get_by_label("Total price at most").fill("100")
    page.get_by_label("Outfits", exact=True).fill("2")
    page.get_by_role("button", name="Show ideas").click()
    strips = page.locator("main section ul.strip")
    expect(strips).to_have_count(2)
    for strip in strips.all():
        prices = re.findall(r"price (\d+)", strip.inner_text())
        assert len(prices) == strip.locator("li").count()
        assert sum(map(int, prices)) <= 100


def test_the_grid_loads_on_while_it_is_scrolled(open_page):
    page = open_page("/outfit")
    cards = page.locator("#grid > li")
    for _ in range(6):
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(200)
    expect(cards).to_have_count(60)
    assert len(set(cards.all_inner_texts())) == 60


def test_with_the_keyboard_alone(open_page):
    page = open_page("/outfit?item=0000&item=0003&item=0007")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Swap":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#stand-ins a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#stand-ins")).to_have_count(0)
    expect(page.locator("#verdict")).to_be_focused()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    page.keyboard.press("Tab")
    assert page.evaluate(outline) != "none"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_telephone(open_page, path):
    page = open_page(path, width=400)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)
    answer = Axe().run(page).response
    assert len(answer["passes"]) > 10
    serious = [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in answer["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_everything_works_without_a_script(open_page):
    page = open_page("/outfit?item=0000&item=0003&item=0007", java_script_enabled=False)
    page.locator("li.worst").get_by_role("link", name=re.compile("^Swap")).click()
    page.locator("#stand-ins li").first.get_by_role("link", name=re.compile("^Take")).click()
    expect(page.locator("#verdict .score")).to_be_visible()
    page.get_by_label("Words").fill("blue")
    page.get_by_role("button", name="Filter").click()
    assert "blue" in page.locator("#grid > li").first.inner_text()


def test_reports_are_printed_without_buttons(open_page):
    page = open_page("/saved/1")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="First <b>outfit</b>")).to_be_visible()
    expect(page.locator("nav")).to_be_hidden()

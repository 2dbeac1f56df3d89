"""``fashiongraph serve`` as a process: start, stop, and SIGKILL under writes."""

from __future__ import annotations

import base64
import random
import signal
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest
from typer.testing import CliRunner

from fashiongraph.cli import app as command
from fashiongraph.serve.database import Database
from fashiongraph.serve.own_items import OwnItems
from fashiongraph.serve.picture_folder import PictureFolder
from fashiongraph.serve.saved_outfits import SavedOutfits
from tests.serve.conftest import COLOURS, picture
from tests.serve.served import Served


def test_start_answer_and_stop(model, shop, tmp_path):
    server = Served(model, shop, tmp_path / "store")
    try:
        assert server.address.startswith("http://127.0.0.1:")
        row = server.call("/score", {"outfits": [["0000", "0003"]]})["rows"][0]
        assert 0 < row["score"] < 100
        with pytest.raises(urllib.error.HTTPError, match="404"):
            server.call("/items/%1b[31mred%0a2026")
        port = server.address.rpartition(":")[2]
        taken = ["serve", model, "--data", shop, "--store", tmp_path / "other", "--port", port]
        refused = CliRunner().invoke(command, list(map(str, taken)))
        assert "'--port'" in str(refused.exception)
    finally:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) in (0, 143, -signal.SIGTERM)
    logged = [line for line in server.lines if "red" in line]
    assert len(logged) == 1
    assert "\x1b" not in logged[0]


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (["--host", "0.0.0.0"], "'--token' needs a secret"),
        (["--token", "short"], "'--token' needs 16"),
        (["--host", "example.org", "--token", "x" * 16], "'--host' needs an address"),
        (["--database", "nonsense"], "'--database' needs a URL"),
        (["--store", "/proc/none"], "--store names another"),
    ],
)
def test_options_are_checked_before_the_work(model, shop, tmp_path, options, rule):
    words = ["serve", model, "--data", shop, "--store", tmp_path / "store", "--port", 0, *options]
    result = CliRunner().invoke(command, list(map(str, words)))
    assert result.exit_code == 1
    assert rule in str(result.exception)


def test_a_folder_that_does_not_exist_is_not_made(model, shop, tmp_path):
    for words in ([model, "--data", tmp_path / "shpo"], [tmp_path / "modle", "--data", shop]):
        result = CliRunner().invoke(command, ["serve", *map(str, words), "--port", "0"])
        assert "does not exist" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_cannot_be_written_is_named(model, shop, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    words = ["serve", model, "--data", shop, "--store", file / "store"]
    result = CliRunner().invoke(command, list(map(str, words)))
    assert "cannot be made" in str(result.exception)


def test_addresses_of_other_machines_are_not_listened_on(model, shop, tmp_path):
    server = Served(model, shop, tmp_path / "store")
    try:
        port = int(server.address.rpartition(":")[2])
        with socket.socket() as other, pytest.raises(OSError, match="refused"):
            other.connect(("127.0.0.2", port))
    finally:
        server.process.kill()
        server.process.wait()


@pytest.mark.slow
def test_nothing_that_was_answered_is_lost_by_sigkill(model, shop, tmp_path):
    """Ten times: writers in two threads, SIGKILL at a random moment, and all is still there."""
    store, random_moment = tmp_path / "store", random.Random(0)
    outfits: dict[int, list[str]] = {}
    items: dict[str, str] = {}
    for round_ in range(10):
        server = Served(model, shop, store)
        stop = threading.Event()

        def save(server=server, stop=stop, round_=round_) -> None:
            while not stop.is_set():
                worn = ["0000", "0003", "0006"]
                try:
                    answer = server.call("/outfits", {"name": f"round {round_}", "items": worn})
                except OSError:
                    return
                outfits[answer["id"]] = worn

        def add(server=server, stop=stop, round_=round_) -> None:
            count = 0
            while not stop.is_set():
                count += 1
                shade = (round_ * 20, count % 250, COLOURS["red"][2])
                data = base64.b64encode(picture(shade)).decode()
                body = {"category": "bag", "title": f"{round_} {count}", "picture": data}
                try:
                    answer = server.call("/items", body)
                except OSError:
                    return
                items[answer["item_id"]] = body["title"]

        threads = [threading.Thread(target=one) for one in (save, add)]
        for thread in threads:
            thread.start()
        time.sleep(random_moment.uniform(0.1, 1.5))
        server.process.kill()
        stop.set()
        for thread in threads:
            thread.join()
        server.process.wait()
    server = Served(model, shop, store)
    assert server.call("/ready") == {"status": "ok"}
    found = {one["id"]: one["items"] for one in server.call("/outfits")}
    assert len(outfits) > 20
    assert {number: found.get(number) for number in outfits} == outfits
    listed = server.call("/items?text=own-&limit=200")
    assert listed["total"] >= len(items) > 20
    worn = [one["item_id"] for one in listed["items"][:3]]
    assert server.call("/score", {"outfits": [worn]})["rows"][0]["score"] is not None
    server.process.kill()
    server.process.wait()
    database = Database(f"sqlite:///{store}/fashiongraph.sqlite")
    stored = {one.item_id: one for one in OwnItems(database, ()).out_of_date()}
    assert {name: stored[name].title for name in items} == items
    assert all(len(one.items) == 3 for one in SavedOutfits(database).all())
    pictures = PictureFolder(store / "pictures")
    assert all(pictures.open(one.picture).size == (48, 48) for one in stored.values())
    database.close()


def test_replicas_need_ray(model, shop, tmp_path):
    words = ["serve", model, "--data", shop, "--store", tmp_path / "store", "--replicas", 2]
    result = CliRunner().invoke(command, list(map(str, words)))
    assert "'--replicas' has no effect with '--engine plain'" in str(result.exception)

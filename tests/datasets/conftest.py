"""Small outfit tables to read and to damage, named items, and files in a git repository."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fashiongraph.data.item_table import ItemTable
from fashiongraph.datasets.io.polyvore_questions import NamedItems

ITEMS = """\
item_id,category,title,year
007,shoe,"Boot, black",2019
b,top,Blüse,2020
c,bottom,,2021
d,top,裙子,
e,bag,"two
lines",2018
f,shoe,NA,2018
"""
OUTFITS = """\
outfit_id,item_id,position,split
01,007,2,train
01,b,1,train
01,c,3,train
02,d,1,train
02,e,2,train
03,f,1,valid
03,b,2,valid
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six items, three outfits, and features whose row r holds 3r, 3r + 1 and 3r + 2."""
    (tmp_path / "items.csv").write_text(ITEMS, encoding="utf-8", newline="")
    (tmp_path / "outfits.csv").write_text(OUTFITS, encoding="utf-8", newline="")
    np.save(tmp_path / "features.npy", np.arange(18, dtype=np.float16).reshape(6, 3))
    return tmp_path


@pytest.fixture
def commit_of() -> Callable[[Path], str]:
    """A function that makes a folder a git repository of its files and returns the commit's id."""
    if shutil.which("git") is None:
        pytest.skip("needs git")

    def commit(folder: Path) -> str:
        for words in (
            "init --quiet",
            # As hosts of public repositories do, allow to fetch a commit by its id.
            "config uploadpack.allowReachableSHA1InWant true",
            "add --all",
            "-c user.name=tester -c user.email= commit --quiet --message=files",
        ):
            subprocess.run(["git", "-C", str(folder), *words.split()], check=True)
        head = ["git", "-C", str(folder), "rev-parse", "HEAD"]
        return subprocess.run(head, check=True, capture_output=True, text=True).stdout.strip()

    return commit


@pytest.fixture
def named() -> Callable[..., NamedItems]:
    """A function that makes five items with seven names: 7_1 is 9_1, and 7_2 is 8_2."""

    def make(lenient: bool = False) -> NamedItems:
        items = ItemTable.from_lists(list("abcde"), ["c"] * 5)
        names = pd.Index(["7_1", "7_2", "8_1", "8_2", "8_3", "9_1", "9_2"])
        return NamedItems(items, names, np.array([0, 1, 2, 1, 3, 0, 4]), lenient)

    return make


@pytest.fixture
def https(tmp_path_factory, monkeypatch) -> Iterator[Callable[[Path | bytes], str]]:
    """A function that serves a folder, or the same bytes to anyone, at an address of https."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    keys = tmp_path_factory.mktemp("keys")
    words = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2"
    further = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", *words.split(), *further]
    subprocess.run(command, cwd=keys, check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(keys / "cert.pem"))
    monkeypatch.setenv("no_proxy", "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "cert.pem", keys / "key.pem")
    servers = []

    def serve(content: Path | bytes) -> str:
        class Handler(SimpleHTTPRequestHandler):
            def handle_one_request(self) -> None:
                if isinstance(content, Path):
                    super().handle_one_request()
                    return
                self.rfile.readline()
                self.wfile.write(content)
                self.close_connection = True

            def log_message(self, *_: object) -> None: ...

        kind = partial(Handler, directory=str(content)) if isinstance(content, Path) else Handler
        server = ThreadingHTTPServer(("localhost", 0), kind)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"https://localhost:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()

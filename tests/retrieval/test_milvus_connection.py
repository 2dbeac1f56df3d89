from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.retrieval import MilvusCatalogue, milvus_connection
from fashiongraph.retrieval.milvus_connection import TOKEN_VARIABLE, connect, is_milvus
from tests.retrieval.mixed_catalogue import every, query_of, siamese, table

pytest.importorskip("milvus_lite", reason="the optional extra 'milvus' is not installed")

BUILD = """
import os, sys
from fashiongraph.retrieval import MilvusCatalogue
from tests.retrieval.mixed_catalogue import siamese, table

catalogue = MilvusCatalogue.build(siamese(), table(30), sys.argv[1])
own = {os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd")
       if os.path.islink(f"/proc/self/fd/{one}")}
for family in ("tcp", "tcp6"):
    for line in open(f"/proc/self/net/{family}").readlines()[1:]:
        field = line.split()
        if field[3] == "0A" and f"socket:[{field[9]}]" in own:  # listens
            print(field[1].split(":")[0])
"""
LOOPBACK = ("0100007F", "0000000000000000FFFF00000100007F")


def run(code, *arguments):
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})


def test_places_of_milvus():
    assert is_milvus("a/shop.db") and is_milvus("https://host:19530/shop")
    assert not is_milvus("states") and not is_milvus("shop.dbx")


@pytest.mark.parametrize("uri", ["ftp://host", "http://", "http://host:99999", "http://host:0"])
def test_urls_of_another_form_are_refused(uri):
    with pytest.raises(FashionGraphError, match=r"a URL such as http.*\(got "):
        connect(uri)


@pytest.mark.parametrize("uri", ["http://user:pass-word@host:1", "x://pass-word@"])
def test_a_password_in_a_url_is_refused_and_not_shown(uri):
    with pytest.raises(FashionGraphError, match=TOKEN_VARIABLE) as caught:
        connect(uri)
    assert "pass-word" not in str(caught.value)


def test_what_is_no_database_is_left_alone(tmp_path):
    file, folder = tmp_path / "file.db", tmp_path / "folder.db"
    file.write_text("mine")
    folder.mkdir()
    (folder / "notes").touch()
    for path in (file, folder):
        with pytest.raises(DataError, match="no database of Milvus Lite"):
            connect(str(path), create=True)
    with pytest.raises(DataError, match="its folder does not exist"):
        connect(str(tmp_path / "none" / "shop.db"), create=True)
    assert file.read_text() == "mine" and [one.name for one in folder.iterdir()] == ["notes"]


def test_a_server_that_does_not_answer_is_an_error(monkeypatch):
    monkeypatch.setattr(milvus_connection, "CONNECT_TIMEOUT", 0.5)
    monkeypatch.setenv(TOKEN_VARIABLE, "secret-of-the-cluster")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(FashionGraphError, match=uri) as caught:
            MilvusCatalogue.load(uri, siamese(), table(5))
    assert "secret" not in str(caught.value)


def test_a_server_that_has_stopped_is_an_error(tmp_path, capfd):
    from milvus_lite.server_manager import server_manager_instance

    items, place = table(30), str(tmp_path / "shop.db")
    catalogue = MilvusCatalogue.build(siamese(), items, place)
    server_manager_instance.release_server(place)
    with pytest.raises(FashionGraphError, match=r"shop\.db: error of Milvus"):
        catalogue.best(query_of(catalogue.size), 0, 5, every(items))
    assert capfd.readouterr().err == ""


def test_milvus_lite_listens_on_this_machine_alone_and_prints_nothing(tmp_path):
    found = run(BUILD, str(tmp_path / "shop.db"))
    assert found.returncode == 0 and found.stderr == ""
    addresses = found.stdout.split()
    assert addresses and set(addresses) <= set(LOOPBACK)


def test_a_second_process_is_told_that_the_file_is_open(tmp_path):
    place = str(tmp_path / "shop.db")
    MilvusCatalogue.build(siamese(), table(30), place)
    found = run(BUILD, place)
    lines = found.stderr.splitlines()
    assert "shop.db: cannot be opened as Milvus Lite: another process holds the lock" in lines[-1]
    assert not any("Failed to start" in line for line in lines)

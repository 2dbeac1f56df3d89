"""Replicas of the server: one address, one database, and a replica that dies."""

from __future__ import annotations

import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import grpc
import psutil
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.serve import ServeSettings
from fashiongraph.serve.ray_replicas import serve_replicas
from tests.serve.postgres import postgres
from tests.serve.served import Served

LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


class Replicas(Served):
    """``fashiongraph serve --engine ray``, with its processes."""

    def __init__(self, model: Path, shop: Path, store: Path, database: str) -> None:
        options = ("--engine", "ray", "--replicas", "2", "--database", database)
        super().__init__(model, shop, store, *options, ready="2 replicas")

    def processes(self) -> list[psutil.Process]:
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def replicas(self) -> list[psutil.Process]:
        return [one for one in self.processes() if "ServeReplica" in "".join(one.cmdline())]


@pytest.fixture(scope="module")
def replicas(model: Path, shop: Path, tmp_path_factory) -> Iterator[Replicas]:
    pytest.importorskip("ray.serve", reason="needs the extra 'ray'")
    with postgres() as database:
        served = Replicas(model, shop, tmp_path_factory.mktemp("store"), database)
        yield served
        served.process.send_signal(signal.SIGTERM)
        try:
            assert served.process.wait(60) == 128 + signal.SIGTERM
            assert served.process.stdout.read() == ""
            assert len(served.lines) == 1, served.lines  # the address, and nothing of Ray
        finally:
            served.process.kill()


@pytest.mark.slow
def test_the_rules_of_one_server(replicas):
    assert replicas.address.startswith("http://127.0.0.1:")
    assert 0 < replicas.call("/score", {"outfits": [["0000", "0003"]]})["rows"][0]["score"] < 100
    for headers, status in (
        ({"host": "elsewhere.example"}, 421),
        ({"origin": "http://elsewhere.example"}, 403),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            replicas.call("/score", {"outfits": [["0000", "0003"]]}, **headers)
        assert refused.value.code == status


@pytest.mark.slow
def test_open_ports_need_the_token(replicas):
    """Ray Serve gives each replica a port on all interfaces, which refuses requests without it."""
    open_ports = [
        (process.pid, connection.laddr.port)
        for process in replicas.processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.ip not in LOOPBACK
    ]
    assert {pid for pid, _ in open_ports} <= {one.pid for one in replicas.replicas()}
    for _, port in open_ports:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = channel.unary_unary("/ray.serve.ASGIService/HandleRequest")
            with pytest.raises(grpc.RpcError) as refused:
                call(b"", timeout=30)
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.slow
def test_a_replica_dies_and_what_it_stored_stays(replicas):
    before = replicas.replicas()
    assert len(before) == 2
    saved = {replicas.call("/outfits", {"name": str(i), "items": ["0000"]})["id"] for i in range(8)}
    for _ in range(8):  # whichever replica answers
        assert saved <= {one["id"] for one in replicas.call("/outfits")}
    before[0].kill()
    answered, limit = 0, time.monotonic() + 60
    while answered < 20 or len(replicas.replicas()) < 2:
        assert time.monotonic() < limit
        try:
            assert saved <= {one["id"] for one in replicas.call("/outfits")}
            answered += 1
        except urllib.error.HTTPError as error:  # of a request that the replica had begun
            assert error.code >= 500
    assert before[0].pid not in {one.pid for one in replicas.replicas()}


def test_a_file_is_no_database_of_several_machines(tmp_path):
    with pytest.raises(FashionGraphError, match="'database' needs a server"):
        serve_replicas(lambda: None, ServeSettings(tmp_path), 8000, 2, "127.0.0.1:1")
    settings = ServeSettings(tmp_path, database="nonsense")
    with pytest.raises(FashionGraphError, match="'database' needs a URL"):
        serve_replicas(lambda: None, settings, 8000, 2)

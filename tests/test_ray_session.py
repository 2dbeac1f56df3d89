"""Sessions of Ray: where they listen, what they need, and what they leave behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.ray_session import check_processors, errors_of_tasks, ray_session

# Prints the addresses that processes of a session listen on, and the answers to requests with and
# without its token.
LISTENING = """
import json, os, signal
import grpc, psutil
from fashiongraph.ray_session import ray_session

def answer(address, headers):
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary("/ray.rpc.NodeInfoGcsService/GetAllNodeInfo")
        try:
            call(b"", metadata=headers, timeout=30)
        except grpc.RpcError as error:
            return error.code().name
    return "OK"

with ray_session() as ray:
    @ray.remote
    def task():
        return os.getpid()

    ray.get([task.remote() for _ in range(4)])
    own = psutil.Process()
    processes = [own, *own.children(recursive=True)]
    addresses = {
        connection.laddr.ip
        for process in processes
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    address = ray.get_runtime_context().gcs_address
    tokens = (os.environ["RAY_AUTH_TOKEN"], "0" * 64)
    answers = [answer(address, [("authorization", f"Bearer {token}")]) for token in tokens]
    answers.append(answer(address, []))
names = [name for name in os.environ if name.startswith(("RAY_AUTH", "RAY_ENABLE", "GLOO"))]
restored = signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
print(json.dumps([len(processes), sorted(addresses), answers, names, restored]))
"""


@pytest.fixture
def ray():
    return pytest.importorskip("ray", reason="needs the extra 'ray'")


@pytest.mark.slow
def test_a_session_listens_on_loopback_alone_and_needs_a_token(ray, tmp_path):
    environment = {name: v for name, v in os.environ.items() if not name.startswith("RAY_")}
    environment["HOME"] = str(tmp_path)  # where Ray would write a token
    done = subprocess.run(
        [sys.executable, "-c", LISTENING],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    count, addresses, answers, names, restored = json.loads(done.stdout)
    assert count > 4
    assert addresses
    assert set(addresses) <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    assert answers == ["OK", "UNAUTHENTICATED", "UNAUTHENTICATED"]
    assert names == []
    assert restored
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_open_session_is_used_and_stays_open(ray):
    with ray_session() as outer:
        with ray_session() as inner:
            assert inner is outer
        assert ray.is_initialized()
        with pytest.raises(FashionGraphError, match="'replicas' needs at most"):
            check_processors(outer, 10_000, "replicas")
        with pytest.raises(SystemExit) as stopped:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        assert stopped.value.code == 128 + signal.SIGTERM
    assert not ray.is_initialized()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere:port"])
def test_a_cluster_that_does_not_answer_is_named(ray, address):
    with pytest.raises(FashionGraphError, match=f"'address'.*{address}"), ray_session(address):
        pass


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)  # as if it were not installed
    with pytest.raises(FashionGraphError, match=r"fashiongraph\[ray\]"), ray_session():
        pass


def test_errors_of_other_processes():
    inner = DataError("needs a number", "items.csv", row=3)
    with pytest.raises(DataError) as caught, errors_of_tasks():
        raise RuntimeError(inner)
    assert (caught.value.file.name, caught.value.row) == ("items.csv", 3)
    failed = RuntimeError("of Ray Train")
    failed.worker_failures = {1: RuntimeError(inner)}
    with pytest.raises(DataError), errors_of_tasks():
        raise failed
    with pytest.raises(ZeroDivisionError), errors_of_tasks():
        raise ZeroDivisionError

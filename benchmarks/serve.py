"""Load of the server: 32 clients with mixed requests, beside an application without a queue.

    python benchmarks/serve.py                       # five minutes on two otherwise idle cores
    python benchmarks/serve.py --items 2000 --seconds 5 --trained-on 200   # to test the code

Both applications serve the same model over the same catalogue on the loopback interface, one after
the other. The naive application calls the model once a request, in a thread of its own each, as
FastAPI does with plain functions. Clients are threads of a process of their own; each sends one
request after the other, without a pause, or with ``--pause`` seconds between them. The exit status
is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from fashiongraph.data import add_item_cooccurrence, category_graph, split
from fashiongraph.data.outfits import Outfits
from fashiongraph.datasets import OutfitTables, SyntheticOutfits
from fashiongraph.evaluation import Calibration
from fashiongraph.files import atomic_write
from fashiongraph.freed_memory import keep_freed_memory
from fashiongraph.models import ADDGNNPlus
from fashiongraph.stylist import Stylist
from fashiongraph.training import fit

TARGET_P95 = 300.0  # milliseconds, at 100,000 items on two cores
TARGET_START = 10.0  # seconds, at 10,000 items
# Shares of the requests: what people who click through the pages and shops that call the API send.
MIX = {
    "score": 0.45,
    "items": 0.20,
    "explain": 0.12,
    "swap": 0.08,
    "complete": 0.08,
    "page": 0.05,
    "compose": 0.02,
}


def make_outfits(items: int, outfits: int) -> Outfits:
    """Synthetic outfits over a catalogue with prices."""
    found = SyntheticOutfits.attributes_only(num_outfits=outfits, num_items=items, seed=0)
    price = np.random.default_rng(0).integers(5, 200, len(found.items))
    columns = found.items.columns.assign(price=price)
    table = found.items.with_features(found.items.features)
    object.__setattr__(table, "columns", columns)
    return Outfits(table, found.ptr, found.item_id)


def write_tables(outfits: Outfits, folder: Path) -> None:
    """Write a data set in the form of one's own tables."""
    folder.mkdir()
    items = outfits.items
    rows = torch.arange(len(items))
    names = np.array(items.categories, dtype=object)[items.category_id[rows].numpy()]
    frame = items.columns.assign(item_id=items.ids.to_numpy(), category=names)
    frame.to_csv(folder / "items.csv", index=False)
    worn = {"outfit_id": outfits.batch.numpy(), "item_id": items.ids[outfits.item_id.numpy()]}
    pd.DataFrame(worn).to_csv(folder / "outfits.csv", index=False)
    np.save(folder / "features.npy", items.features.numpy().astype(np.float16))


def train(folder: Path, model_folder: Path) -> None:
    """Train a model and store it with its calibration."""
    outfits = OutfitTables(folder, features="features.npy").outfits
    torch.manual_seed(0)
    parts = split(outfits, seed=0)
    graph = category_graph(parts[0].category_id, parts[0].batch, outfits.items.num_categories)
    model = ADDGNNPlus(outfits.items.num_features)
    fit(
        model,
        *parts[:2],
        graph=add_item_cooccurrence(graph, parts[0]),
        max_epochs=3,
        progress=False,
        logger=False,
    )
    model.calibration = Calibration.fit(model, parts[1]).to_dict()
    model.save(model_folder)


def naive_app(stylist: Stylist) -> Any:
    """An application with one call of the model a request."""
    from fastapi import FastAPI
    from fastapi.responses import HTMLResponse

    from fashiongraph.serve.item_search import ItemSearch

    app = FastAPI()

    @app.post("/api/v1/{question}")
    def answer(question: str, body: dict[str, Any]) -> dict[str, Any]:
        if question == "score":
            return stylist.score(body["outfits"]).to_dict()
        return getattr(stylist, question)(**body).to_dict()

    @app.get("/api/v1/items")
    def items(text: str = "", limit: int = 50) -> dict[str, Any]:
        rows = ItemSearch(stylist.catalogue.items).find(text)
        shown = stylist.catalogue.frame(rows[:limit]).to_dict("records")
        return {"total": len(rows), "items": shown}

    @app.get("/outfit", response_class=HTMLResponse)
    def page(item: str = "") -> str:
        ids = item.split(",")
        return f"{stylist.score([ids]).sentence} {stylist.explain(ids).sentence}"

    return app


def serve_naive(folder: Path, port: int) -> None:
    """Serve the naive application: the child process."""
    import uvicorn

    keep_freed_memory()
    stylist = Stylist.load(folder / "model", folder / "data")
    ids = list(stylist.catalogue.items.ids[:2])
    stylist.score([ids])
    stylist.complete(ids[:1], k=1)
    settings = {"host": "127.0.0.1", "port": port, "timeout_keep_alive": 75}
    uvicorn.run(naive_app(stylist), log_level="warning", **settings)


def command(name: str, folder: Path, port: int) -> list[str]:
    """The command line of a server."""
    start = [sys.executable, "-W", "ignore"]
    if name == "naive":
        return [*start, __file__, "--serve-naive", str(folder), "--port", str(port)]
    words = ["serve", str(folder / "model"), "--data", str(folder / "data"), "--quiet"]
    return [*start, "-m", "fashiongraph", *words, "--port", str(port), "--queue", "256"]


class Clients:
    """Threads that send requests of the mix until a moment, one after the other.

    Args:
        port: Port of the server.
        ids: Identifiers of the items.
        categories: Categories of the catalogue.
        naive: Whether the server is the naive one, whose page takes its items in one parameter.
    """

    def __init__(
        self, port: int, ids: Sequence[str], categories: Sequence[str], naive: bool
    ) -> None:
        self.port, self.ids, self.categories, self.naive = port, ids, categories, naive
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def run(self, clients: int, seconds: float, pause: float) -> None:
        """Send requests."""
        end = time.perf_counter() + seconds
        threads = [
            threading.Thread(target=self._one, args=(random.Random(i), end, pause))
            for i in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _one(self, rng: random.Random, end: float, pause: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while time.perf_counter() < end:
            kind = rng.choices(list(MIX), list(MIX.values()))[0]
            method, path, body = self._request(kind, rng)
            data = None if body is None else json.dumps(body).encode()
            start = time.perf_counter()
            try:
                connection.request(method, path, data, {"content-type": "application/json"})
                answer = connection.getresponse()
                text = answer.read()
                if answer.status != 200:
                    self.errors.append(f"{kind}: {answer.status} {text[:200]!r}")
            except OSError as error:
                self.errors.append(f"{kind}: {error}")
                connection.close()
            self.times[kind].append(time.perf_counter() - start)
            if pause:
                time.sleep(rng.expovariate(1 / pause))
        connection.close()

    def _request(self, kind: str, rng: random.Random) -> tuple[str, str, Any]:
        outfit = rng.sample(self.ids, rng.randint(2, 5))
        if kind == "score":
            return "POST", "/api/v1/score", {"outfits": [outfit]}
        if kind == "explain":
            return "POST", "/api/v1/explain", {"outfit": outfit}
        if kind == "swap":
            return "POST", "/api/v1/swap", {"outfit": outfit, "k": 5}
        if kind == "complete":
            slot = rng.choice(self.categories)
            return "POST", "/api/v1/complete", {"outfit": outfit, "slots": [slot], "k": 5}
        if kind == "compose":
            body = {"seed": outfit[:1], "n": 3, "where": [f"price < {rng.randint(50, 200)}"]}
            return "POST", "/api/v1/compose", body
        if kind == "items":
            word = rng.choice(["red", "wool", "striped", "coat", "dress", "blue bag"])
            return "GET", f"/api/v1/items?text={word.replace(' ', '+')}&limit=20", None
        items = ",".join(outfit) if self.naive else "&item=".join(outfit)
        return "GET", f"/outfit?item={items}", None


def measure(name: str, arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Start an application, send requests, and stop it."""
    items = OutfitTables(folder / "data").items
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.perf_counter()
    server = subprocess.Popen(command(name, folder, port))
    try:
        _wait(port, server)
        ready = time.perf_counter() - start
        clients = Clients(port, list(items.ids), items.categories, name == "naive")
        clients.run(4, min(5.0, arguments.seconds), 0.0)  # warm
        clients.times.clear()
        clients.errors.clear()
        before = _memory(server.pid)
        clients.run(arguments.clients, arguments.seconds, arguments.pause)
        after = _memory(server.pid)
    finally:
        server.terminate()
        server.wait()
    times = {kind: np.array(one) * 1000 for kind, one in sorted(clients.times.items())}
    every = np.concatenate(list(times.values()))
    return {
        "application": name,
        "items": len(items),
        "ready_s": round(ready, 2),
        "requests": len(every),
        "requests_per_s": round(len(every) / arguments.seconds, 1),
        "p50_ms": round(float(np.percentile(every, 50)), 1),
        "p95_ms": round(float(np.percentile(every, 95)), 1),
        "errors": len(clients.errors),
        "first_errors": clients.errors[:3],
        "memory_start_mb": before,
        "memory_end_mb": after,
        "p95_ms_by_kind": {k: round(float(np.percentile(v, 95)), 1) for k, v in times.items()},
    }


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server listens."""
    while True:
        if server.poll() is not None:
            raise SystemExit(f"the server has ended with status {server.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)


def _memory(pid: int) -> float:
    """Resident memory of a process in MB; -1 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return -1.0
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


def main() -> int:
    """Measure both applications, print a table, and check the targets."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--trained-on", type=int, default=3000, help="outfits")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=0.0, help="mean seconds between requests")
    parser.add_argument("--output", type=Path, help="JSON file to write")
    parser.add_argument("--serve-naive", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve_naive:
        serve_naive(arguments.serve_naive, arguments.port)
        return 0
    with tempfile.TemporaryDirectory() as name:
        large, small = Path(name, "large"), Path(name, "small")
        for folder, count in ((small, min(10_000, arguments.items)), (large, arguments.items)):
            folder.mkdir()
            write_tables(make_outfits(count, arguments.trained_on), folder / "data")
            train(folder / "data", folder / "model")
        short = argparse.Namespace(**{**vars(arguments), "seconds": 1.0})
        started = measure("ours", short, small)
        rows = [measure(one, arguments, large) for one in ("ours", "naive")]
    ours, naive = rows
    facts = {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        "clients": arguments.clients,
        "seconds": arguments.seconds,
        "pause_s": arguments.pause,
        "mix": MIX,
        "rows": rows,
        "ready_s_at_10000_items": started["ready_s"],
        "throughput_against_naive": round(ours["requests_per_s"] / naive["requests_per_s"], 2),
        "p95_of_naive_against_ours": round(naive["p95_ms"] / ours["p95_ms"], 2),
    }
    print(json.dumps(facts, indent=1))
    if arguments.output is not None:
        with atomic_write(arguments.output) as draft:
            draft.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    held = ours["p95_ms"] <= TARGET_P95 and not ours["errors"]
    return 0 if held and started["ready_s"] <= TARGET_START else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""Score, save, load and train again and again; memory and open files have to stay flat.

    python tests/soak/run.py 1      # a million outfits, 500 models, 300 epochs, 12,000 requests

Memory after a tenth of each job is compared with that at its end. Requests go to a server in this
process, one after the other (extra ``serve``).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

sys.path.insert(0, str(Path(__file__).parents[2]))
warnings.simplefilter("ignore")

from fashiongraph.data import add_item_cooccurrence, category_graph  # noqa: E402
from fashiongraph.datasets import SyntheticOutfits  # noqa: E402
from fashiongraph.evaluation import Calibration, score_outfits  # noqa: E402
from fashiongraph.loader import OutfitLoader  # noqa: E402
from fashiongraph.models import ADDGNNPlus, OutfitModel  # noqa: E402
from fashiongraph.serve import ServeSettings, create_app  # noqa: E402
from fashiongraph.stylist import Stylist  # noqa: E402

_MEBIBYTE = 1 << 20
_ALLOWED = 32  # MiB that the allocator may keep


def memory() -> float:
    """Resident memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MEBIBYTE


def handles() -> int:
    """Number of open files of this process."""
    return len(os.listdir("/proc/self/fd"))


def soak(step: Callable[[], Any], count: int) -> dict[str, Any]:
    """Repeat a step; memory and open files after a tenth and at the end."""
    count = max(count, 10)
    for _ in range(count // 10):
        step()
    before = memory(), handles()
    for _ in range(count - count // 10):
        step()
    grown = memory() - before[0]
    flat = grown < _ALLOWED and handles() <= before[1]
    return {
        "steps": count,
        "mebibytes": round(grown, 1),
        "files": handles() - before[1],
        "flat": flat,
    }


@contextmanager
def served(stylist: Stylist, folder: str) -> Iterator[str]:
    """Address of a server of a stylist, in a thread."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(lambda: stylist, ServeSettings(Path(folder))), port=0, log_level="error"
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def requests(address: str, outfit: list[str]) -> Callable[[], None]:
    """Six requests: a page, three questions about an outfit, and one saved and removed."""
    client = httpx.Client(base_url=address, headers={"Origin": address}, timeout=60)

    def send(method: str, path: str, **body: Any) -> httpx.Response:
        return client.request(method, path, **({"json": body} if body else {})).raise_for_status()

    def step() -> None:
        send("GET", "/outfit?" + "&".join(f"item={item}" for item in outfit))
        send("POST", "/api/v1/score", outfits=[outfit])
        send("POST", "/api/v1/explain", outfit=outfit)
        send("POST", "/api/v1/swap", outfit=outfit, k=2)
        saved = send("POST", "/api/v1/outfits", name="soak", items=outfit).json()
        send("DELETE", f"/api/v1/outfits/{saved['id']}")

    return step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scale", type=float, nargs="?", default=1.0)
    scale = parser.parse_args().scale
    outfits = SyntheticOutfits.attributes_only(num_outfits=10_000, seed=0)
    graph = category_graph(outfits.category_id, outfits.batch, outfits.items.num_categories)
    model = ADDGNNPlus(outfits.items.num_features, 16).eval()
    model.graph = add_item_cooccurrence(graph, outfits)
    few = outfits.select(range(1000))
    with tempfile.TemporaryDirectory() as folder:

        def store() -> None:
            model.save(f"{folder}/model")
            OutfitModel.load(f"{folder}/model")

        jobs = {
            "outfits scored, by 10,000": (lambda: score_outfits(model, outfits), 100),
            "models saved and loaded": (store, 500),
            "epochs of a loader": (
                lambda: sum(1 for _ in OutfitLoader(few, model.graph, 128, share_items=True)),
                300,
            ),
        }
        found = {name: soak(step, round(count * scale)) for name, (step, count) in jobs.items()}
        calibration = Calibration.fit(model, few)
        stylist = Stylist(model, outfits.items, few, calibration=calibration)
        outfit = outfits.items.ids[few.item_id[: int(few.ptr[1])].numpy()].tolist()
        with served(stylist, f"{folder}/store") as address:
            found["requests of a server, by six"] = soak(
                requests(address, outfit), round(2000 * scale)
            )
    print(json.dumps(found, indent=1))
    sys.exit(not all(one["flat"] for one in found.values()))


if __name__ == "__main__":
    main()

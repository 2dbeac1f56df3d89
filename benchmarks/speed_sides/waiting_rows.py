"""Speed rows of what people wait for: embedding, the start of a command, a server's batches."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import torch
from PIL import Image

from fashiongraph.data import add_item_cooccurrence, category_graph, split
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation import Calibration
from fashiongraph.features import PictureBatches, extract_features, image_encoder
from fashiongraph.features.files import save_features
from fashiongraph.models import ADDGNNPlus
from fashiongraph.serve.model_queue import ModelQueue
from speed_sides.case import Case
from speed_sides.memory import peak_growth
from speed_sides.stylist_rows import made_stylist
from speed_sides.timing import Row, interleaved, ratio

_ENCODER, _SIDE = "efficientnet-lite0", 480
_CLIENTS = 32


def embed(case: Case) -> Row:
    """Embedding of photographs against decoding on all cores and then the bare network.

    Where cores are few, decoding takes them from the network.
    """
    encoder = image_encoder(_ENCODER).eval().to(memory_format=torch.channels_last)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{i}.jpg") for i in range(case.pictures)]
        rng = torch.Generator().manual_seed(0)
        for path in paths:
            coarse = torch.randint(256, (24, 24, 3), generator=rng, dtype=torch.uint8)
            Image.fromarray(coarse.numpy()).resize((_SIDE, _SIDE)).save(path, quality=90)
        batches = PictureBatches([str(path) for path in paths], encoder.transform, 8, None)
        ready = [batches[i].pixels for i in range(len(batches))]

        @torch.inference_mode()
        def network() -> None:  # by all cores
            for pixels in ready:
                encoder(pixels.contiguous(memory_format=torch.channels_last))

        def decode() -> None:  # by one core
            for i in range(len(batches)):
                batches[i]

        sides = {
            "ours": lambda: extract_features(paths, encoder, progress=False),
            "decode": decode,
            "network": network,
        }
        seconds = interleaved(sides, min(3, case.repeats))
    threads = torch.get_num_threads()
    turns = zip(seconds["decode"], seconds["network"], seconds["ours"], strict=True)
    values = [(decoding / threads + network) / ours for decoding, network, ours in turns]
    speed = {side: case.pictures / min(times) for side, times in seconds.items()}
    name = f"embedding by {_ENCODER}: share of the speed of decoding and network"
    return Row(name, "share", values, 0.85, details={"pictures a second": speed})


@lru_cache(maxsize=1)
def wardrobe() -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """A folder with a trained model and the tables of twelve items."""
    temporary = tempfile.TemporaryDirectory()
    root = Path(temporary.name)
    outfits = SyntheticOutfits.attributes_only(num_outfits=60, seed=0)
    train, valid, _ = split(outfits, seed=0)
    graph = category_graph(train.category_id, train.batch, outfits.items.num_categories)
    model = ADDGNNPlus(outfits.items.num_features).eval()
    model.graph, model.categories = add_item_cooccurrence(graph, train), outfits.items.categories
    model.calibration = Calibration.fit(model, valid).to_dict()
    model.save(root / "model")
    few = outfits.item_id[:12].unique()
    ids, items = outfits.items.ids[few.numpy()], outfits.items
    lines = [
        f"{item},{items.categories[int(c)]}"
        for item, c in zip(ids, items.category_id[few], strict=True)
    ]
    (root / "items.csv").write_text("\n".join(["item_id,category", *lines]), encoding="utf-8")
    rows = [f"o,{item}" for item in ids[:4]]
    (root / "outfits.csv").write_text("\n".join(["outfit_id,item_id", *rows]), encoding="utf-8")
    save_features(root / "features.npy", items.feature_rows(few).numpy())
    return temporary, root


def score_start(case: Case) -> Row:
    """``fashiongraph score`` on twelve items against the import of torch and PyG."""
    _, root = wardrobe()
    score = [sys.executable, "-m", "fashiongraph", "score", root / "model", root / "outfits.csv"]
    score += ["--data", root, "--features", "features.npy"]
    bare = [sys.executable, "-W", "ignore", "-c", "import torch, torch_geometric"]
    sides = {
        "imports": lambda: subprocess.run(bare, check=True, capture_output=True),
        "score": lambda: subprocess.run(score, check=True, capture_output=True),
    }
    row = ratio("start of fashiongraph score against bare imports", sides, case.repeats)
    return Row(row.name, row.unit, row.values, 1.3, at_most=True, details=row.details)


def server_batches(case: Case) -> Row:
    """Scores of waiting requests in one batch against one call a request."""
    stylist, outfit = made_stylist(case.catalogue_items)

    def queued(alone: bool) -> Callable[[], object]:
        def run() -> list[object]:
            queue = ModelQueue(lambda: stylist, _CLIENTS, alone=alone)
            try:
                waiting = [queue.score([outfit]) for _ in range(_CLIENTS)]
                return [one.result() for one in waiting]
            finally:
                queue.close()

        return run

    sides = {"ours": queued(alone=False), "a call each": queued(alone=True)}
    name = f"server: {_CLIENTS} waiting scores against a call for each"
    return ratio(name, sides, case.repeats, 4)


def stylist_memory(case: Case) -> Row:
    """Item embeddings and the peak of all answers, beside the embeddings."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        share = pool.submit(_memory_share, case.catalogue_items).result()
    name = "stylist: memory of embeddings and answers beside the embeddings"
    return Row(name, "times", [share], 1.5, at_most=True)


def _memory_share(num_items: int) -> float:
    stylist, outfit = made_stylist(num_items)
    states, slots = stylist.catalogue.states, stylist.catalogue.items.categories[10:15]
    assert states is not None
    answers: list[Callable[[], object]] = [
        lambda: stylist.score([outfit]),
        lambda: stylist.explain(outfit),
        lambda: stylist.swap(outfit),
        lambda: stylist.complete(outfit),
        lambda: stylist.compose(outfit[:1], n=5, slots=slots),
    ]
    answers[0]()  # loads libraries that load late
    growth = peak_growth(lambda: [answer() for answer in answers])
    return 1 + growth / states.values.nbytes


ROWS: dict[str, Callable[[Case], Row]] = {
    row.__name__: row for row in (embed, score_start, server_batches, stylist_memory)
}

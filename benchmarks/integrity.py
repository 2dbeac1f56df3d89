"""What digests and writes to the disk cost: their share of training, scoring, an index and loading.

    python benchmarks/integrity.py

Every job runs as the library does it, in turns with the same job without digests and without
waiting for the disk (fsync). Prints the median of the ratios of each job.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import torch

from fashiongraph.data import ItemTable, add_item_cooccurrence, category_graph, split
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation import score_outfits
from fashiongraph.models import ADDGNNPlus, OutfitModel
from fashiongraph.retrieval import ItemIndex
from fashiongraph.training import fit

warnings.simplefilter("ignore")

TURNS, OUTFITS, ITEMS, DIMENSIONS, EPOCHS = 5, 5_000, 100_000, 256, 4
_UNCHECKED = {
    "fashiongraph.manifest.digest": "",
    "fashiongraph.manifest._verify": None,
    "os.fsync": None,
}


@contextmanager
def unchecked() -> Iterator[None]:
    """Context in which files have no digests and writes do not wait for the disk."""
    with ExitStack() as stack:
        for target, value in _UNCHECKED.items():
            stack.enter_context(patch(target, return_value=value))
        yield


def jobs(folder: Path) -> dict[str, Callable[[str], object]]:
    """What is measured; each takes a name that no other call has."""
    outfits = SyntheticOutfits.attributes_only(num_outfits=OUTFITS, seed=0)
    train, valid, _ = split(outfits, seed=0)
    graph = category_graph(train.category_id, train.batch, outfits.items.num_categories)
    graph = add_item_cooccurrence(graph, train)
    items = outfits.items
    vectors = torch.randn(ITEMS, DIMENSIONS)
    ids = [f"i{i:06d}" for i in range(ITEMS)]
    catalogue = ItemTable.from_lists(ids, [f"c{i % 50}" for i in range(ITEMS)])
    ItemIndex.build(catalogue, vectors).save(folder / "index")

    def training(name: str) -> object:
        torch.manual_seed(0)
        model = ADDGNNPlus(items.num_features)
        return fit(
            model, train, valid, graph=graph, max_epochs=EPOCHS, directory=folder / name,
            progress=False, logger=False,
        )  # fmt: skip

    def index(name: str) -> object:
        return ItemIndex.build(catalogue, vectors).save(folder / name)

    model = ADDGNNPlus(items.num_features).eval()
    model.graph, model.categories = graph, items.categories
    return {
        f"training, {EPOCHS} epochs of {len(train):,} outfits": training,
        f"scoring {len(outfits):,} outfits": lambda name: score_outfits(model, outfits),
        f"index of {ITEMS:,} items": index,
        "loading the index": lambda name: ItemIndex.load(folder / "index", mapped=False),
        "saving and loading a model": lambda name: (
            model.save(folder / name),
            OutfitModel.load(folder / name),
        ),
    }


def seconds(job: Callable[[str], object], name: str) -> float:
    """Time of a call."""
    begin = time.perf_counter()
    job(name)
    return time.perf_counter() - begin


def main() -> None:
    """Measure all jobs and print their ratios."""
    with tempfile.TemporaryDirectory() as temporary:
        for place, (name, job) in enumerate(jobs(Path(temporary)).items()):
            ratios, times = [], []
            for turn in range(TURNS + 1):
                checked = seconds(job, f"{place}_{turn}_checked")
                with unchecked():
                    bare = seconds(job, f"{place}_{turn}_bare")
                if turn:  # the first one warms up
                    ratios.append(checked / bare)
                    times.append(checked)
            spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
            median = statistics.median(ratios)
            print(f"{name}: {median:.3f} times ({spread}), {statistics.median(times):.3f} s")
    os.sync()


if __name__ == "__main__":
    main()

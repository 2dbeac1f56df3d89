"""Speed rows of features mapped from disk against the same features in memory."""

from __future__ import annotations

import mmap
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from torch import Tensor

from fashiongraph.data import Outfits
from fashiongraph.datasets.io.feature_file import open_features
from fashiongraph.evaluation import score_outfits
from speed_sides.case import Case
from speed_sides.made import made_outfits
from speed_sides.timing import Row, ratio
from speed_sides.training_rows import step

_ROWS = 4096  # written at a time


@contextmanager
def feature_file(case: Case) -> Iterator[Path]:
    """A file of random rows in half precision."""
    generator = torch.Generator().manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "features.npy"
        file = open_memmap(path, "w+", np.float16, (case.mapped_items, case.features))
        for rows in np.array_split(file, -(-len(file) // _ROWS)):
            rows[:] = torch.randn(rows.shape, generator=generator).half().numpy()
        file.flush()
        del file, rows
        yield path


def compared(name: str, case: Case, run: Callable[[Outfits], object]) -> Row:
    """Speed with features of a file, as a share of the speed with features in memory.

    The file is opened anew for every turn, so that none of its pages is mapped at first, although
    the system caches them.
    """
    outfits = made_outfits(case.mapped_outfits, case.mapped_items)

    def over(features: Tensor) -> object:
        return run(outfits.with_items(outfits.items.with_features(features)))

    with feature_file(case) as path:
        loaded = torch.from_numpy(open_features(path)).float()
        sides = {
            "mapped": lambda: over(torch.from_numpy(open_features(path))),
            "memory": lambda: over(loaded),
        }
        return ratio(name, sides, case.repeats, 0.9)


def train_mapped(case: Case) -> Row:
    """Batches and training steps."""
    case.model.train()

    def epoch(outfits: Outfits) -> None:
        for batch in case.loader(outfits):
            step(case.model, batch.to(case.device))()

    return compared("training from mapped half-precision features against memory", case, epoch)


def infer_mapped(case: Case) -> Row:
    """Outfits scored as in evaluation."""
    name = "scoring from mapped half-precision features against memory"
    return compared(name, case, lambda outfits: score_outfits(case.model, outfits))


def read_cold(case: Case) -> Row:
    """Random rows of a file that the system does not cache, without reading ahead."""
    rows = np.sort(np.random.default_rng(0).permutation(case.mapped_items)[:_ROWS])
    values = []
    with feature_file(case) as path:
        for _ in range(case.repeats):
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            features = open_features(path)
            features.base.madvise(mmap.MADV_RANDOM)
            start = time.perf_counter()
            features[rows]
            values.append(len(rows) / (time.perf_counter() - start))
            del features  # mapped pages would be held
    return Row("features read from disk, one row after the other", "rows/s", values)


ROWS: dict[str, Callable[[Case], Row]] = {
    row.__name__: row for row in (train_mapped, infer_mapped, read_cold)
}

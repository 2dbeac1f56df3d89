"""Trainings that are run once: every one writes a file, and is skipped where it exists."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import platform
import re
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from tqdm.auto import tqdm

from fashiongraph.data import Compatibility
from fashiongraph.evaluation import (
    compatibility,
)
from fashiongraph.evaluation import (
    evaluate_questions,
)
from fashiongraph.evaluation import (
    score_against_negatives,
)
from fashiongraph.evaluation.score_outfits import Scorer
from fashiongraph.files import atomic_write
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.models import OutfitModel
from fashiongraph.training import fit
from harness.case import Case
from harness.designer_case import DesignerCase
from harness.models import CONTROLS, Entry
from harness.sets import SETS
from harness.variants import DESIGNERS, ENTRIES

AS_THEY_ARE: dict[str, Callable[[Any], Scorer]] = {**CONTROLS, **DESIGNERS}  # not trained here


@dataclass(frozen=True)
class Run:
    """What a training depends on.

    Args:
        data: Name of the data set.
        model: Name of the model or the control.
        protocol: Protocol of its negatives in training; empty for a control.
        seed: Seed of everything.
        epochs: Number of epochs.
        trial: Which of the model's trials.
        features: File of features; by default the data set's own.
    """

    data: str
    model: str
    protocol: str
    seed: int
    epochs: int
    trial: int = 0
    features: str | None = None

    def file(self, folder: Path) -> Path:
        """Where its record lies."""
        name = [file_name(self.model), self.protocol or "control"]
        name += [f"{self.epochs}epochs", *([self.features] if self.features else [])]
        name += [f"trial{self.trial}", f"seed{self.seed}.json"]
        return folder / file_name(self.data) / "_".join(name)


def file_name(text: str) -> str:
    """A name of a model or a data set as files bear it."""
    return re.sub(r"[^\w.=]+", "-", text).strip("-")


def plan(run: Run, folder: Path, seeds: Sequence[int]) -> tuple[list[Run], bool]:
    """The trainings that a cell of a table needs next, and whether they fill the cell.

    Before them come the trials of settings on ``seeds``: the best mean validation score settles
    them for all seeds. One seed's validation outfits are too few to choose by.
    """
    if run.model in AS_THEY_ARE:
        return [replace(run, protocol="", epochs=0)], True
    entry = ENTRIES[run.model]
    epochs = entry.epochs or round(run.epochs / entry.share)
    elsewhere = SETS[run.data].settled_by if run.data in SETS else None
    if entry.settled_by is not None or elsewhere is not None:
        asked = replace(run, data=elsewhere or run.data, model=entry.settled_by or run.model)
        runs, settled = plan(asked, folder, seeds)
        own = replace(run, protocol=runs[0].protocol, epochs=epochs, trial=runs[0].trial)
        return ([own] if settled else runs), settled
    run = replace(run, protocol=entry.protocol or run.protocol, epochs=epochs)
    if len(entry.trials) == 1:
        return [run], True
    trials = [
        [replace(run, seed=seed, trial=place) for seed in seeds]
        for place in range(len(entry.trials))
    ]
    if not all(one.file(folder).exists() for trial in trials for one in trial):
        return [one for trial in trials for one in trial], False
    scores = [fmean(read(one, folder)["valid_score"] for one in trial) for trial in trials]
    return [replace(run, trial=scores.index(max(scores)))], True


def read(run: Run, folder: Path) -> dict[str, Any]:
    """The record of a finished training."""
    record: dict[str, Any] = json.loads(run.file(folder).read_text())
    return record


def execute(runs: Iterable[Run], folder: Path, jobs: int = 1) -> None:
    """Run what has no record yet, several at a time, one thread each."""
    missing = [run for run in dict.fromkeys(runs) if not run.file(folder).exists()]
    missing.sort(key=lambda run: (run.data, run.seed))  # what a case learned serves all its runs
    bar = tqdm(total=len(missing), desc="trainings", disable=not missing)
    with bar, ExitStack() as stack:
        if jobs == 1:
            finished = (train_and_record(run, folder) for run in missing)
        else:
            # Forked threads of torch would hang.
            context = multiprocessing.get_context("spawn")
            pool = stack.enter_context(ProcessPoolExecutor(jobs, context))
            futures = [pool.submit(train_and_record, run, folder) for run in missing]
            finished = (future.result() for future in as_completed(futures))
        for _ in finished:
            bar.update()


def train_and_record(run: Run, folder: Path) -> None:
    """Train, evaluate, and write the record."""
    torch.set_num_threads(1)
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=UserWarning, module="lightning")
    entry = ENTRIES.get(run.model)
    reads = (True, 1.0) if entry is None else (entry.finer, entry.share)
    case = _case(run.data, run.seed, run.features, *reads)
    record: dict[str, Any] = asdict(run)
    start = time.perf_counter()
    if entry is None:
        model: Scorer = AS_THEY_ARE[run.model](case)
    else:
        model = _trained(entry, run, case, record)
    record["seconds"] = round(time.perf_counter() - start, 1)
    record["results"] = {
        f"{protocol} {result.metric}": {**result.to_dict(), "checksum": questions.checksum}
        for protocol, asked in case.questions.items()
        for questions in asked
        for result in [evaluate_questions(model, questions)]
    }
    if entry is not None and entry.strangers:
        record["results"] |= _against_strangers(model, case, run, entry.strangers)
    record["torch"] = torch.__version__
    record["machine"] = f"{os.cpu_count()} cores, {platform.machine()}"
    with atomic_write(run.file(folder)) as draft:
        draft.write_text(json.dumps(record, indent=1))


def _against_strangers(
    model: Scorer, case: Case, run: Run, strangers: int
) -> dict[str, dict[str, Any]]:
    """What the model reaches where outfits are scored against strangers such as it learned from."""
    (asked,) = (one for one in case.questions[run.protocol] if isinstance(one, Compatibility))
    negatives = SETS[run.data].negatives(run.protocol)
    sampler = negative_sampler(items=case.train.with_frequency().items, **negatives)
    settings = {"sampler": sampler, "num_negatives": strangers, "seed": run.seed}
    result = compatibility(model, asked, score_against_negatives, **settings)
    column = f"{run.protocol}, against strangers {result.metric}"
    return {column: {**result.to_dict(), "checksum": asked.checksum}}


@lru_cache(maxsize=2)
def _case(data: str, seed: int, features: str | None, finer: bool, share: float) -> Case:
    if data not in SETS:
        return DesignerCase(data, seed, features)
    return Case(data, seed, features, finer, share)


def _trained(entry: Entry, run: Run, case: Case, record: dict[str, Any]) -> OutfitModel:
    """Train a model and note how that went."""
    torch.manual_seed(run.seed)
    settings = dict(entry.trials[run.trial])
    learning_rate = settings.pop("learning_rate")
    model = entry.build(case.dataset, **settings)
    history = fit(
        model,
        case.train,
        case.valid,
        graph=case.graph,
        objective=entry.objective(model, case),
        recipe=replace(entry.recipe, learning_rate=learning_rate),
        **SETS[case.data].negatives(run.protocol),
        max_epochs=run.epochs,
        seed=run.seed,
        progress=False,
    )
    record["valid_score"] = float(history["valid/score"].max())
    record["best_epoch"] = int(history["valid/score"].idxmax())
    record["num_parameters"] = sum(p.numel() for p in model.parameters())
    record["learning_rate"] = learning_rate
    record["settings"] = model.settings
    return model

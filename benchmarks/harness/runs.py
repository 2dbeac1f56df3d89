"""Trainings that run once: each adds one record, and is skipped where the record exists."""

from __future__ import annotations

import logging
import multiprocessing
import os
import platform
import time
import warnings
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from statistics import fmean
from typing import Any

import torch
from tqdm.auto import tqdm

from fashiongraph.data import Compatibility, FillInBlank
from fashiongraph.evaluation import (
    Result,
    compatibility,
    evaluate_questions,
    score_against_negatives,
)
from fashiongraph.loader.negatives.protocol import negative_sampler
from fashiongraph.models import OutfitModel
from fashiongraph.models.wrapped_model import Scorer
from fashiongraph.training import fit
from harness.case import Case
from harness.designer_case import DesignerCase
from harness.entries import Entry
from harness.records import Record, Records, Run
from harness.sets import SETS
from harness.variants import UNTRAINED, find_entry

TRIAL_SEEDS = 3  # of the seeds: those that settings are chosen on


def plan(run: Run, records: Records, seeds: Sequence[int]) -> tuple[list[Run], bool]:
    """The trainings that a cell of a table needs next, and whether they fill the cell.

    The trials of settings on ``seeds`` come first; the best mean validation score chooses for all
    seeds, since the validation outfits of one seed are too few.
    """
    entry = find_entry(run.model)
    if entry is None:
        return [replace(run, protocol="", epochs=0)], True
    epochs = entry.epochs or round(run.epochs / entry.share)
    elsewhere = SETS[run.data].trials_of if run.data in SETS else None
    if entry.trials_of is not None or elsewhere is not None:
        other = replace(run, data=elsewhere or run.data, model=entry.trials_of or run.model)
        runs, complete = plan(other, records, seeds)
        chosen = replace(run, protocol=runs[0].protocol, epochs=epochs, trial=runs[0].trial)
        return ([chosen] if complete else runs), complete
    run = replace(run, protocol=entry.protocol or run.protocol, epochs=epochs)
    if len(entry.trials) == 1:
        return [run], True
    trials = [
        [replace(run, seed=seed, trial=trial) for seed in seeds]
        for trial in range(len(entry.trials))
    ]
    if not all(one in records for trial in trials for one in trial):
        return [one for trial in trials for one in trial], False
    scores = [fmean(records[one]["valid_score"] for one in trial) for trial in trials]
    return [replace(run, trial=scores.index(max(scores)))], True


def train(
    study: str, cells: Sequence[Run], records: Records, seeds: Sequence[int], jobs: int = 1
) -> None:
    """Run what has no record: first the trials of settings, then all seeds."""
    for _ in range(2):
        runs = [run for cell in cells for run in plan(cell, records, seeds[:TRIAL_SEEDS])[0]]
        execute(study, runs, records, jobs)


def execute(study: str, runs: Iterable[Run], records: Records, jobs: int) -> None:
    """Run what has no record yet, several at a time, one thread each."""
    missing = [run for run in dict.fromkeys(runs) if run not in records]
    missing.sort(key=lambda run: (run.data, run.seed))  # the data of a case serve all its runs
    bar = tqdm(total=len(missing), desc="trainings", disable=not missing)
    with bar, ExitStack() as stack:
        if jobs == 1:
            finished = ((run, train_one(run)) for run in missing)
        else:  # spawned, since forked threads of torch would hang
            context = multiprocessing.get_context("spawn")
            pool = stack.enter_context(ProcessPoolExecutor(jobs, context))
            futures = {pool.submit(train_one, run): run for run in missing}
            finished = ((futures[one], one.result()) for one in as_completed(futures))
        for run, record in finished:
            records.add(study, run, record)
            bar.update()


def train_one(run: Run) -> Record:
    """Train and evaluate a model."""
    torch.set_num_threads(1)
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=UserWarning, module="lightning")
    entry = find_entry(run.model)
    reads = (True, 1.0) if entry is None else (entry.finer, entry.share)
    case = case_of(run.data, run.seed, run.features or None, *reads)
    record: Record = {}
    start = time.perf_counter()
    if entry is None:
        model: Scorer = UNTRAINED[run.model](case)
    else:
        model = _trained(entry, run, case, record)
    record["seconds"] = round(time.perf_counter() - start, 1)
    record["torch"] = torch.__version__
    record["machine"] = f"{os.cpu_count()} cores, {platform.machine()}"
    record["results"] = {
        f"{protocol} {result.metric}": compact(result, one)
        for protocol, questions in case.questions.items()
        for one in questions
        for result in [evaluate_questions(model, one)]
    }
    if entry is not None and entry.negatives:
        record["results"] |= _against_negatives(model, case, run, entry.negatives)
    return record


def compact(result: Result, questions: Compatibility | FillInBlank | None = None) -> Record:
    """A result as records hold it."""
    values = {name: round(getattr(result, name), 6) for name in ("value", "low", "high")}
    checksum = {} if questions is None else {"checksum": questions.checksum[:12]}
    return {**values, "num": result.num_questions, **checksum}


def _against_negatives(
    model: Scorer, case: Case, run: Run, num_negatives: int
) -> dict[str, Record]:
    """Compatibility with outfits scored against negatives as in training."""
    (questions,) = (one for one in case.questions[run.protocol] if isinstance(one, Compatibility))
    negatives = SETS[run.data].negatives(run.protocol)
    sampler = negative_sampler(items=case.train.with_frequency().items, **negatives)
    settings = {"sampler": sampler, "num_negatives": num_negatives, "seed": run.seed}
    result = compatibility(model, questions, score_against_negatives, **settings)
    return {f"{run.protocol}, against negatives {result.metric}": compact(result, questions)}


@lru_cache(maxsize=2)
def case_of(data: str, seed: int, features: str | None, finer: bool, share: float) -> Case:
    """The data of a training; the last two are kept."""
    if data not in SETS:
        return DesignerCase(data, seed, features)
    return Case(data, seed, features, finer, share)


def _trained(entry: Entry, run: Run, case: Case, record: dict[str, Any]) -> OutfitModel:
    """Train a model and note how that went."""
    torch.manual_seed(run.seed)
    trial = dict(entry.trials[run.trial])
    learning_rate = trial.pop("learning_rate")
    model = entry.build(case.dataset, **trial)
    history = fit(
        model,
        case.train,
        case.valid,
        graph=case.graph,
        objective=entry.objective(model, case),
        config=replace(entry.config, learning_rate=learning_rate),
        **SETS[case.data].negatives(run.protocol),
        max_epochs=run.epochs,
        seed=run.seed,
        progress=False,
    )
    record["valid_score"] = round(float(history["valid/score"].max()), 6)
    record["best_epoch"] = int(history["valid/score"].idxmax())
    record["num_parameters"] = sum(p.numel() for p in model.parameters())
    record["learning_rate"] = learning_rate
    record["config"] = model.config
    return model

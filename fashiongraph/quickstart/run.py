"""Training and evaluation from end to end on a synthetic data set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from rich.console import Console

from fashiongraph.data.category_graph import category_graph
from fashiongraph.data.outfits import Outfits
from fashiongraph.data.splits import split
from fashiongraph.datasets.synthetic.synthetic_outfits import SyntheticOutfits
from fashiongraph.evaluation import Calibration, score_outfits
from fashiongraph.files import atomic_write
from fashiongraph.manifest import check_replaceable
from fashiongraph.models.heuristics import CategoryCooccurrence
from fashiongraph.models.wrapped_model import Scorer, as_outfit_model
from fashiongraph.quickstart.comparison import compare
from fashiongraph.quickstart.explained_outfit import explain, looks
from fashiongraph.quickstart.findings import Findings, Stopwatch
from fashiongraph.quickstart.looks_score import LooksScore
from fashiongraph.quickstart.report import write_report
from fashiongraph.quickstart.rule_sensitivity import rule_sensitivity
from fashiongraph.quickstart.settings import Settings
from fashiongraph.quickstart.synthetic_data import draw_data, encode_pictures, picture_encoders
from fashiongraph.quickstart.train import VARIANTS, train_teachers, train_variant
from fashiongraph.quickstart.trained import Trained
from fashiongraph.stylist import Stylist
from fashiongraph.stylist.attribute_names import attribute_names
from fashiongraph.stylist.pair_terms import pair_terms

RESULTS_FILE = "quickstart.json"
NAMED_COLUMNS = ("shape", "colour", "pattern", "formality", "season")
QUICKSTART = "quickstart"
"""Kind of the folder that a quickstart writes."""


def run_quickstart(
    output: str | Path = "quickstart",
    seed: int = 0,
    settings: Settings | None = None,
    console: Console | None = None,
    progress: bool = True,
) -> Findings:
    """Draw a data set, encode it, train a teacher and ADD-GNN, evaluate, and write a report.

    Nothing is downloaded. The folder is written atomically, with ``report.html``,
    ``quickstart.json`` (the numbers), ``dataset``, the stored ``questions`` and a checkpoint of
    each model in ``models``.

    Args:
        output: The folder; one of an earlier quickstart is replaced.
        seed: Seed of data, questions and trainings.
        settings: Sizes.
        console: Console of the messages; by default standard error.
        progress: Show progress bars.

    Raises:
        FashionGraphError: If ``output`` holds files of anything but a quickstart, or the extra
            ``efficientnet`` is not installed.
    """
    target = Path(output).expanduser().resolve()
    check_replaceable(target, QUICKSTART, "output")
    encoders = picture_encoders()  # first, since the extra may be missing
    settings = settings or Settings()
    watch = Stopwatch(console or Console(stderr=True))
    with atomic_write(target, kind=QUICKSTART) as folder:
        with watch.stage("draw the dataset"):
            designers, users = draw_data(folder, settings, seed)
        with watch.stage("encode the pictures"):
            data = encode_pictures(designers, users, encoders, progress)
        train, valid, test = split(data.users, settings.splits, seed=seed)
        graph = category_graph(train.category_id, train.batch, train.items.num_categories)
        with watch.stage("train the designers' teachers"):
            teachers = train_teachers(data.designers, settings, seed, progress)
        students = []
        for variant in VARIANTS:
            with watch.stage(f"train {variant.name}"):
                students.append(
                    train_variant(
                        variant, (train, valid), graph, teachers, settings, seed, progress
                    )
                )
        for student in students:  # what `fashiongraph score` and `serve` read
            student.model.calibration = Calibration.fit(student.model, valid).to_dict()
        trained: list[Trained[Any]] = [*teachers, *students]
        for one in trained:
            one.model.save(folder / "models" / one.folder)
        full, masks, without_designers, without_graph = (one.name for one in students)
        scorers: dict[str, Scorer] = {
            **{one.name: one.model for one in (*students, teachers.outfits)},
            "heuristic: category co-occurrence": CategoryCooccurrence(graph),
            "heuristic: true rules": lambda batch: SyntheticOutfits.truth.score(
                Outfits(test.items, batch.ptr, batch.item_id)
            ),
        }
        components = {
            "designers' weights and scores": (full, without_designers),
            "mask distillation": (masks, without_designers),
            "graph": (full, without_graph),
        }
        with watch.stage("evaluate"):
            comparison = compare(scorers, components, test, folder / "questions", seed)
        with watch.stage("explain"):
            model, truth = students[0].model, SyntheticOutfits.truth
            score = score_outfits(model, test)
            pairs = pair_terms(model, test)
            assert pairs is not None  # ADD-GNN scores pairs
            scorer = LooksScore(model, train)
            calibration = Calibration.fit(as_outfit_model(scorer), valid)
            stylist = Stylist(scorer, test.items, test, folder, calibration)
            order = torch.argsort(looks(stylist, test), descending=True, stable=True).tolist()
            shown = min(settings.num_shown, len(order) // 2)
            best, worst = (
                explain(test, score, pairs, data.pictures, truth, index, stylist)
                for index in (order[:shown], order[::-1][:shown])
            )
        findings = Findings(
            settings=settings,
            seed=seed,
            encoders=[encoder.name for encoder in encoders.values()],
            teachers=teachers,
            students=students,
            comparison=comparison,
            best=best,
            worst=worst,
            rules=rule_sensitivity(pairs, test.items, truth),
            names=attribute_names(pairs, test.items, NAMED_COLUMNS),
            num_outfits={"train": len(train), "valid": len(valid), "test": len(test)},
            seconds=watch.seconds,
        )
        with watch.stage("write the report"):
            write_report(folder / "report.html", findings)
        text = json.dumps(findings.to_dict(), indent=2, ensure_ascii=False)
        (folder / RESULTS_FILE).write_text(text + "\n", encoding="utf-8")
    return findings

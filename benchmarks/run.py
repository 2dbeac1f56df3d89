"""Compare models on real outfits: train what has no record, and tabulate.

    FASHIONGRAPH_DATA=… python benchmarks/run.py compatibility
    FASHIONGRAPH_DATA=… python benchmarks/run.py compatibility --models my_module:MyModel
    python benchmarks/run.py --tabulate-all --publish
    FASHIONGRAPH_DATA=… python benchmarks/run.py leaderboard --add my_model.json

Every training adds one line to a JSONL file and is skipped where that line exists. Records, tables
and plots go to ``--output``, beside which the project's records are read; ``--publish`` adds to the
project's records instead and rewrites its pages.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.entries import SEARCHED
from harness.pages import (
    EPOCHS,
    cells,
    collect,
    leaderboard_text,
    publish,
    published_text,
    study_text,
)
from harness.records import RESULTS, Records
from harness.report import insert
from harness.runs import train
from harness.sets import PROTOCOLS
from harness.studies import STUDIES, Study
from harness.submissions import add, submissions_text

from fashiongraph.errors import FashionGraphError
from fashiongraph.files import atomic_write

LEADERBOARD = "leaderboard"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "study",
        nargs="?",
        choices=[*STUDIES, LEADERBOARD],
        help="the comparison to run, or leaderboard to add submissions",
    )
    parser.add_argument(
        "--add",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="files of fashiongraph benchmark submit, whose results are computed again",
    )
    parser.add_argument("--data", nargs="+", metavar="SET", help="data sets of the study")
    parser.add_argument("--protocols", nargs="+", choices=PROTOCOLS, help="protocols of the study")
    parser.add_argument(
        "--models", nargs="+", metavar="MODEL", help="rows of the study, or my_module:MyModel"
    )
    parser.add_argument("--seeds", nargs="+", type=int, help="by default those of the study")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--features", default="", help="file of features; by default the set's")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    parser.add_argument("--output", type=Path, default=Path("benchmark-results"))
    parser.add_argument("--fresh", action="store_true", help="leave the project's records out")
    parser.add_argument("--tabulate", action="store_true", help="train nothing")
    parser.add_argument("--tabulate-all", action="store_true", help="tabulate every study")
    parser.add_argument("--publish", action="store_true", help="rewrite the project's pages")
    return parser


def restricted(study: Study, args: argparse.Namespace) -> Study:
    """The part of a study that the command line names.

    Raises:
        FashionGraphError: If it names what the study does not have.
    """
    chosen = {}
    for option in ("data", "protocols", "models"):
        names = getattr(args, option)
        offered = getattr(study, option)
        for name in names or ():
            if name not in offered and not (option == "models" and ":" in name):
                raise FashionGraphError(
                    f"'--{option}' needs one of {'; '.join(offered)} (got {name!r})"
                )
        chosen[option] = tuple(names or offered)
    return replace(study, **chosen, seeds=tuple(args.seeds or study.seeds))


def write(name: str, study: Study, records: Records, args: argparse.Namespace) -> None:
    """Write and print the tables of a study."""
    table, figures = collect(study, records, args.epochs, args.features), args.output / "figures"
    if name == "compatibility":
        text = leaderboard_text(study, table, figures, "figures")
        text = f"{text}\n\n{published_text(study, table)}".strip()
    else:
        text = study_text(name, study, table, figures, "figures")
    page = args.output / f"{name}.md"
    with atomic_write(page) as draft:
        draft.write_text(f"# {name}\n\n{text}\n", encoding="utf-8")
    print(f"{text}\n\nwritten to {page}")


def add_submissions(args: argparse.Namespace, command: argparse.ArgumentParser) -> None:
    """Verify submissions, add them to the records, and write their table."""
    folder = RESULTS if args.publish else args.output
    try:
        add(args.add, folder)
    except FashionGraphError as error:
        command.error(str(error))
    text = submissions_text(*dict.fromkeys((RESULTS, folder)))
    print(text)
    if args.publish:
        insert(RESULTS.parent / "README.md", "submissions", text)


def main(argv: Sequence[str] | None = None) -> None:
    """Train, tabulate and publish."""
    command = parser()
    args = command.parse_args(argv)
    sys.path.append(os.getcwd())  # for my_module:MyModel
    if (args.study == LEADERBOARD) != bool(args.add):
        command.error("leaderboard needs --add FILE, and --add needs leaderboard")
    if args.add:
        add_submissions(args, command)
        return
    if bool(args.study) == args.tabulate_all:
        command.error("needs a study or --tabulate-all")
    outside = [name for name in args.models or () if ":" in name]
    if args.publish and (outside or args.fresh or args.features or args.epochs != EPOCHS):
        command.error("--publish needs models, features and epochs of the project")
    if args.publish:
        records = Records(RESULTS)
    else:
        records = Records(args.output, None if args.fresh else RESULTS)
    for name in [args.study] if args.study else STUDIES:
        try:
            study = restricted(STUDIES[name], args)
        except FashionGraphError as error:
            command.error(str(error))
        if not (args.tabulate or args.tabulate_all):
            runs = cells(study, args.epochs, args.features)
            train(name, runs, records, study.seeds, args.jobs)
        if not args.publish:
            if outside:  # beside the rows of the study
                models = STUDIES[name].models
                place = len(SEARCHED) if name == "compatibility" else len(models)
                study = replace(study, models=(*models[:place], *outside, *models[place:]))
            write(name, study, records, args)
    if args.publish:
        publish()


if __name__ == "__main__":
    main()

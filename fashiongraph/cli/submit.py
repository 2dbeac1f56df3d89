"""``fashiongraph benchmark submit``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.models import load_model
from fashiongraph.cli.option_names import option_names
from fashiongraph.cli.options import (
    OUTPUT_PANEL,
    Columns,
    ModelOptions,
    Overwrite,
    Seed,
    listed,
)
from fashiongraph.cli.output import check_output, print_json, print_line
from fashiongraph.cli.splits import splits_of

_PROTOCOLS = ("uniform", "matched")


@dataclass(frozen=True, kw_only=True)
class SubmitOptions(ModelOptions):
    """Options of ``fashiongraph benchmark submit``."""

    name: Annotated[str, typer.Option(help="Name of the model in the leaderboard.")]
    set_name: Annotated[
        str,
        typer.Option(
            "--set-name", help="Name of the data set in the leaderboard; by default of its folder."
        ),
    ] = ""
    columns: Columns = ""
    seed: Seed = 0
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="JSON file to write.", rich_help_panel=OUTPUT_PANEL),
    ]
    overwrite: Overwrite = False


def submit(options: SubmitOptions) -> None:
    """Write the scores of a model on the questions of the leaderboard.

    Questions are drawn by the seed about the test outfits of the split 7:1:2 by the same seed, with
    uniform and matched negatives (--columns). A model that was trained on one of them is refused,
    so train with [b]--seed[/] equal to this one. Others with the data compute the results again
    from the file: [b]python benchmarks/run.py leaderboard --add FILE[/].

    Example: [b]fashiongraph benchmark submit runs/mine/model --data mango --columns type,year,line
    --name 'My model' -o my_model.json[/]
    """
    from fashiongraph.evaluation import Submission, draw_questions

    check_output(options.output, options.overwrite, [options.data, options.checkpoint])
    model = load_model(options.checkpoint, options.modules)
    dataset = open_dataset(options.data, options.features, options.lenient, options.form, model)
    test = splits_of(dataset, None, options.seed)["test"]
    columns = listed(options.columns, "--columns")
    with option_names({"columns": "--columns", "questions": "--seed"}):
        questions = [
            draw_questions(test, kind, protocol, columns, options.seed)
            for protocol in _PROTOCOLS
            for kind in ("compatibility", "fitb")
        ]
        name = options.set_name or options.data.resolve().name
        submission = Submission.of(model, questions, options.name, name, options.seed)
    submission.save(options.output)
    results = submission.results(questions)
    if options.as_json:
        rows = [
            {"protocol": one.recipe["protocol"], **result.to_dict()}
            for one, result in zip(questions, results, strict=True)
        ]
        print_json({"output": str(options.output), "results": rows})
        return
    for one, result in zip(questions, results, strict=True):
        print_line(f"{one.recipe['protocol']}: {result}")
    print_line(f"written to {options.output}")

"""Submissions of others: verified by their scores, and tabulated."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import Submission
from harness.case import Case
from harness.records import Record, add_line, read_lines
from harness.report import markdown
from harness.sets import PROTOCOLS, SETS

FILE = "submissions.jsonl"
KEY = ("data", "model", "seed")
NOTHING = "No submission yet."
_COLUMNS = [f"{protocol} {metric}" for protocol in PROTOCOLS for metric in ("AUC", "FITB")]


def verified(file: Path) -> Record:
    """A record of a submission, with results computed from its scores and our own questions.

    Args:
        file: The submission.

    Raises:
        FashionGraphError: If the data set is unknown, or the scores are on other questions.
        DataError: If the file is no submission.
    """
    submission = Submission.load(file)
    if submission.data not in SETS:
        raise FashionGraphError(
            f"'data' of {file} needs to be one of {'; '.join(SETS)} (got {submission.data!r})"
        )
    case = Case(submission.data, submission.seed)
    results = {}
    for protocol in PROTOCOLS:
        questions = case.questions[protocol]
        found = submission.results(questions)
        for one, result in zip(questions, found, strict=True):
            results[f"{protocol} {result.metric}"] = {
                "value": round(result.value, 6),
                "low": round(result.low, 6),
                "high": round(result.high, 6),
                "num": result.num_questions,
                "checksum": one.checksum[:12],
            }
    key = {"data": submission.data, "model": submission.name, "seed": submission.seed}
    return {**key, "about": dict(submission.about), "results": results}


def add(files: Iterable[Path], folder: Path) -> None:
    """Verify submissions and add them to the records.

    Args:
        files: The submissions.
        folder: Folder of the records.
    """
    for record in [verified(file) for file in files]:  # all, before the first is added
        add_line(folder / FILE, record, KEY)


def submissions_text(*folders: Path) -> str:
    """Table of all submissions, the mean over seeds.

    Args:
        *folders: Folders of records.
    """
    rows = [record for folder in folders for record in read_lines(folder / FILE)]
    if not rows:
        return NOTHING
    frame = pd.DataFrame(
        [
            {
                "data": row["data"],
                "model": row["model"],
                "seed": row["seed"],
                **{name: row["results"][name]["value"] for name in _COLUMNS},
            }
            for row in rows
        ]
    )
    groups = frame.groupby(["data", "model"], sort=True)
    cells = [
        [data, model, ", ".join(map(str, sorted(part["seed"]))), *(f"{v:.3f}" for v in mean)]
        for (data, model), part in groups
        for mean in [part[_COLUMNS].mean()]
    ]
    return markdown(["data", "model", "seeds", *_COLUMNS], cells)

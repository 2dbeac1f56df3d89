"""A comparison of models over data sets, protocols and seeds."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from harness.report import differences, insert, markdown, plot, to_frame
from harness.runs import Run, execute, file_name, plan, read
from harness.sets import COMPARED, PROTOCOLS

PAGE = Path(__file__).parents[1] / "README.md"
TRIAL_SEEDS = 3  # of the study's seeds: those that settings are chosen on


@dataclass
class Study:
    """Trains what is missing and reports what is there.

    Args:
        data: Names of data sets.
        models: Names of models and controls, in the order of the tables.
        protocols: Protocols of the questions.
        seeds: Seeds.
        epochs: Epochs of models that are trained as all are.
        features: File of features; by default the data sets' own.
        records: Folder of the records.
        jobs: Trainings at a time.
    """

    data: Sequence[str]
    models: Sequence[str]
    protocols: Sequence[str]
    seeds: Sequence[int]
    epochs: int
    features: str | None
    records: Path
    jobs: int = 1

    @staticmethod
    def arguments(
        description: str, models: Sequence[str], data: Sequence[str]
    ) -> argparse.ArgumentParser:
        """A parser of what all studies take."""
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--data", nargs="+", choices=data, default=data, metavar="SET")
        parser.add_argument("--features", help="file of features in place of the set's own")
        parser.add_argument("--protocols", nargs="+", choices=PROTOCOLS, default=list(PROTOCOLS))
        parser.add_argument("--models", nargs="+", choices=models, default=models, metavar="MODEL")
        parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
        parser.add_argument("--epochs", type=int, default=12)
        parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
        parser.add_argument("--records", type=Path, default=Path("benchmarks/results/runs"))
        parser.add_argument("--tabulate", action="store_true", help="train nothing that is missing")
        return parser

    @classmethod
    def parse(
        cls, description: str, models: Sequence[str], data: Sequence[str] = tuple(COMPARED)
    ) -> tuple[Study, bool]:
        """The study that the command line asks for, and whether it is only to be tabulated."""
        given = vars(cls.arguments(description, models, data).parse_args())
        tabulate = given.pop("tabulate")
        return cls(**given), tabulate

    def cells(self) -> list[Run]:
        """What the tables need, before learning rates are settled."""
        return [
            Run(data, model, protocol, seed, self.epochs, features=self.features)
            for data in self.data
            for protocol in self.protocols
            for seed in self.seeds
            for model in self.models
        ]

    def train(self) -> None:
        """Run what has no record: trials of settings first, then all seeds."""
        for _ in range(2):
            runs = [
                run
                for cell in self.cells()
                for run in plan(cell, self.records, self.seeds[:TRIAL_SEEDS])[0]
            ]
            execute(runs, self.records, self.jobs)

    def _plan(self, cell: Run) -> tuple[list[Run], bool]:
        return plan(cell, self.records, self.seeds[:TRIAL_SEEDS])

    def table(self) -> pd.DataFrame:
        """What the records say, a row per data set, model, seed and column."""
        cells = []
        for cell in self.cells():
            runs, settled = self._plan(cell)
            if settled and runs[0].file(self.records).exists():
                cells.append((cell.protocol, read(runs[0], self.records)))
        return to_frame(cells)

    def report_lead(self, title: str, leader: str) -> str:
        """Report how far the leader is ahead of all models that are no ADD-GNN, in both pages.

        Args:
            title: Name of the study, and of the marks in the benchmarks' page and the project's.
            leader: The model whose lead is reported.
        """
        rivals = [name for name in self.models if not name.startswith("ADD-GNN")]
        tables = self.report(title, leader, rivals, PAGE, "the best model that is no ADD-GNN")
        insert(PAGE.parents[1] / "README.md", title, tables)
        return tables

    def report(
        self,
        title: str,
        leader: str,
        rivals: Sequence[str],
        page: Path,
        others: str = "the best of the others",
    ) -> str:
        """Put tables and plots into a page and return the main columns as Markdown.

        What only the leader has been run for is left out.

        Args:
            title: Name of the study, and of the marks in the page.
            leader: The model whose lead is reported.
            rivals: The models it is compared with.
            page: The page; plots go into ``results`` beside it.
            others: What the page calls the rivals.
        """
        table, tables, shown = self.table(), [], []
        for name in self.data:
            chosen = table[table["data"] == name]
            run = set(chosen.loc[chosen["model"] != leader, "column"])
            columns = [column for column in dict.fromkeys(chosen["column"]) if column in run]
            if not columns:
                continue
            picture = page.parent / "results" / f"{title}_{file_name(name)}.png"
            plot(chosen, self.models, columns, picture)
            main = [column for column in columns if "new pairs" not in column]
            tables += [f"### {name}", markdown(chosen, self.models, main)]
            shown += [tables[-2], markdown(chosen, self.models, columns, intervals=True)]
            shown += [f"![Mean and 95 % interval over seeds](results/{picture.name})"]
            lead = differences(chosen, leader, rivals, columns)
            if lead:
                shown += [f"{leader} against {others}, seed by seed:", lead]
        if tables:
            machines = ", ".join(sorted(set(table["machine"])))
            seeds = ", ".join(map(str, sorted(set(table["seed"]))))
            legend = (
                f"Mean ± standard deviation over the seeds {seeds}, each with its own split, "
                f"questions and start; the best over the seeds that all rows have is bold. "
                f"Measured on {machines}."
            )
            tables, shown = [legend, *tables], [legend, *shown]
        insert(page, title, "\n\n".join(shown))
        return "\n\n".join(tables)

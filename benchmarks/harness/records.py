"""Records of finished trainings: one JSONL file per study, one line per training."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from fashiongraph.files import atomic_write
from fashiongraph.locks import locked

RESULTS = Path(__file__).parents[1] / "results"


@dataclass(frozen=True, order=True)
class Run:
    """The key of a training.

    Args:
        data: Name of the data set.
        model: Name of the model or heuristic baseline.
        protocol: Protocol of negatives in training; empty where nothing is trained.
        seed: Seed of the split, the questions and the training.
        epochs: Number of epochs.
        trial: Index of the model's trial settings.
        features: File of features; by default that of the data set.
    """

    data: str
    model: str
    protocol: str
    seed: int
    epochs: int
    trial: int = 0
    features: str = ""


Record = dict[str, Any]


def read_lines(file: Path) -> Iterator[Record]:
    """The complete lines of a JSONL file; a line that an interrupted write cut off is skipped."""
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            record = _parsed(line)
            if record is not None:
                yield record


def _parsed(line: str) -> Record | None:
    try:
        record: Record = json.loads(line)
    except json.JSONDecodeError:
        return None
    return record


def add_line(file: Path, record: Record, key: Sequence[str]) -> None:
    """Add a record to a JSONL file that is sorted by a key, unless the key is there.

    The file is replaced in one step under a lock, so that no reader meets half a line.
    """
    with locked(file):
        records = {_key(one, key): one for one in read_lines(file)}
        records.setdefault(_key(record, key), record)
        write_lines(file, (records[one] for one in sorted(records)))


def write_lines(file: Path, records: Iterable[Record]) -> None:
    """Write a JSONL file in one step."""
    lines = [json.dumps(one, separators=(",", ":"), ensure_ascii=False) for one in records]
    with atomic_write(file) as draft:
        draft.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _key(record: Record, key: Sequence[str]) -> tuple[Any, ...]:
    return tuple(record.get(name, "") for name in key)


class Records:
    """Finished trainings by their key.

    Args:
        folder: Folder of the JSONL files; new records go here.
        base: Folder whose records are read beside them, and never written.
    """

    KEY = tuple(field.name for field in fields(Run))

    def __init__(self, folder: Path, base: Path | None = None) -> None:
        self.folder = folder
        self.records: dict[Run, Record] = {}
        for place in (base, folder):
            for file in sorted(place.glob("*.jsonl")) if place else ():
                for record in read_lines(file):
                    if "model" in record:
                        self.records[Run(*_key(record, self.KEY))] = record

    def __contains__(self, run: Run) -> bool:
        return run in self.records

    def __getitem__(self, run: Run) -> Record:
        return self.records[run]

    def add(self, study: str, run: Run, record: Record) -> None:
        """Append the record of a training to the file of its study."""
        key = {name: value for name, value in asdict(run).items() if value != ""}
        record = {**key, **record}
        add_line(self.folder / f"{study}.jsonl", record, self.KEY)
        self.records[run] = record

"""Records survive interrupted writes, and stand once."""

from __future__ import annotations

import pytest


@pytest.fixture
def records(benchmark_module):
    return benchmark_module("harness.records")


def test_a_torn_last_line_is_ignored_and_rewritten(records, tmp_path):
    first = records.Records(tmp_path)
    runs = [records.Run("set", name, "uniform", 0, 1) for name in ("a", "b", "c")]
    for run in runs[:2]:
        first.add("study", run, {"valid_score": 0.5})
    file = tmp_path / "study.jsonl"
    content = file.read_text()
    file.write_text(content[:-9])  # a write that was cut off
    again = records.Records(tmp_path)
    assert runs[0] in again and runs[1] not in again
    again.add("study", runs[2], {"valid_score": 0.25})
    again.add("study", runs[1], {"valid_score": 0.5})
    lines = file.read_text().splitlines()
    assert lines[:2] == content.splitlines() and len(lines) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["study.jsonl"]


def test_a_key_that_exists_is_kept(records, tmp_path):
    run = records.Run("set", "model", "uniform", 0, 1)
    for score in (0.5, 0.75):
        records.Records(tmp_path).add("study", run, {"valid_score": score})
    assert records.Records(tmp_path)[run]["valid_score"] == 0.5
    assert len((tmp_path / "study.jsonl").read_text().splitlines()) == 1


def test_base_records_are_read_and_never_written(records, tmp_path):
    base, folder = tmp_path / "base", tmp_path / "mine"
    old, new = (records.Run("set", "model", "uniform", seed, 1) for seed in (0, 1))
    records.Records(base).add("study", old, {"valid_score": 0.5})
    before = (base / "study.jsonl").read_bytes()
    both = records.Records(folder, base)
    both.add("study", new, {"valid_score": 0.25})
    assert old in both and new in both
    assert (base / "study.jsonl").read_bytes() == before
    assert old not in records.Records(folder)


def test_the_projects_records_stand_once(records):
    keys = [
        tuple(record.get(key, "") for key in records.Records.KEY)
        for file in records.RESULTS.glob("*.jsonl")
        for record in records.read_lines(file)
        if "model" in record
    ]
    assert len(keys) == len(set(keys)) >= 1500

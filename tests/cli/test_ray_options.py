"""``--engine ray``: the numbers of the commands without it, and errors before any work."""

from __future__ import annotations

import json
import signal
from types import SimpleNamespace

import pandas as pd
import pytest

from fashiongraph.cli.ray_options import check_engine, scoring_engine
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation.score_batches import score_batches
from fashiongraph.ray_session import ray_session


@pytest.fixture(scope="module")
def session():
    """A session that the commands find open, in place of one each."""
    pytest.importorskip("ray", reason="needs the extra 'ray'")
    handler = signal.getsignal(signal.SIGTERM)
    with ray_session() as ray:
        yield ray
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.slow
def test_score_writes_the_same_file(folder, checkpoint, command, session, tmp_path):
    table = tmp_path / "outfits.parquet"
    pd.read_csv(folder / "outfits.csv", dtype=str).to_parquet(table)
    for options in ((), ("--negatives", 2, "--protocol", "same_category"), ("--leave-out",)):
        files = []
        for engine in ("plain", "ray"):
            files.append(tmp_path / f"{engine}.csv")
            words = ("--data", folder, "--engine", engine, "-o", files[-1], "--overwrite")
            command("score", checkpoint, table, *words, *options)
        plain, by_ray = map(pd.read_csv, files)
        assert len(plain) == 90
        assert list(plain["outfit_id"]) == list(by_ray["outfit_id"])
        assert by_ray["score"].to_numpy() == pytest.approx(plain["score"].to_numpy(), abs=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [(), ("--task", "spoiler"), ("--task", "cir"), ("--protocol", "uniform")]
)
def test_evaluate_prints_the_same(folder, checkpoint, command, session, options):
    found = []
    for engine in ("plain", "ray"):
        words = ("--data", folder, "--split", "all", "--engine", engine, "--json")
        found.append(json.loads(command("evaluate", checkpoint, *words, *options).stdout))
    assert found[0]["results"]
    assert found[0] == found[1]


@pytest.mark.parametrize("name", ["score", "evaluate", "train", "serve", "embed"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--engine", "dask"), "'--engine' needs to be plain or ray (got 'dask')"),
        (("--ray-address", "host:6379"), "'--ray-address' needs '--engine ray'"),
    ],
)
def test_options_are_checked_before_the_work(folder, command, tmp_path, name, options, message):
    (tmp_path / "model").mkdir()
    words = {
        "score": ("score", tmp_path / "model", folder / "outfits.csv", "--data", folder),
        "evaluate": ("evaluate", tmp_path / "model", "--data", folder),
        "train": ("train", folder, "-o", tmp_path / "run"),
        "serve": ("serve", tmp_path / "model", "--data", folder, "--store", tmp_path / "store"),
        "embed": ("embed", folder),
    }[name]
    assert message in str(command(*words, *options, fails=True).exception)


def test_the_plain_engine_needs_no_ray():
    options = SimpleNamespace(engine="plain", ray_address=None)
    assert not check_engine(options)
    with scoring_engine(options) as engine:
        assert engine is score_batches
    with pytest.raises(FashionGraphError, match="'--engine'"):
        check_engine(SimpleNamespace(engine="spark", ray_address=None))

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
import typer
import yaml
from typer.testing import CliRunner

from fashiongraph.cli.command import CommandOptions, typer_function
from fashiongraph.cli.config import option_keys, read_config, write_config
from fashiongraph.cli.options import listed
from fashiongraph.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Options(CommandOptions):
    """Options of a command for tests."""

    data: Annotated[Path, typer.Argument()]
    columns: Annotated[str, typer.Option()] = ""
    features: Annotated[list[str] | None, typer.Option("--features")] = None
    other: Annotated[bool, typer.Option("--other-ones/--any")] = True
    rate: Annotated[float | None, typer.Option("--learning-rate", "--lr")] = None


def show(options: Options) -> None:
    """Print the options."""
    print(
        json.dumps(
            {
                "data": str(options.data),
                "columns": listed(options.columns),
                "features": options.features,
                "other": options.other,
                "rate": options.rate,
                "given": sorted(options.given),
            }
        )
    )


@pytest.fixture
def shown():
    app = typer.Typer()
    app.command()(typer_function(show))

    def run(*arguments):
        result = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run


def test_keys_are_names_of_options():
    assert option_keys(Options) == {
        "as_json": "json",
        "quiet": "quiet",
        "data": "data",
        "columns": "columns",
        "features": "features",
        "other": "other-ones",
        "rate": "learning-rate",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.yaml",
            "data: here\ncolumns: [a, 'b, c']\nfeatures: x.npy\nother-ones: false\n"
            "learning-rate: 0.5\n",
        ),
        (
            "a.toml",
            'data = "here"\ncolumns = ["a", "b, c"]\nfeatures = ["x.npy"]\nother-ones = false\n'
            "learning-rate = 0.5\n",
        ),
    ],
)
def test_a_file_gives_options_and_the_command_line_replaces_them(shown, tmp_path, name, text):
    if name.endswith("toml"):
        pytest.importorskip("tomllib")
    (tmp_path / name).write_text(text)
    found = shown("--config", tmp_path / name)
    expected = {
        "data": "here",
        "columns": ["a", "b, c"],
        "features": ["x.npy"],
        "other": False,
        "rate": 0.5,
        "given": ["columns", "data", "features", "other", "rate"],
    }
    assert found == expected
    found = shown("there", "--config", tmp_path / name, "--lr", 2, "--other-ones")
    assert found == {**expected, "data": "there", "rate": 2.0, "other": True}


def test_defaults_in_a_file_are_not_given(shown, tmp_path):
    (tmp_path / "a.yaml").write_text("columns: ''\nother-ones: true\nlearning-rate: null\n")
    assert shown("here", "--config", tmp_path / "a.yaml")["given"] == ["data"]


def test_written_options_are_read_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = Options(data=Path("here"), columns="a,b", rate=0.1, quiet=True)
    write_config(tmp_path / "a.yaml", options, {"features": ["x"]}, {"quiet", "as_json"})
    assert read_config(tmp_path / "a.yaml", Options) == {
        "data": str(tmp_path / "here"),
        "columns": "a,b",
        "features": ["x"],
        "other": True,
        "rate": 0.1,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch: 3", r"a\.yaml: 'epoch' is no option; .*columns, data"),
        ("- 3", "needs options as keys"),
        ("a: [", "cannot be read as YAML"),
        (None, r"a\.yaml: does not exist"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, text, message):
    if text is not None:
        (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(DataError, match=message):
        read_config(tmp_path / "a.yaml", Options)


def test_wrong_toml_is_named(tmp_path):
    (tmp_path / "a.toml").write_text("a = [")
    with pytest.raises(DataError, match="TOML"):
        read_config(tmp_path / "a.toml", Options)


def test_a_training_writes_yaml_without_options_of_the_run(tmp_path):
    options = Options(data=tmp_path)
    write_config(tmp_path / "a.yaml", options, {}, {"as_json", "quiet"})
    assert yaml.safe_load((tmp_path / "a.yaml").read_text())["learning-rate"] is None

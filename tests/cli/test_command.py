from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from PIL import Image

from fashiongraph.cli.command import CommandOptions, typer_function


@pytest.mark.skipif(os.name != "posix", reason="the home folder is set by HOME on POSIX")
def test_the_home_folder_is_expanded(folder, command, tmp_path, monkeypatch):
    (tmp_path / "data").symlink_to(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    options = ["--features", "~/data/features.npy", "--epochs", 1, "--output", "~/run"]
    command("train", "~/data", *options)
    assert (tmp_path / "run" / "model" / "model.json").is_file()
    assert (tmp_path / "run" / "split.csv").is_file()
    command("evaluate", "~/run/model", "--data", "~/data", "--features", "features.npy")
    result = command("train", "~no-such-user/data", fails=True)
    assert "~no-such-user/data: begins with the home folder" in str(result.exception)


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX")
def test_names_that_are_not_utf8_are_refused(folder, command, tmp_path):
    wrong = tmp_path / os.fsdecode(b"caf\xe9")
    shutil.copytree(folder, wrong)
    for call in (["split", wrong], ["split", folder, "--output", wrong / "split.csv"]):
        assert "needs a name in UTF-8" in str(command(*call, fails=True).exception)
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "pictures" / os.fsdecode(b"caf\xe9.png"))
    result = command("embed", tmp_path / "pictures", "--encoder", "colours", fails=True)
    assert "needs a name in UTF-8" in str(result.exception)


@dataclass(frozen=True, kw_only=True)
class Options(CommandOptions):
    size: Annotated[int, typer.Option("--size")] = 1
    twice: Annotated[bool, typer.Option("--twice")] = False


def test_an_option_that_is_not_read_is_reported(capsys):
    def run(options: Options) -> None:
        """Print a size."""
        print(options.size * 2 if options.size > 1 and options.twice else options.size)

    app = typer.Typer()
    app.command()(typer_function(run))
    for arguments, unread in (
        ([], False),
        (["--size", "2", "--twice"], False),
        (["--twice"], True),
        (["--twice", "--quiet"], True),
    ):
        app(arguments, standalone_mode=False)
        assert ("'--twice' had no effect" in capsys.readouterr().err) == unread

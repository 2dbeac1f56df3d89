from __future__ import annotations

import os
from pathlib import Path

import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.training.run_folder import run_folder


def test_missing_folders_are_created(tmp_path):
    with run_folder(tmp_path / "deep" / "run") as folder:
        assert folder == tmp_path / "deep" / "run"
    assert list(folder.iterdir()) == []


def test_the_home_folder_and_relative_paths_are_resolved(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for path in ("~/run", "run"):
        with run_folder(path) as folder:
            assert folder == Path.home() / "run" == Path.cwd() / "run"
    assert [f.name for f in tmp_path.iterdir()] == ["run"]


def test_a_second_training_is_refused(tmp_path):
    with (
        run_folder(tmp_path),
        pytest.raises(FashionGraphError, match="'directory'.*no other training writes to"),
        run_folder(tmp_path),
    ):
        pytest.fail("the second training began")
    with run_folder(tmp_path):
        pass


def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(FashionGraphError, match="'directory' needs a folder to write to.*file/run"),
        run_folder(tmp_path / "file" / "run"),
    ):
        pytest.fail("the training began")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with (
        pytest.raises(FashionGraphError, match="'directory' needs a folder to write to"),
        run_folder(tmp_path),
    ):
        pytest.fail("the training began")


@pytest.mark.parametrize("name", ["settings.json", "logs", "checkpoints", "model", "tensorboard"])
@pytest.mark.parametrize("settings", [None, "{", '{"theme": "dark"}', "[]"])
def test_files_of_another_program_are_kept(tmp_path, name, settings):
    (tmp_path / name).write_text("theirs")
    if settings is not None:
        (tmp_path / "settings.json").write_text(settings)
    with (
        pytest.raises(FashionGraphError, match="'directory' needs a new folder or that of a tra"),
        run_folder(tmp_path),
    ):
        pytest.fail("the training began")


def test_files_of_other_names_do_not_matter(tmp_path):
    (tmp_path / "notes.txt").touch()
    with run_folder(tmp_path):
        pass
    assert [f.name for f in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("path", ["a::b", "file:///tmp/run", "file:/tmp/run", "s3://bucket/run"])
def test_other_file_systems_are_refused(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(
            FashionGraphError, match="'directory' needs a local path without '::' and a scheme"
        ),
        run_folder(path),
    ):
        pytest.fail("the training began")
    assert list(tmp_path.iterdir()) == []

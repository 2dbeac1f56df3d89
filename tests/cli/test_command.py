from __future__ import annotations

import os

import pytest


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

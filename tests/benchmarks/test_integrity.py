"""The benchmark of what digests cost runs, and leaves the checks on."""

from __future__ import annotations

import hashlib
import re

import pytest

from fashiongraph import manifest


@pytest.mark.slow
def test_every_job_is_measured_with_and_without(benchmark_module, monkeypatch, capsys, tmp_path):
    pytest.importorskip("faiss")
    integrity = benchmark_module("integrity")
    for name, value in {"TURNS": 1, "OUTFITS": 200, "ITEMS": 200, "EPOCHS": 1}.items():
        monkeypatch.setattr(integrity, name, value)
    integrity.main()
    lines = capsys.readouterr().out.splitlines()
    ratios = [float(found[1]) for line in lines if (found := re.search(r": ([\d.]+) times", line))]
    assert len(ratios) == 5 and min(ratios) > 0
    file = tmp_path / "file"
    file.write_bytes(b"bytes")
    with integrity.unchecked():
        assert manifest.digest(file) == ""
    assert manifest.digest(file) == hashlib.sha256(b"bytes").hexdigest()

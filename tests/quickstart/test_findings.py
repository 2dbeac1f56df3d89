from __future__ import annotations

import io

import pytest
from rich.console import Console

from fashiongraph.quickstart.findings import Stopwatch


def test_finished_stages_have_times_in_order() -> None:
    text = io.StringIO()
    watch = Stopwatch(Console(file=text))
    with watch.stage("one"):
        pass
    with pytest.raises(KeyError), watch.stage("two"):
        raise KeyError
    with watch.stage("three"):
        pass
    assert list(watch.seconds) == ["one", "three"]
    assert all(value >= 0 for value in watch.seconds.values())
    assert "two …" in text.getvalue()

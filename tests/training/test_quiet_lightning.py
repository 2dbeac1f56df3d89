from __future__ import annotations

import logging

import pytest

LOGGER = logging.getLogger("lightning.pytorch")


@pytest.fixture
def logged(monkeypatch):
    """Records of Lightning's logger at the level INFO."""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    monkeypatch.setattr(LOGGER, "handlers", [handler])
    level = LOGGER.level
    LOGGER.setLevel(logging.INFO)
    yield records
    LOGGER.setLevel(level)


@pytest.mark.parametrize("progress", [True, False])
def test_hints_come_with_progress_alone(train, splits, logged, progress):
    train(splits, max_epochs=1, progress=progress)
    assert bool(logged) == progress
    assert LOGGER.level == logging.INFO

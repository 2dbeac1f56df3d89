from __future__ import annotations

import pandas as pd
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.training import Recipe


def test_a_new_training_takes_the_place_of_an_earlier_one(train, parts, tmp_path):
    train(parts, directory=tmp_path)
    _, history = train(parts, max_epochs=1, directory=tmp_path)
    assert list(history.index) == [0]


def test_an_earlier_training_stays_until_another_has_finished_an_epoch(train, parts, tmp_path):
    _, expected = train(parts, directory=tmp_path)
    diverging = Recipe(batch_size=16, optimizer="sgd", learning_rate=1e30)
    with pytest.raises(FashionGraphError, match="diverged"):
        train(parts, recipe=diverging, directory=tmp_path)
    _, history = train(parts, resume=True, directory=tmp_path)
    pd.testing.assert_frame_equal(history, expected)

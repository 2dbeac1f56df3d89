import numpy as np
import pandas as pd
import pytest

from fashiongraph.errors import FashionGraphError
from fashiongraph.features import ColumnEncoder
from fashiongraph.features.column_encoder import attribute_columns


def loop(config, frame):
    """Rows by a plain loop, in double precision."""
    rows = []
    for _, item in frame.iterrows():
        row = []
        for name, known in config.items():
            value = item[name]
            missing = value is None or value != value
            if isinstance(known[0], str):
                block = [0.0] * (len(known) + 1)
                if not missing:
                    block[known.index(str(value)) if str(value) in known else -1] = 1.0
            else:
                block = [0.0] * len(known)
                for k in range(len(known) - 1):
                    low, high = known[k], known[k + 1]
                    clipped = None if missing else min(max(value, known[0]), known[-1])
                    last = k == len(known) - 2
                    if not missing and (low <= clipped < high or (last and clipped == high)):
                        block[k] = (high - clipped) / (high - low)
                        block[k + 1] = (clipped - low) / (high - low)
            row += block
        rows.append(row)
    return np.array(rows)


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "colour": rng.choice(["red", "blue", "green"], 60),
            "price": rng.gamma(2, 20, 60).round(2),
            "year": rng.integers(2015, 2020, 60),
            "sale": rng.random(60) < 0.3,
        }
    )


def test_against_a_loop(frame):
    encoder = ColumnEncoder.fit(frame)
    assert list(encoder.config) == ["colour", "price", "year", "sale"]
    new = frame.copy().astype({"colour": object, "sale": object})
    new.loc[0, "colour"], new.loc[1, "colour"] = "violet", None
    new.loc[[2, 3, 4], "price"] = [np.nan, 1e9, -5.0]
    new.loc[5, "sale"] = None
    rows = encoder(new, dtype="float64")
    np.testing.assert_allclose(rows.array, loop(encoder.config, new), atol=1e-12)
    assert rows.array.shape == (60, encoder.num_features)
    assert not rows.missing.any()
    sums = np.add.reduceat(rows.array, [0, 4, 13, 13 + len(encoder.config["year"])], axis=1)
    assert set(np.unique(sums.round(12))) == {0.0, 1.0}


def test_an_item_without_values_is_missing(frame):
    rows = ColumnEncoder.fit(frame)(frame.astype(object).mask(frame["price"] < 20))
    np.testing.assert_array_equal(rows.missing, frame["price"] < 20)
    assert rows.array.dtype == np.float16
    assert ColumnEncoder.fit(frame)(frame.iloc[:0]).array.shape[0] == 0


def test_the_vocabulary_makes_the_encoder_again(frame):
    encoder = ColumnEncoder.fit(frame, ["price", "colour"])
    again = ColumnEncoder(encoder.config)
    assert again.fingerprint == encoder.fingerprint
    assert again.fingerprint != ColumnEncoder.fit(frame, ["colour", "price"]).fingerprint
    np.testing.assert_array_equal(again(frame).array, encoder(frame).array)


def test_columns_with_attributes():
    frame = pd.DataFrame(
        {
            "item_id": ["1", "2", "3", "4"],
            "title": ["a", "a", "b", "b"],
            "sku": ["x1", "x2", "x3", "x4"],  # an identifier
            "shop": ["one"] * 4,  # no difference
            "colour": ["red", "red", "blue", None],
            "fabric": ["wool", "wool", "silk", "silk"],
            "price": [1.0, 2.0, 3.0, 4.0],
        }
    )
    assert attribute_columns(frame) == ["fabric", "price"]
    assert attribute_columns(frame[["item_id", "sku"]]) == []


def test_only_frequent_texts_are_kept():
    many = [f"v{i:03d}" for i in range(300)]
    encoder = ColumnEncoder.fit(pd.DataFrame({"brand": many * 2 + many[250:]}), ["brand"])
    assert len(encoder.config["brand"]) == 256
    assert set(many[250:]) <= set(encoder.config["brand"])


def test_refuses_columns_that_cannot_be_encoded(frame):
    with pytest.raises(FashionGraphError, match=r"'columns' needs names in .*'cut'"):
        ColumnEncoder.fit(frame, ["cut"])
    with pytest.raises(FashionGraphError, match="'columns' needs values in 'cut'"):
        ColumnEncoder.fit(frame.assign(cut=None), ["cut"])
    with pytest.raises(FashionGraphError, match="'columns' needs attributes"):
        ColumnEncoder.fit(frame[[]])
    for columns in ({}, {"colour": []}):
        with pytest.raises(FashionGraphError, match="'columns' needs columns"):
            ColumnEncoder(columns)
    with pytest.raises(FashionGraphError, match=r"increasing quantiles of 'price'"):
        ColumnEncoder({"price": [1.0, 1.0]})
    with pytest.raises(FashionGraphError, match=r"'frame' needs .*lacks price"):
        ColumnEncoder.fit(frame)(frame[["colour", "year", "sale"]])

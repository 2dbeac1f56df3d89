from __future__ import annotations

import pandas as pd
import pytest

from fashiongraph.retrieval.same_value import find_values


@pytest.mark.parametrize(
    ("texts", "wanted", "found", "lacking"),
    [
        (["38.0", "40.0"], ["38", "39"], [True, False], ["39"]),
        (["9.9", "20.0"], ["9.90", "20"], [True, True], []),
        (["2024-01-05 00:00:00", "2024-02-01 00:00:00"], ["2024-01-05"], [True, False], []),
        (["True", "False"], ["true"], [True, False], []),
        (["007", "7"], ["7"], [False, True], []),  # as written comes first
        (["9007199254740993"], ["9007199254740992"], [False], ["9007199254740992"]),
        (["12_34", "1E2", "007"], ["1234", "100", "7"], [False] * 3, ["1234", "100", "7"]),
        (["1e-05", "1e+16"], ["0.00001", "10000000000000000"], [True, True], []),
        (["-0.50"], ["-0.5"], [True], []),
        (["Red", "blue"], ["red"], [False, False], ["red"]),
        (["nan", "sNaN"], ["NaN"], [False, False], ["NaN"]),
        ([], ["red"], [], ["red"]),
        (["a"], [], [False], []),
    ],
)
def test_values_are_found_however_they_are_written(texts, wanted, found, lacking):
    which, absent = find_values(pd.Index(texts, dtype=str), wanted)
    assert (which.tolist(), absent) == (found, lacking)

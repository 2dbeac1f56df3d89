from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.models.heuristics.checks import check_rows


def test_rows_of_the_table_pass_and_others_are_named():
    check_rows(torch.tensor([0, 9, 3]), 10)
    check_rows(torch.tensor([], dtype=torch.long), 0)
    with pytest.raises(FashionGraphError, match=r"of the table of 10 that was .* \(got row 10\)"):
        check_rows(torch.tensor([0, 10]), 10)

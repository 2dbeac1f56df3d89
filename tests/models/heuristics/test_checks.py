from __future__ import annotations

import pytest
import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.models.heuristics.checks import check_rows


def test_rows_outside_the_table_are_refused():
    check_rows(torch.tensor([0, 9, 3]), 10)
    check_rows(torch.tensor([], dtype=torch.long), 0)
    with pytest.raises(FashionGraphError, match=r"'batch'.*10.*got row 10"):
        check_rows(torch.tensor([0, 10]), 10)

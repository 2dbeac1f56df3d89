from __future__ import annotations

import pytest
import torch

from fashiongraph.cli.embedders import opened
from fashiongraph.errors import FashionGraphError
from fashiongraph.models import ADDGNN, DesignerTeacher


def test_features_stand_for_themselves():
    x = torch.randn(2, 3)
    assert torch.equal(opened(None)(x), x)


def test_restores_a_model_that_can_be_searched_by(tmp_path):
    ADDGNN(3, 2, 2).save(tmp_path / "student")
    assert isinstance(opened(tmp_path / "student"), ADDGNN)
    DesignerTeacher(3, 2).save(tmp_path / "teacher")
    with pytest.raises(FashionGraphError, match=r"or an ADDGNN \(got DesignerTeacher\)"):
        opened(tmp_path / "teacher")

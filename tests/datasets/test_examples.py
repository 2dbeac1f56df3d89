"""The examples in docstrings of the package."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import fashiongraph.datasets

NAMES = [
    m.name for m in pkgutil.walk_packages(fashiongraph.datasets.__path__, "fashiongraph.datasets.")
]


@pytest.mark.parametrize("name", NAMES)
def test_examples(name, request):
    result = doctest.testmod(
        importlib.import_module(name), extraglobs={"getfixture": request.getfixturevalue}
    )
    assert result.failed == 0

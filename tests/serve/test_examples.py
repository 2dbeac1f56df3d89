"""The examples in the docstrings of the package run and print what they state."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import fashiongraph.serve as package

MODULES = [
    one.name
    for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if ".migrations" not in one.name  # which Alembic runs
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_module(name, request):
    module = importlib.import_module(name)
    failed, _ = doctest.testmod(module, extraglobs={"getfixture": request.getfixturevalue})
    assert not failed

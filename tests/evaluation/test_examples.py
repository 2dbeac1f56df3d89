"""The examples in the docstrings of the package run and print what they state."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import fashiongraph.evaluation as package

MODULES = [m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_module(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed

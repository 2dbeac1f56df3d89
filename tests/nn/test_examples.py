"""The examples in the docstrings of fashiongraph.nn run and print what they show."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import fashiongraph.nn

MODULES = [
    module.name for module in pkgutil.walk_packages(fashiongraph.nn.__path__, "fashiongraph.nn.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_module_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", sorted(fashiongraph.nn.__all__))
def test_every_public_name_has_an_example(name):
    assert ">>> " in (getattr(fashiongraph.nn, name).__doc__ or "")


def test_every_public_name_of_the_subpackages_is_exported():
    for package in ("conv", "distances", "losses", "miners", "pooling", "scorers"):
        names = importlib.import_module(f"fashiongraph.nn.{package}").__all__
        assert set(names) <= set(fashiongraph.nn.__all__)

"""The examples in the docstrings of fashiongraph.retrieval run and print what they show."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import fashiongraph.retrieval as package

MODULES = [
    module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_module_run(name):
    if name.endswith("item_index"):
        pytest.importorskip("faiss")
    if name.endswith("milvus_catalogue"):
        pytest.importorskip("milvus_lite")
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", sorted(package.__all__))
def test_every_public_name_has_an_example(name):
    assert ">>> " in (getattr(package, name).__doc__ or "")

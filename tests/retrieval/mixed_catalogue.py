"""Catalogues with columns of every type, and what a loop finds in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from fashiongraph.data import ItemTable
from fashiongraph.models import Siamese

SEED = 0
TEXTS = ["red", 'sa"id', "it's", "back\\slash", "new\nline\t", "ü ñ \u2028 衣", "a, b", "100%", "*"]


def frame(count, rng):
    """Columns of every type, each with missing values."""
    price = np.round(rng.random(count) * 100, 2)
    columns = pd.DataFrame(
        {
            "price": price,
            "narrow": price.astype(np.float32),
            "stock": pd.array(rng.integers(-3, 9, count), dtype="Int64"),
            "colour": rng.choice(np.array(TEXTS, dtype=object), count),
            "size (cm)": pd.array(rng.choice(["36", "38", "one size"], count), dtype="string"),
            "line": pd.Categorical(rng.choice(["a", "b", "c"], count)),
            "added": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(rng.integers(0, 10**6, count), unit="min"),
            "sale": pd.array(rng.random(count) < 0.5, dtype="boolean"),
            "mixed": rng.choice(np.array(["x", 3, 2.5], dtype=object), count),
        }
    )
    return columns.mask(pd.DataFrame(rng.random(columns.shape) < 0.1, columns=columns.columns))


def table(count, seed=SEED, num_features=8):
    rng = np.random.default_rng(seed)
    ids = [f"{i} {TEXTS[i % len(TEXTS)]}" for i in range(count)]
    names = rng.choice(["bag", "top", 'sh"oe', "häts"], count)
    features = torch.from_numpy(rng.standard_normal((count, num_features), dtype=np.float32))
    vocabulary = ["bag", "top", 'sh"oe', "häts", "empty"]
    items = ItemTable.from_lists(ids, names, features, frame(count, rng), vocabulary=vocabulary)
    category = items.category_id.clone()
    category[::17] = -1
    return ItemTable(items.ids, category, items.categories, features, items.columns)


def siamese(num_features=8):
    torch.manual_seed(SEED)
    return Siamese(num_features).eval()


def every(items):
    return torch.ones(len(items), dtype=torch.bool)


def query_of(size, seed=1):
    return torch.randn(size, generator=torch.Generator().manual_seed(seed))


def brute_force(vectors, items, query, category, count, allowed):
    """Rows and products by a loop over all items, the best first."""
    found = [
        (float(np.dot(vectors[row].astype(np.float64), query)), row)
        for row in range(len(items))
        if items.category_id[row] == category and allowed[row]
    ]
    found.sort(reverse=True)
    return [row for _, row in found[:count]], [product for product, _ in found[:count]]


def check(catalogue, items, category, count, allowed, conditions=(), seed=1):
    vectors = catalogue.vectors(torch.arange(len(items))).numpy()
    query = query_of(vectors.shape[1], seed)
    expected = brute_force(vectors, items, query.double().numpy(), category, count, allowed)
    rows, products = catalogue.best(query, category, count, allowed, conditions)
    assert rows.tolist() == expected[0]
    assert products.tolist() == pytest.approx(expected[1], rel=1e-5, abs=1e-5)
    candidates = ((items.category_id == category) & allowed).nonzero().flatten().flip(0)
    rows, products = catalogue.nearest(query, candidates, count)
    assert rows.tolist() == expected[0]
    assert products.tolist() == pytest.approx(expected[1], rel=1e-5, abs=1e-5)


WHERE = [
    "price < 40",
    "price <= 12.5",
    "price > 1e-05",
    "price >= -1e3",
    "narrow < 50.25",
    "stock = 2",
    "stock != 2",
    "stock in -1, 2, 3.0, 77",
    "stock > -2",
    "added > 2025-06-01",
    "added <= 2026-01-01T12:30",
    "added != 2025-01-01",
    "sale = true",
    "sale != true",
    "sale in true, false",
    "line = a",
    "line in a, c",
    "size (cm) = 38",
    "size (cm) != one size",
    "mixed = x",
    "mixed != x",
    "category = bag",
    "category != top",
    'category in bag, "sh""oe"',
    "item_id != 0 red",
    "item_id in 0 red, 18 red",
    'colour in red, "a, b", *',
    *(f"colour {sign} {text}" for sign in ("=", "!=") for text in TEXTS if "\n" not in text),
]

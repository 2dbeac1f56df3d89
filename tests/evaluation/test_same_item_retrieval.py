from __future__ import annotations

import pandas as pd
import pytest
import torch

from fashiongraph.data import ItemTable
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import same_item_retrieval

IDENTITY = torch.nn.Identity()


def pictures(count, garments, seed, prefix):
    rng = torch.Generator().manual_seed(seed)
    garment = torch.randint(garments, (count,), generator=rng)
    return ItemTable.from_lists(
        [f"{prefix}{i}" for i in range(count)],
        ["top"] * count,
        torch.randn(count, 6, generator=rng) + torch.nn.functional.one_hot(garment, 6) * 2,
        pd.DataFrame({"garment": garment.numpy()}),
    )


def test_equals_plain_loops():
    queries, gallery = pictures(30, 6, 0, "q"), pictures(50, 5, 1, "g")
    found = same_item_retrieval(IDENTITY, queries, gallery, "garment", (1, 3), block_size=4)
    left, right = (torch.nn.functional.normalize(t.features, dim=1) for t in (queries, gallery))
    for k in (1, 3):
        hits = []
        for vector, garment in zip(left, queries.columns["garment"], strict=True):
            order = (right @ vector).argsort(descending=True)[:k]
            if garment in set(gallery.columns["garment"]):
                hits.append(garment in set(gallery.columns["garment"].iloc[order.numpy()]))
        assert found[f"R@{k}"].value == pytest.approx(sum(hits) / len(hits))
        assert found[f"R@{k}"].num_questions == len(hits) < 30


def test_the_query_itself_is_no_result():
    table = pictures(20, 4, 0, "p")
    found = same_item_retrieval(torch.zeros_like, table, table, "garment", (1,))
    assert found["R@1"].value == 0  # all tie, and other garments rank first
    assert same_item_retrieval(IDENTITY, table, table, "garment", (1,))["R@1"].value < 1


def test_pictures_without_identity_match_none():
    table = pictures(4, 1, 0, "p")
    table.columns["garment"] = ["a", None, None, "a"]
    found = same_item_retrieval(IDENTITY, table, table, "garment", (3,))
    assert found["R@3"].num_questions == 2
    assert found["R@3"].value == 1


def test_no_queries_and_bad_input():
    none = pictures(0, 4, 0, "p")
    found = same_item_retrieval(IDENTITY, none, pictures(3, 2, 0, "g"), "garment")
    assert found["R@10"].num_questions == 0
    with pytest.raises(FashionGraphError, match=r"'queries'.*'line'"):
        same_item_retrieval(IDENTITY, none, none, "line")

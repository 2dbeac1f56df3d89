from __future__ import annotations

import numpy as np

from fashiongraph.datasets.io.problems import Problems
from fashiongraph.datasets.io.read_items import read_items


def test_reads_items_and_features_and_collects_broken_rules(tmp_path):
    file = tmp_path / "items.csv"
    file.write_text("item_id,category\n1,shoes\n2,\n3,bags\n")
    np.save(tmp_path / "x.npy", np.array([[1.0], [2.0], [np.nan]], np.float32))
    problems = Problems()
    rows, features, sources = read_items(tmp_path, file, [tmp_path / "x.npy"], problems)
    assert problems.frame()["row"].tolist() == [3, 2]
    items = rows.item_table(features, sources)
    assert items.ids.tolist() == ["1"] and items.features.tolist() == [[1.0]]
    assert [source.file for source in items.feature_sources] == ["x.npy"]

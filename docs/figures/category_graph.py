"""The category graph of the embedded data set."""

from __future__ import annotations

import tempfile
from pathlib import Path

from from_records import STYLE
from matplotlib import rc_context

from fashiongraph.data import category_graph, draw_category_graph, split
from fashiongraph.datasets import SyntheticOutfits


def figure() -> str:
    """The figure as SVG."""
    outfits = SyntheticOutfits.attributes_only(num_outfits=600, seed=0)
    train, _, _ = split(outfits, seed=0)
    graph = category_graph(train.category_id, train.batch, outfits.items.num_categories)
    with rc_context(STYLE), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.svg"
        draw_category_graph(graph, outfits.items.categories, file, num_edges=30)
        lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line.rstrip() for line in lines if "<dc:date>" not in line]
    return "\n".join(kept) + "\n"

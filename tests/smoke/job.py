"""A small job that touches every package: imports, a data set, a training, an evaluation.

Run by run.py with the Python of an environment in which only the wheel is installed.
"""

from __future__ import annotations

import fashiongraph
from fashiongraph.data import add_item_cooccurrence, category_graph, split
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.errors import FashionGraphError
from fashiongraph.evaluation import compatibility, draw_questions
from fashiongraph.models import ADDGNNPlus
from fashiongraph.retrieval import complete
from fashiongraph.training import fit


def check_import(name: str) -> None:
    """Import a package; that of an extra, which is not installed, names it."""
    try:
        getattr(fashiongraph, name)
    except FashionGraphError as error:
        assert f"fashiongraph[{name}]" in str(error)


for name in fashiongraph.PACKAGES:
    check_import(name)
outfits = SyntheticOutfits.attributes_only(num_outfits=80, seed=0)
train, valid, test = split(outfits, seed=0)
graph = category_graph(train.category_id, train.batch, train.items.num_categories)
model = ADDGNNPlus(train.items.num_features, hidden_channels=8)
fit(model, train, valid, graph=add_item_cooccurrence(graph, train), max_epochs=1, progress=False)
print(compatibility(model, draw_questions(test, "compatibility", "uniform", seed=0)))
print(complete(model, list(outfits.items.ids[:2]), outfits.items, k=1).head(3))

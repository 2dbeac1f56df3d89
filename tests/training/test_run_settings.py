from __future__ import annotations

import pytest

from fashiongraph.data import Outfits
from fashiongraph.data.category_graph import category_graph
from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.models import ADDGNN
from fashiongraph.objectives import default_objective
from fashiongraph.training.outfit_data_module import OutfitDataModule
from fashiongraph.training.outfit_module import OutfitModule
from fashiongraph.training.run_settings import check_run_settings, run_settings, write_run_settings
from fashiongraph.training.training_config import TrainingConfig


def settings(train, valid, model=None, **kwargs):
    model = model or ADDGNN(8, 4, 2)
    graph = category_graph(train.category_id, train.batch, 5)
    data = OutfitDataModule(train, valid, default_objective(model), graph, **kwargs)
    return run_settings(OutfitModule(model, default_objective(model), TrainingConfig()), data)


def test_each_change_alters_its_setting(wardrobe, tmp_path):
    train, valid = wardrobe.select(slice(0, 40)), wardrobe.select(slice(40, 60))
    first = settings(train, valid)
    write_run_settings(tmp_path / "deep" / "settings.json", first)
    check_run_settings(tmp_path / "deep" / "settings.json", settings(train, valid))
    items = wardrobe.items.with_features(wardrobe.items.features + 1)
    weighted = Outfits(wardrobe.items, train.ptr, train.item_id, weight=train.sizes)
    for other, names in (
        (settings(weighted, valid), {"train"}),
        (settings(train, valid, ADDGNN(8, 4, 2, normalize=False)), {"model"}),
        (settings(train.select(slice(1, 40)), valid), {"train", "graph"}),
        (settings(train.with_items(items), valid), {"train"}),
        (settings(train, valid.select(slice(1, 20))), {"valid"}),
        (settings(train, valid, seed=1), {"seed", "valid"}),
    ):
        assert {name for name in first if first[name] != other[name]} == names
        with pytest.raises(FashionGraphError, match="'resume' needs the settings that"):
            check_run_settings(tmp_path / "deep" / "settings.json", other)


@pytest.mark.parametrize("content", [None, "", "[]"])
def test_an_unreadable_file_is_refused(tmp_path, content):
    file = tmp_path / "settings.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(DataError, match=r"settings\.json: 'resume'"):
        check_run_settings(file, {"seed": 0})


def test_an_empty_graph_alters_the_settings(wardrobe):
    nothing = wardrobe.item_id[:0]
    graph = category_graph(nothing, nothing, 5)
    model = ADDGNN(8, 4, 2)
    data = OutfitDataModule(wardrobe, wardrobe, default_objective(model), graph)
    found = run_settings(OutfitModule(model, default_objective(model), TrainingConfig()), data)
    assert found["graph"] != settings(wardrobe, wardrobe)["graph"]

"""The catalogue changes and so do own items, and a server takes them as they are."""

from __future__ import annotations

import shutil
import threading
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from fashiongraph.cli import app as command
from fashiongraph.data.feature_source import FeatureSource
from fashiongraph.datasets.io import pending_change
from fashiongraph.errors import FashionGraphError
from fashiongraph.serve import ServeSettings
from fashiongraph.serve.file_watch import FileWatch
from fashiongraph.serve.item_encoder import ItemEncoder
from fashiongraph.serve.item_search import ItemSearch
from fashiongraph.serve.service import OutfitService
from fashiongraph.stylist import Stylist
from tests.serve.conftest import COLOURS, picture, run


def wait_for(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_features_of_single_items_equal_those_of_embed(stylist, shop):
    items = stylist.catalogue.items
    encoder = ItemEncoder(items.feature_sources)
    for row in (0, 17, 59):
        with Image.open(shop / "images" / f"{row:04d}.png") as image:
            found = encoder(image.convert("RGB"), {})
        np.testing.assert_allclose(found, items.features[row].float().numpy(), atol=2e-3)


def test_several_kinds_of_features_are_fused_as_in_the_data_set(tmp_path, shop):
    folder = tmp_path / "shop"
    shutil.copytree(shop, folder)
    run("embed", folder, "--encoder", "hashed-words", "--encoder", "columns")
    names = ["features_colours.npy", "features_text.npy", "features_columns.npy"]
    from fashiongraph.datasets import OutfitTables

    items = OutfitTables(folder, features=names).items
    encoder = ItemEncoder(items.feature_sources)
    table = pd.read_csv(folder / "items.csv", dtype={"item_id": str})
    for row in (0, 31):
        with Image.open(folder / "images" / f"{row:04d}.png") as image:
            found = encoder(image.convert("RGB"), table.iloc[row].to_dict())
        np.testing.assert_allclose(found, items.features[row].float().numpy(), atol=2e-3)
    without = encoder(None, {"title": "red bag"})
    assert without[-3:].tolist() == [1.0, 0.0, 1.0]


def test_features_of_other_means_cannot_be_made_again():
    with pytest.raises(FashionGraphError, match="no card"):
        ItemEncoder([FeatureSource("x.npy", 4)])
    with pytest.raises(FashionGraphError, match="weights and settings"):
        ItemEncoder([FeatureSource("x.npy", 156, "colours", "0" * 32, {"kind": "colours"})])


def test_two_servers_of_one_database_have_the_same_items(stylist, tmp_path):
    settings = ServeSettings(tmp_path / "store")
    one, two = (OutfitService(lambda: stylist, settings) for _ in range(2))
    item = one.editor.add("bag", picture=picture(COLOURS["blue"]))
    assert item in two.items.ids
    two.editor.change(item, title="blue bag")
    assert one.search.find("blue bag own-1").tolist() == [len(stylist.catalogue.items)]
    two.own.remove(item)
    assert item not in one.items.ids
    assert one.current() is stylist
    one.close()
    two.close()


def test_the_model_is_in_evaluation_mode_for_both_threads(stylist, tmp_path):
    stylist.catalogue.model.train()
    service = OutfitService(lambda: stylist, ServeSettings(tmp_path / "store"))
    assert not any(one.training for one in stylist.catalogue.model.modules())
    service.close()


def test_numbers_of_removed_items_are_not_used_again(stylist, tmp_path):
    service = OutfitService(lambda: stylist, ServeSettings(tmp_path / "store"))
    first = service.editor.add("bag", picture=picture(COLOURS["blue"]))
    service.own.remove(first)
    assert service.editor.add("bag", picture=picture(COLOURS["blue"])) != first
    service.close()


def test_own_items_are_encoded_anew_for_another_model(stylist, tmp_path, monkeypatch):
    settings = ServeSettings(tmp_path / "store")
    service = OutfitService(lambda: stylist, settings)
    kept = service.editor.add("bag", picture=picture(COLOURS["blue"]))
    bare = service.editor.add("bag", features=[0.5] * 156)
    service.own.sources = "of another model"
    for item in service.own.out_of_date():
        service.own.change(item)  # as if both had been added under it
    service.close()
    again = OutfitService(lambda: stylist, settings)
    assert [one.item_id for one in again.own.all()] == [kept]
    assert [one.item_id for one in again.own.out_of_date()] == [bare]
    again.close()


def test_own_items_are_bounded_in_number(stylist, tmp_path):
    service = OutfitService(lambda: stylist, ServeSettings(tmp_path / "store", most_items=1))
    service.editor.add("bag", picture=picture(COLOURS["blue"]))
    with pytest.raises(FashionGraphError, match="at most 1"):
        service.editor.add("bag", picture=picture(COLOURS["red"]))
    service.close()


def test_a_changed_catalogue_is_taken_without_a_restart(model, shop, tmp_path, caplog):
    folder = tmp_path / "shop"
    shutil.copytree(shop, folder)
    files = [folder / "items.csv", folder / "features_colours.npy"]
    settings = ServeSettings(tmp_path / "store")
    service = OutfitService(lambda: Stylist.load(model, folder), settings, files)
    before = len(service.items)
    (folder / "images" / "new.png").write_bytes(picture(COLOURS["green"]))
    with (folder / "items.csv").open("a") as file:
        file.write("new,bag,new green bag,images/new.png,10,summer\n")
    wait_for(lambda: "cannot be loaded" in caplog.text)  # one row of features is missing
    assert len(service.items) == before
    run("embed", folder, "--encoder", "colours", "--overwrite")
    wait_for(lambda: len(service.items) == before + 1)
    assert service.search.find("new green").tolist() == [before]
    service.close()


def test_items_of_the_command_are_in_the_answers_without_a_restart(model, shop, tmp_path, caplog):
    folder = tmp_path / "shop"
    shutil.copytree(shop, folder)
    files = [folder / "items.csv", folder / "outfits.csv", folder / "features_colours.npy"]
    settings = ServeSettings(tmp_path / "store")
    service = OutfitService(lambda: Stylist.load(model, folder), settings, files)
    (folder / "images" / "new.png").write_bytes(picture(COLOURS["green"]))
    header = "item_id,category,title,image,price,season\n"
    (tmp_path / "new.csv").write_text(header + "new,bag,new green bag,images/new.png,10,summer\n")
    run("items", "add", folder, tmp_path / "new.csv")
    wait_for(lambda: "new" in service.items.ids)
    answer = service.current().score([["new", "0003"]]).frame
    alone = Stylist.load(model, folder).score([["new", "0003"]]).frame
    pd.testing.assert_frame_equal(answer, alone)
    run("items", "remove", folder, "new,0059", "--with-outfits")
    wait_for(lambda: "new" not in service.items.ids)
    assert len(service.items) == len(pd.read_csv(folder / "items.csv")) == 59
    assert "cannot be loaded" not in caplog.text
    service.close()


def test_a_server_finishes_the_change_of_a_killed_command(model, shop, tmp_path, monkeypatch):
    folder = tmp_path / "shop"
    shutil.copytree(shop, folder)
    pending = folder / pending_change.PENDING
    settings = ServeSettings(tmp_path / "store")
    watched = [folder / "items.csv", pending]
    service = OutfitService(lambda: Stylist.load(model, folder), settings, watched)
    publish = pending_change.publish

    def killed(draft, target):
        if pending.exists():
            raise KeyboardInterrupt
        publish(draft, target)

    (tmp_path / "prices.csv").write_text("item_id,price\n0059,12345\n")
    monkeypatch.setattr(pending_change, "publish", killed)
    arguments = ["items", "update", str(folder), str(tmp_path / "prices.csv")]
    assert CliRunner().invoke(command, arguments).exit_code != 0
    monkeypatch.setattr(pending_change, "publish", publish)
    wait_for(lambda: service.items.columns["price"].iloc[59] == 12345)
    assert not pending.exists()
    service.close()


def test_file_watch_waits_until_files_stay_as_they_are(tmp_path):
    file, seen = tmp_path / "a", threading.Event()
    watch = FileWatch([file], seen.set, seconds=0.05)
    watch.start()
    time.sleep(0.2)
    assert not seen.is_set()
    file.write_text("x")
    assert seen.wait(10)
    seen.clear()
    file.unlink()
    assert seen.wait(10)
    watch.close()


def test_files_that_change_before_the_watch_starts_count_as_changed(tmp_path):
    file, seen = tmp_path / "a", threading.Event()
    watch = FileWatch([file], seen.set, seconds=0.05)
    file.write_text("written while the catalogue was read")
    watch.start()
    assert seen.wait(10)
    watch.close()


def test_filters_of_a_table_are_its_short_columns(stylist):
    filters = {one.name: one for one in ItemSearch(stylist.catalogue.items).filters}
    prices = stylist.catalogue.items.columns["price"]
    assert set(filters) == {"price", "season"}
    assert (filters["price"].least, filters["price"].most) == (prices.min(), prices.max())
    assert set(filters["season"].values) == {"summer", "winter"}

"""Every reader of files, with intact files for it to read."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from PIL import Image
from safetensors.torch import save_file

from fashiongraph.cli.config import read_config
from fashiongraph.cli.item_columns import ItemColumns
from fashiongraph.cli.splits import splits_of
from fashiongraph.cli.train_options import TrainOptions
from fashiongraph.data import FeatureSource, Outfits, add_item_cooccurrence, category_graph
from fashiongraph.data.questions.load import load_questions
from fashiongraph.datasets import (
    IQON3000,
    POG,
    FolderOutfits,
    OutfitTables,
    PolyvoreOutfits,
    Shift15M,
    SyntheticOutfits,
)  # fmt: skip
from fashiongraph.datasets.io.archives import unpack
from fashiongraph.datasets.io.feature_card import features_with_card
from fashiongraph.datasets.io.json_vectors import write_json_vectors
from fashiongraph.datasets.io.processed import read_processed, write_processed
from fashiongraph.evaluation import draw_questions
from fashiongraph.features import encoder_kinds, read_picture, save_features
from fashiongraph.features.feature_cache import FeatureCache
from fashiongraph.features.tuned_encoder import (
    ENCODER_CARD,
    WEIGHTS,
    read_picture_encoder,
    read_training_outfits,
)
from fashiongraph.features.weights import read_weights
from fashiongraph.models import Ensemble, OutfitModel, Siamese
from fashiongraph.models.checkpoint import CHECKPOINT
from fashiongraph.retrieval import ItemIndex, LocalCatalogue
from fashiongraph.retrieval.item_index import INDEX
from fashiongraph.retrieval.local_catalogue import STATES
from fashiongraph.training import TrainingConfig, fit
from fashiongraph.training.resume import history, is_finished, read_checkpoint
from fashiongraph.training.run_settings import check_run_settings


class Reader(NamedTuple):
    """A reader and its files.

    Args:
        write: Writes intact files to an empty folder.
        read: Reads them.
        kind: Kind of the folder ``written`` with digests, which some damages renew.
    """

    write: Callable[[Path], Any]
    read: Callable[[Path], Any]
    kind: str | None = None


def outfits() -> Outfits:
    return SyntheticOutfits.attributes_only(num_items=40, num_outfits=30, seed=0)


def model() -> OutfitModel:
    found = Siamese(outfits().items.num_features, 4)
    train = outfits()
    graph = category_graph(train.category_id, train.batch, train.items.num_categories)
    found.graph = add_item_cooccurrence(graph, train)
    found.categories = list(train.items.categories)
    return found


def write_tables(folder: Path, end: str = "csv") -> None:
    data = outfits()
    names = [data.items.categories[c] for c in data.items.category_id.tolist()]
    items = pd.DataFrame({"item_id": data.items.ids, "category": names, "price": 1.5, "tags": "a"})
    rows = pd.DataFrame({"outfit_id": data.batch, "split": "train", "weight": 1.0})
    rows["item_id"] = items["item_id"].to_numpy()[data.item_id]
    for name, frame in (("items", items), ("outfits", rows)):
        if end == "csv":
            frame.to_csv(folder / f"{name}.csv", index=False)
        else:
            frame.to_parquet(folder / f"{name}.parquet")
    source = FeatureSource("x.npy", data.items.num_features, "encoder")
    with features_with_card(folder / "x.npy", items["item_id"].to_numpy(object), source) as draft:
        save_features(draft, data.items.features.numpy())


def write_polyvore(folder: Path) -> None:
    ids = [str(100 + k) for k in range(12)]
    about = {"title": "x", "category_id": "1", "semantic_category": "tops"}
    (folder / "nondisjoint").mkdir()
    for number, name in enumerate(("train", "valid", "test")):
        sets = [
            {
                "set_id": str(10 * number + k),
                "items": [{"item_id": x, "index": i} for i, x in enumerate(ids[k:], 1)],
            }
            for k in range(4)
        ]
        (folder / "nondisjoint" / f"{name}.json").write_text(json.dumps(sets))
    (folder / "polyvore_item_metadata.json").write_text(json.dumps({x: about for x in ids}))
    (folder / "polyvore_outfit_titles.json").write_text("{}")


def write_iqon(folder: Path) -> None:
    items = [{"itemId": str(k), "category x color": "top × red"} for k in range(3)]
    for k in range(4):
        place = folder / "IQON3000" / "5" / str(k)
        place.mkdir(parents=True)
        outfit = {"setId": str(k), "user": "5", "likeCount": "2", "items": items}
        (place / f"{k}.json").write_text(json.dumps(outfit))


def write_shift15m(folder: Path) -> None:
    items = [{"item_id": str(k), "category_id2": "11"} for k in range(3)]
    sets = [
        {"set_id": str(k), "like_num": "3", "publish_date": "2015-03-31", "items": items}
        for k in range(5)
    ]
    (folder / "iqon_outfits.json").write_text(json.dumps(sets))
    (folder / "features").mkdir()
    for k in range(3):
        text = gzip.compress(b"[0.5, 2, 1]", mtime=0)
        (folder / "features" / f"{k}.json.gz").write_bytes(text)


def write_pog(folder: Path) -> None:
    (folder / "outfit_data.txt").write_text("1,a;b\n2,b;c\n")
    (folder / "item_data.txt").write_text("a,3,x/a.jpg,red\nb,4,x/b.jpg,flat\nc,4,x/c.jpg,\n")


def write_folder(folder: Path) -> None:
    for name in ("monday", "tuesday"):
        (folder / "outfits" / name).mkdir(parents=True)
        for kind in ("top", "shoes", "ring_1"):
            (folder / "outfits" / name / f"{kind}.jpg").touch()
    (folder / "outfits.csv").write_text("outfit_id,split\nmonday,train\ntuesday,test\n")


def write_training(folder: Path) -> None:
    data = outfits()
    train, valid = data.select(range(20)), data.select(range(20, 30))
    config = TrainingConfig(batch_size=16)
    fit(
        Siamese(data.items.num_features, 4), train, valid, config=config, max_epochs=2,
        directory=folder / "run", progress=False, logger=False, accelerator="cpu",
    )  # fmt: skip


def read_training(folder: Path) -> None:
    history(folder / "run")
    is_finished(folder / "run", 2, patience=3)
    read_checkpoint(folder / "run" / "checkpoints" / "best.ckpt")
    check_run_settings(folder / "run" / "settings.json", {})


def write_states(folder: Path) -> None:
    torch.manual_seed(0)
    LocalCatalogue.build(
        Siamese(outfits().items.num_features, 4), outfits().items, folder / "written"
    )


def read_states(folder: Path) -> None:
    torch.manual_seed(0)
    known = Siamese(outfits().items.num_features, 4)
    states = LocalCatalogue.load(folder / "written", known, outfits().items)
    assert len(states) == 40


def write_index(folder: Path) -> None:
    items = outfits().items
    ItemIndex.build(items, items.features).save(folder / "written")


def read_index(folder: Path) -> None:
    index = ItemIndex.load(folder / "written")
    index.frame(index.search(torch.ones(1, index.index.d), 3))


def write_tuned(folder: Path) -> None:
    card = {"backbone": "resnet18", "layers": None, "size": 32}
    (folder / ENCODER_CARD).write_text(json.dumps(card))
    save_file({"weight": torch.ones(3, 2)}, folder / WEIGHTS)
    np.save(folder / "training_outfits.npy", np.arange(9))
    (folder / "published").mkdir()
    settings = json.dumps({"text_config": {}, "model_type": "clip"})
    (folder / "published" / "config.json").write_text(settings)
    save_file({"weight": torch.ones(3, 2)}, folder / "published" / "model.safetensors")


def read_tuned(folder: Path) -> None:
    read_training_outfits(folder)
    read_picture_encoder(folder)
    encoder_kinds(str(folder / "published"))


def read_questions(folder: Path) -> None:
    load_questions(folder / "questions.npz", outfits().items)


def write_config(folder: Path) -> None:
    (folder / "a.yaml").write_text("epochs: 3\nfeatures: [a.npy, b.npy]\nseed: 1\nmodel: addgnn\n")
    (folder / "b.toml").write_text('epochs = 3\nfeatures = ["a.npy"]\nlearning-rate = 0.01\n')


def read_config_files(folder: Path) -> None:
    read_config(folder / "a.yaml", TrainOptions)
    read_config(folder / "b.toml", TrainOptions)


def write_split(folder: Path) -> None:
    write_tables(folder)
    rows = [f"{k},{('train', 'valid', 'test')[k % 3]}" for k in range(30)]
    (folder / "split.csv").write_text("\n".join(["outfit_id,split", *rows]) + "\n")


def write_archive(folder: Path) -> None:
    (folder / "a.txt").write_text("1 2 3")
    with tarfile.open(folder / "files.tar.gz", "w:gz") as archive:
        archive.add(folder / "a.txt", "labels/a.txt")
        archive.add(folder / "a.txt", "b.txt")


def write_cache(folder: Path) -> None:
    FeatureCache(folder, "encoder", "float16").put([b"a", b"b"], np.ones((2, 8)))


def write_weights(folder: Path) -> None:
    torch.save({"state_dict": {"bias": torch.zeros(2)}}, folder / "weights.pth")


def write_processed_set(folder: Path) -> None:
    (folder / "written").mkdir()
    data = outfits()
    write_processed(folder / "written", data, pd.DataFrame({"likes": range(len(data))}))


READERS = {
    "tables, csv": Reader(write_tables, lambda f: OutfitTables(f, features="x.npy")),
    "tables, lenient": Reader(
        write_tables, lambda f: OutfitTables(f, features="x.npy", lenient=True)
    ),
    "tables, parquet": Reader(
        lambda f: write_tables(f, "parquet"), lambda f: OutfitTables(f, features="x.npy")
    ),
    "items to embed": Reader(write_tables, lambda f: ItemColumns.read(f, "tables", ["tags"])),
    "polyvore-outfits": Reader(write_polyvore, lambda f: PolyvoreOutfits(f, force_reload=True)),
    "iqon3000": Reader(write_iqon, lambda f: IQON3000(f, force_reload=True)),
    "shift15m": Reader(write_shift15m, lambda f: Shift15M(f, features=True, force_reload=True)),
    "pog": Reader(write_pog, lambda f: POG(f, force_reload=True)),
    "folder of outfits": Reader(write_folder, lambda f: FolderOutfits(f, force_reload=True)),
    "processed set": Reader(write_processed_set, lambda f: read_processed(f / "written")),
    "model": Reader(
        lambda f: model().save(f / "written"), lambda f: OutfitModel.load(f / "written"), CHECKPOINT
    ),
    "ensemble": Reader(
        lambda f: Ensemble.of(Siamese(8, 2), 2).save(f / "written"),
        lambda f: OutfitModel.load(f / "written"),
        CHECKPOINT,
    ),
    "states": Reader(write_states, read_states, STATES),
    "index": Reader(write_index, read_index, INDEX),
    "training": Reader(write_training, read_training),
    "questions": Reader(
        lambda f: draw_questions(outfits(), "fitb").save(f / "questions.npz"), read_questions
    ),
    "split": Reader(write_split, lambda f: splits_of(OutfitTables(f), f / "split.csv", 0)),
    "options": Reader(write_config, read_config_files),
    "encoder": Reader(write_tuned, read_tuned),
    "weights": Reader(write_weights, lambda f: read_weights(f / "weights.pth")),
    "cache": Reader(
        write_cache, lambda f: FeatureCache(f, "encoder", "float16").get([b"a", b"b", b"c"])
    ),
    "picture": Reader(
        lambda f: Image.new("RGB", (9, 9), "red").save(f / "a.png"),
        lambda f: read_picture(f / "a.png"),
    ),
    "archive": Reader(write_archive, lambda f: unpack(f / "files.tar.gz", f / "out")),
    "vectors": Reader(
        write_shift15m,
        lambda f: write_json_vectors(sorted((f / "features").iterdir()), 3, f.parent / "x.npy"),
    ),
}

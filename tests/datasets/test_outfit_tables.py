from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fashiongraph.datasets.outfit_tables import OutfitTables
from fashiongraph.errors import DataError, FashionGraphError


def items_of(dataset):
    """The item identifiers of every outfit, by the outfit's."""
    outfits = dataset.outfits
    rows = outfits.item_id.split(outfits.sizes.tolist())
    return {
        name: dataset.items.ids[row.numpy()].tolist()
        for name, row in zip(outfits.ids, rows, strict=True)
    }


def test_columns_of_the_files(folder):
    dataset = OutfitTables(folder, features="features.npy")
    assert str(dataset) == "OutfitTables(3 outfits, 6 items, 4 categories, 3 features)"
    assert len(dataset) == dataset.num_outfits == 3
    # Leading zeros stay, and the items of an outfit are ordered by position.
    assert items_of(dataset) == {"01": ["b", "007", "c"], "02": ["d", "e"], "03": ["f", "b"]}
    items = dataset.items
    assert items.ids.tolist() == ["007", "b", "c", "d", "e", "f"]
    assert dataset.categories == ["bag", "bottom", "shoe", "top"]
    assert items.category_id.tolist() == [2, 3, 1, 3, 0, 2]
    # An empty title is missing; "NA" is a title.
    title = items.columns["title"]
    assert title[[0, 1, 3, 4, 5]].tolist() == ["Boot, black", "Blüse", "裙子", "two\nlines", "NA"]
    assert title.isna().tolist() == [False, False, True, False, False, False]
    assert items.columns["year"].dtype == np.float64
    assert items.columns["year"].isna().tolist() == [False, False, False, True, False, False]
    assert items.frequency.tolist() == [1, 2, 1, 1, 1, 1]
    assert items.features.dtype == torch.float16
    assert items.features.tolist() == np.arange(18).reshape(6, 3).tolist()
    assert dataset.outfit_columns["split"].tolist() == ["train", "train", "valid"]
    assert {k: v.ids.tolist() for k, v in dataset.official_split().items()} == {
        "train": ["01", "02"],
        "valid": ["03"],
    }
    assert dataset.report.empty


def test_only_what_is_needed(tmp_path):
    (tmp_path / "items.csv").write_text("item_id,category\n1,a\n2,b\n3,a\n")
    # The rows of an outfit need not stand together, and keep their order without a position.
    (tmp_path / "outfits.csv").write_text("likes,outfit_id,item_id\n5,y,3\n6,x,1\n5,y,1\n6,x,2\n")
    dataset = OutfitTables(tmp_path)
    assert items_of(dataset) == {"y": ["3", "1"], "x": ["1", "2"]}
    assert dataset.num_features == 0
    assert dataset.items.features is None
    assert dataset.items.columns.empty
    with pytest.raises(FashionGraphError, match="brings no official split"):
        dataset.official_split()


@pytest.mark.parametrize(
    "form", ["crlf", "cr", "bom", "blank lines", "no last line end", "parquet"]
)
def test_the_same_in_every_form(folder, form):
    expected = OutfitTables(folder, "features.npy")
    for name in ("items", "outfits"):
        path = folder / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        if form == "parquet":
            ids = {"item_id": str, "outfit_id": str}
            table = pd.read_csv(path, dtype=ids, keep_default_na=False, na_values={"year": ""})
            table.to_parquet(folder / f"{name}.parquet", index=False)
            path.unlink()
            continue
        if form == "blank lines":
            text = text.replace("\n02,d", "\n\n,,,\n02,d") + "\n\n"
            text = text.replace("\nc,", "\n,,,\n\nc,")
        elif form == "no last line end":
            text = text.removesuffix("\n")
        elif form == "crlf":
            text = text.replace("\n", "\r\n").replace("two\r\n", "two\n")
        elif form == "cr":
            text = text.replace("\n", "\r").replace("two\r", "two\n")
        encoding = "utf-8-sig" if form == "bom" else "utf-8"
        path.write_text(text, encoding=encoding, newline="")
    found = OutfitTables(folder, "features.npy")
    assert items_of(found) == items_of(expected)
    assert found.items.ids.equals(expected.items.ids)
    assert found.categories == expected.categories
    assert found.items.category_id.equal(expected.items.category_id)
    assert found.items.features.equal(expected.items.features)
    pd.testing.assert_frame_equal(found.items.columns, expected.items.columns)
    pd.testing.assert_frame_equal(found.outfit_columns, expected.outfit_columns)


def test_parquet_numbers_and_categories_are_text(tmp_path):
    items = pd.DataFrame({"item_id": [10, 2], "category": pd.Categorical(["a", "b"])})
    items.to_parquet(tmp_path / "items.parquet")
    outfits = pd.DataFrame({"outfit_id": [7, 7], "item_id": [2, 10], "position": [0.5, -1]})
    outfits.to_parquet(tmp_path / "outfits.parquet")
    dataset = OutfitTables(tmp_path)
    assert items_of(dataset) == {"7": ["10", "2"]}
    assert dataset.categories == ["a", "b"]


def test_features_stay_on_disk_and_unchanged(folder):
    dataset = OutfitTables(folder, "features.npy")
    before = (folder / "features.npy").read_bytes()
    dataset.items.features.add_(1)
    assert (folder / "features.npy").read_bytes() == before


def test_several_features_are_fused(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "text.npy"
    rows = np.asfortranarray(np.ones((6, 2), np.float32))
    rows[2] = np.nan  # a picture that could not be read
    np.save(elsewhere, rows)
    dataset = OutfitTables(folder, ["features.npy", elsewhere])
    assert dataset.num_features == 3 + 2 + 2
    assert dataset.items.features.dtype == torch.float32
    scaled = [*(np.array([3, 4, 5]) / np.sqrt(50)), *(np.ones(2) / np.sqrt(2)), 0, 0]
    np.testing.assert_allclose(dataset.items.features[1], scaled, rtol=1e-6)
    assert dataset.items.features[2, 3:].tolist() == [0, 0, 0, 1]
    names = [source.file for source in dataset.items.feature_sources]
    assert names == ["features.npy", str(elsewhere)]
    rows[3, 0] = np.nan
    np.save(elsewhere, rows)
    with pytest.raises(DataError, match=r"text\.npy, row 3: features need to be finite"):
        OutfitTables(folder, ["features.npy", elsewhere])
    assert len(OutfitTables(folder, ["features.npy", elsewhere], lenient=True).items) == 5


def test_further_columns_of_outfits_are_not_read(folder):
    path = folder / "outfits.csv"
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0] + b",note", *(row + b",\xff" for row in lines[1:])]))
    assert OutfitTables(folder).num_outfits == 3


def add_column(folder, name, values):
    """Add a column to the outfits, one value for each row."""
    table = pd.read_csv(folder / "outfits.csv", dtype=str).assign(**{name: values})
    table.to_csv(folder / "outfits.csv", index=False)


def test_columns_weigh_outfits(folder):
    assert OutfitTables(folder).outfits.weight is None
    add_column(folder, "weight", [2.5, 2.5, 2.5, 0, 0, 1, 1])
    found = OutfitTables(folder)
    assert found.weight_column == "weight"
    assert found.outfits.weight.tolist() == [2.5, 0.0, 1.0]
    assert found.official_split()["valid"].weight.tolist() == [1.0]


@pytest.mark.parametrize("name", ["likes", "clicks"])
def test_counts_weigh_by_their_logarithm(folder, name):
    add_column(folder, name, [9, 9, 9, 0, 0, 99, 99])
    weight = OutfitTables(folder).outfits.weight
    np.testing.assert_allclose(weight, 1 + np.log([10, 1, 100]))


def test_a_second_column_of_weights_is_refused(folder):
    add_column(folder, "likes", 1)
    add_column(folder, "clicks", 1)
    with pytest.raises(DataError, match="one column of weights is needed .got likes and"):
        OutfitTables(folder)


def test_users_are_counted(folder):
    add_column(folder, "user", ["u1", "u1", "u1", "u2", "u2", None, None])
    found = OutfitTables(folder)
    assert found.outfit_columns["user"].dropna().tolist() == ["u1", "u2"]
    assert found.statistics()["users"] == 2


def test_rows_are_numbered_as_in_a_spreadsheet(folder):
    # A blank row and a value over two lines stand above, each a row of its own.
    text = (folder / "items.csv").read_text(encoding="utf-8")
    text = text.replace("\nb,", "\n\nb,").replace("\nf,shoe,NA,", "\nf,shoe,")
    (folder / "items.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"items\.csv, row 8: .* 4 fields \(got 3\)"):
        OutfitTables(folder)


def test_the_first_problem_and_the_number_of_others(folder):
    text = (folder / "items.csv").read_text(encoding="utf-8")
    (folder / "items.csv").write_text(text.replace("e,bag", "d,bag").replace("007,shoe", "007,"))
    text = (folder / "outfits.csv").read_text(encoding="utf-8")
    (folder / "outfits.csv").write_text(text.replace("01,c,3", "01,c,third"))
    features = np.load(folder / "features.npy")
    features[[1, 5]] = np.nan
    np.save(folder / "features.npy", features)
    with pytest.raises(DataError, match=r"row 2: 'category' .*5 more problems"):
        OutfitTables(folder, "features.npy")
    # Rows of outfits go with their items, until no outfit has two.
    with pytest.raises(DataError, match=r"no outfit is left"):
        OutfitTables(folder, "features.npy", lenient=True)


def test_a_dropped_item_drops_rows_and_features(folder):
    features = np.load(folder / "features.npy")
    features[4] = np.inf
    np.save(folder / "features.npy", features)
    dataset = OutfitTables(folder, "features.npy", lenient=True)
    assert items_of(dataset) == {"01": ["b", "007", "c"], "03": ["f", "b"]}
    assert dataset.items.features[:, 0].tolist() == [0, 3, 6, 9, 15]
    assert dataset.items.frequency.tolist() == [1, 2, 1, 0, 1]
    assert dataset.report["row"].tolist() == [4, 5, 6]
    assert dataset.report["rule"].tolist() == [
        "features need to be finite and at most 1e+15 (got inf in column 0 for item 'e'; "
        "rows count from 0)",
        "an outfit needs at least two items (one is left in outfit '02')",
        "item 'e' was dropped from items.csv",
    ]


@pytest.mark.parametrize(
    ("name", "features", "outfits", "items", "categories", "width", "untitled"),
    [
        ("mango", "features_image.npy", 5_833, 9_222, 39, 1_280, None),
        ("polyvore_titles", "features_text.npy", 2_463, 10_173, 5, 384, 97),
    ],
)
def test_published_data_sets(
    data_root, name, features, outfits, items, categories, width, untitled
):
    dataset = OutfitTables(data_root(name), features=features)
    assert (dataset.num_outfits, dataset.num_items) == (outfits, items)
    assert (dataset.num_categories, dataset.num_features) == (categories, width)
    assert dataset.items.features.dtype == torch.float16
    if untitled is not None:
        assert int(dataset.items.columns["title"].isna().sum()) == untitled
    table = pd.read_csv(data_root(name) / "outfits.csv", dtype=str)
    expected = table.groupby("outfit_id", sort=False)["item_id"].agg(list).to_dict()
    assert items_of(dataset) == expected


DAMAGE = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 12),
    st.one_of(
        st.binary(max_size=8), st.sampled_from([b",", b"\n", b'"', b"\r", b"\xff\xfe", b"nan"])
    ),
)


@settings(deadline=None, max_examples=80)
@given(
    file=st.sampled_from(["items.csv", "outfits.csv", "items.parquet", "features.npy"]),
    damages=st.lists(DAMAGE, min_size=1, max_size=3),
    lenient=st.booleans(),
)
def test_any_damage_ends_in_a_result_or_our_error(tmp_path_factory, file, damages, lenient):
    folder = tmp_path_factory.mktemp("damaged")
    items = pd.DataFrame(
        {"item_id": ["007", "b", "c"], "category": ["shoe", "top", "top"], "title": ["ü", "", "x"]}
    )
    if file == "items.parquet":
        items.to_parquet(folder / file)
    else:
        items.to_csv(folder / "items.csv", index=False)
    (folder / "outfits.csv").write_text(
        "outfit_id,item_id,position\n1,007,1\n1,b,2\n2,b,1\n2,c,2\n"
    )
    np.save(folder / "features.npy", np.ones((3, 2), np.float32))
    content = (folder / file).read_bytes()
    for where, cut, put in damages:
        start = int(where * len(content))
        content = content[:start] + put + content[start + cut :]
    (folder / file).write_bytes(content)
    try:
        dataset = OutfitTables(folder, "features.npy", lenient=lenient)
    except FashionGraphError as error:
        assert str(error)
    else:
        assert dataset.num_outfits >= 1
        assert int(dataset.outfits.sizes.min()) >= 2
        assert bool(dataset.items.features.isfinite().all())
        assert lenient or dataset.report.empty

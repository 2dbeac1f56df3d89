from dataclasses import replace

import pytest

from fashiongraph.data.feature_source import FeatureSource, check_sources
from fashiongraph.errors import FashionGraphError

IMAGE = FeatureSource("features_image.npy", 512, "resnet18", "1f0c", {"weights": "DEFAULT"})
TEXT = FeatureSource("features_text.npy", 384, "hashed-words", "77aa")
FILE, OTHER = FeatureSource("mine.npy", 8), FeatureSource("other.npy", 8)


@pytest.mark.parametrize(
    ("needed", "given"),
    [
        ([IMAGE, TEXT], [IMAGE, TEXT]),
        ([IMAGE], [replace(IMAGE, file="new_season.npy")]),
        ([FILE], [OTHER]),  # nothing tells them apart
        ([FILE, OTHER], [replace(FILE, file="below/mine.npy"), OTHER]),
        ([], [IMAGE]),
        ([IMAGE], []),
    ],
)
def test_equal_or_unknown_features_are_taken(needed, given):
    check_sources(needed, given, "items")


@pytest.mark.parametrize(
    ("needed", "given"),
    [
        ([IMAGE, TEXT], [TEXT, IMAGE]),
        ([IMAGE, TEXT], [IMAGE]),
        ([IMAGE], [IMAGE, TEXT]),
        ([IMAGE], [replace(IMAGE, fingerprint="2e1b")]),
        ([IMAGE], [replace(IMAGE, num_features=256)]),
        ([IMAGE], [FeatureSource("mine.npy", 512)]),
        ([FILE], [replace(IMAGE, num_features=8)]),
        ([FILE, OTHER], [OTHER, FILE]),
    ],
)
def test_other_features_are_refused(needed, given):
    with pytest.raises(FashionGraphError, match="'--features' needs the features"):
        check_sources(needed, given, "--features")


def test_the_error_shows_both():
    changed = replace(IMAGE, fingerprint="2e1b")
    with pytest.raises(FashionGraphError) as caught:
        check_sources([IMAGE], [changed], "items")
    assert str(caught.value).endswith(
        "(got features_image.npy (512 by resnet18), with other weights or settings)"
    )
    with pytest.raises(FashionGraphError) as caught:
        check_sources([IMAGE, TEXT], [TEXT, IMAGE], "items")
    joined = "features_text.npy (384 by hashed-words) + features_image.npy (512 by resnet18)"
    assert f"(got {joined})" in str(caught.value)


def test_json_gives_it_back():
    assert FeatureSource(**IMAGE.as_json()) == IMAGE

from __future__ import annotations

import json
import shutil
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.open_clip_towers import OpenCLIPTowers

KINDS = ["open_clip", "open_clip_own_tokenizer"]
TEXTS = ["a red silk dress", "Red boots", "a a a a a a a a a blue dress"]


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_against_open_clip(tiny_model, kind):
    library = pytest.importorskip("open_clip")
    source = f"local-dir:{tiny_model(kind)}"
    model, _, preparation = library.create_model_and_transforms(source)
    noise = np.random.default_rng(0).integers(0, 256, (60, 40, 3), dtype=np.uint8)
    picture = Image.fromarray(noise)
    towers = OpenCLIPTowers(tiny_model(kind))
    ours = towers.pictures(towers.preparation(crop=True)(picture)[None])
    expected = model.eval().encode_image(preparation(picture)[None])
    torch.testing.assert_close(ours, expected, atol=1e-5, rtol=1e-5)
    tokens = library.get_tokenizer(source)(TEXTS)
    expected = model.encode_text(tokens)
    torch.testing.assert_close(towers.texts(TEXTS), expected, atol=1e-5, rtol=1e-5)
    assert towers.num_features == 12
    assert towers.logit_scale == pytest.approx(float(model.logit_scale.exp()))


def test_tokenizer_of_the_folder(tiny_model):
    pytest.importorskip("open_clip")
    towers = OpenCLIPTowers(tiny_model("open_clip_own_tokenizer"))
    assert towers.tokenizer(["Red, silk!"])[0].tolist()[:3] == [4, 6, 1]  # lower case, no signs


def test_padding_by_default(tiny_model):
    pytest.importorskip("open_clip")
    towers = OpenCLIPTowers(tiny_model("open_clip"))
    pixels = towers.preparation(crop=False)(Image.new("RGB", (10, 40), "black"))
    assert pixels.shape == (3, 32, 32)
    torch.testing.assert_close(pixels[:, 0, 0], torch.full((3,), (1 - 0.5) / 0.4))
    torch.testing.assert_close(pixels[:, 0, 16], torch.full((3,), -0.5 / 0.4))


def changed(folder, target, **texts):
    """A copy of a model whose settings of texts are changed."""
    folder = shutil.copytree(folder, target)
    file = folder / "open_clip_config.json"
    settings = json.loads(file.read_text())
    settings["model_cfg"]["text_cfg"] |= texts
    file.write_text(json.dumps(settings))
    return folder


def test_networks_of_the_hub_are_refused(tiny_model, tmp_path):
    pytest.importorskip("open_clip")
    folder = changed(tiny_model("open_clip"), tmp_path / "a", hf_model_name="nobody/roberta")
    with pytest.raises(FashionGraphError, match=r"got 'nobody/roberta'"):
        OpenCLIPTowers(folder)


def test_own_code_is_refused(tiny_model, tmp_path):
    pytest.importorskip("open_clip")
    asks = {"tokenizer_kwargs": {"trust_remote_code": True}}
    folder = changed(tiny_model("open_clip_own_tokenizer"), tmp_path / "a", **asks)
    assert OpenCLIPTowers(folder).num_features == 12  # there is no code to trust
    file = folder / "tokenizer_config.json"
    settings = json.loads(file.read_text()) | {"auto_map": {"AutoTokenizer": ["own.Own", None]}}
    file.write_text(json.dumps(settings))
    with pytest.raises(FashionGraphError, match="without code of its own"):
        OpenCLIPTowers(folder)


def test_weights_that_do_not_fit(tiny_model, tmp_path):
    pytest.importorskip("open_clip")
    folder = changed(tiny_model("open_clip"), tmp_path / "a", width=24)
    with pytest.raises(FashionGraphError, match="that open_clip reads"):
        OpenCLIPTowers(folder)


def test_damaged_settings(tmp_path):
    pytest.importorskip("open_clip")
    for content in ("{", "{}", "[]"):
        (tmp_path / "open_clip_config.json").write_text(content)
        with pytest.raises(DataError, match="needs 'model_cfg' with 'text_cfg'"):
            OpenCLIPTowers(tmp_path)


def test_names_its_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(FashionGraphError, match=r"pip install 'fashiongraph\[clip\]'"):
        OpenCLIPTowers(tmp_path)

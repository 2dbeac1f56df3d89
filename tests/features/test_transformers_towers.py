from __future__ import annotations

import json
import shutil
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.transformers_towers import TransformersTowers

TEXTS = ["a red silk dress", "Red boots", "a a a a a a a a a blue dress"]


def picture(width: int = 40, height: int = 60) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def rows(output: object) -> torch.Tensor:
    return getattr(output, "pooler_output", output)


@pytest.mark.parametrize("kind", ["clip", "siglip", "dinov2", "dinov3"])
@torch.no_grad()
def test_pictures_against_transformers(tiny_model, kind):
    library = pytest.importorskip("transformers")
    folder = tiny_model(kind)
    model = library.AutoModel.from_pretrained(folder).eval()
    pixels = library.AutoImageProcessor.from_pretrained(folder)(picture(), return_tensors="pt")
    encode = model if kind.startswith("dino") else model.get_image_features
    towers = TransformersTowers(folder)
    ours = towers.pictures(towers.preparation(crop=True)(picture())[None])
    torch.testing.assert_close(ours, rows(encode(**pixels)), atol=1e-5, rtol=1e-5)
    assert towers.num_features == ours.size(1) == (12 if kind == "clip" else 16)


@torch.no_grad()
def test_texts_of_clip_against_transformers(tiny_model):
    library = pytest.importorskip("transformers")
    model = library.CLIPModel.from_pretrained(tiny_model("clip")).eval()
    tokenizer = library.AutoTokenizer.from_pretrained(tiny_model("clip"))
    towers = TransformersTowers(tiny_model("clip"))
    for text in TEXTS:
        tokens = tokenizer(text, truncation=True, max_length=6, return_tensors="pt")
        expected = rows(model.get_text_features(**tokens))
        torch.testing.assert_close(towers.texts([text]), expected, atol=1e-5, rtol=1e-5)
    together = towers.texts(TEXTS)
    alone = torch.cat([towers.texts([text]) for text in TEXTS])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)
    assert towers.logit_scale == pytest.approx(float(model.logit_scale.exp()))


@torch.no_grad()
def test_texts_of_siglip_against_transformers(tiny_model):
    """Lower case, padded to the full length, and without a mask."""
    library = pytest.importorskip("transformers")
    model = library.SiglipModel.from_pretrained(tiny_model("siglip")).eval()
    ids = torch.tensor([[3, 4, 6, 7, 1, 0], [4, 8, 1, 0, 0, 0], [3, 3, 3, 3, 3, 1]])
    expected = rows(model.get_text_features(input_ids=ids))
    towers = TransformersTowers(tiny_model("siglip"))
    torch.testing.assert_close(towers.texts(TEXTS), expected, atol=1e-5, rtol=1e-5)


def siglip_with(tiny_model, target, tokenizer):
    """SigLIP with another tokenizer, which shows the tokens that its text network reads."""
    folder = shutil.copytree(tiny_model("siglip"), target)
    for file in folder.glob("tokenizer*"):
        file.unlink()
    tokenizer.save_pretrained(folder)
    towers, seen = TransformersTowers(folder), []
    towers.model.get_text_features = lambda input_ids: seen.append(input_ids.tolist())
    return towers, seen


def test_tokens_of_siglip_2(tiny_model, tmp_path):
    """Its tokenizer, of Gemma, pads on the left and keeps capitals unless told otherwise."""
    library = pytest.importorskip("transformers")
    letters = ["<pad>", "<eos>", "<bos>", "<unk>", "r", "e", "d", "▁", "re", "red"]
    tokenizer = library.GemmaTokenizer(
        vocab={letter: i for i, letter in enumerate(letters)},
        merges=[("r", "e"), ("re", "d")],
        add_bos_token=False,
        add_eos_token=True,
    )
    towers, seen = siglip_with(tiny_model, tmp_path / "siglip2", tokenizer)
    towers.texts(["Red red", "RED", "red red red red"])
    assert seen == [[[9, 7, 9, 1, 0, 0], [9, 1, 0, 0, 0, 0], [9, 7, 9, 7, 9, 1]]]


def test_tokens_of_siglip(tiny_model, tmp_path):
    """Its tokenizer drops punctuation, and pads with the token that ends a text."""
    library = pytest.importorskip("transformers")
    pieces = pytest.importorskip("sentencepiece")
    file = tmp_path / "spiece.model"
    with file.open("wb") as written:
        pieces.SentencePieceTrainer.train(
            sentence_iterator=iter(["red boots"] * 20),
            model_writer=written,
            vocab_size=20,
            hard_vocab_limit=False,
            pad_id=-1,
            bos_id=-1,
            eos_id=1,
            unk_id=0,
            minloglevel=2,
        )
    tokenizer = library.SiglipTokenizer(str(file))
    towers, seen = siglip_with(tiny_model, tmp_path / "siglip", tokenizer)
    towers.texts(["Red!", "red"])
    assert seen[0][0] == seen[0][1] and seen[0][0][-1] == 1 and 0 not in seen[0][0]


@pytest.mark.parametrize("kind", ["clip", "siglip", "dinov3"])
def test_padding_by_default(tiny_model, kind):
    towers = TransformersTowers(tiny_model(kind))
    pixels = towers.preparation(crop=False)(Image.new("RGB", (10, 40), "black"))
    mean = torch.tensor(towers.processor.image_mean)
    std = torch.tensor(towers.processor.image_std)
    assert pixels.shape == (3, 32, 32)
    torch.testing.assert_close(pixels[:, 0, 0], (1 - mean) / std)  # white
    torch.testing.assert_close(pixels[:, 0, 16], -mean / std)  # the garment reaches the edge


def test_own_code_is_refused(tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model("clip"), tmp_path / "clip")
    settings = json.loads((folder / "config.json").read_text())
    settings["auto_map"] = {"AutoModel": "own.Model"}
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / "own.py").write_text("raise AssertionError('run')")
    with pytest.raises(FashionGraphError, match="without code of its own"):
        TransformersTowers(folder)


def test_other_models_are_refused(tiny_model, tmp_path):
    with pytest.raises(FashionGraphError, match="that transformers reads"):
        TransformersTowers(tmp_path)
    folder = shutil.copytree(tiny_model("clip"), tmp_path / "clip")
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(FashionGraphError, match="that transformers reads"):
        TransformersTowers(folder)


def test_missing_weights_are_not_drawn(tiny_model, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(tiny_model("clip"), tmp_path / "clip")
    state = load_file(folder / "model.safetensors")
    del state["text_projection.weight"]
    save_file(state, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(FashionGraphError, match="without 'text_projection.weight'"):
        TransformersTowers(folder)


def test_networks_of_any_picture_size_are_refused(tiny_model):
    with pytest.raises(FashionGraphError, match=r"of one size \(got 'siglip2'\)"):
        TransformersTowers(tiny_model("naflex"))


def test_names_its_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(FashionGraphError, match=r"pip install 'fashiongraph\[clip\]'"):
        TransformersTowers(tmp_path)

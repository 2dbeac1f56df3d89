"""Folders of published models in their real formats, tiny and with random weights."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

WORDS = ["<pad>", "</s>", "<unk>", "a", "red", "blue", "silk", "dress", "boots", "Red"]


def tiny_tokenizer(folder: Path) -> None:
    """A tokenizer of a few words that ends a text as CLIP's and SigLIP's do."""
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    words.post_processor = tokenizers.processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    ).save_pretrained(folder)


def tiny_transformers(kind: str, folder: Path) -> Path:
    """Folder of a model of transformers with random weights."""
    library = pytest.importorskip("transformers")
    small = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2}
    small["num_attention_heads"] = 2
    vision = {**small, "image_size": 32, "patch_size": 8}
    text = {**small, "vocab_size": len(WORDS), "max_position_embeddings": 6}
    text |= {"eos_token_id": 1, "bos_token_id": 0, "pad_token_id": 0}
    square, shortest = {"height": 32, "width": 32}, {"shortest_edge": 36}
    torch.manual_seed(0)
    if kind == "clip":
        config = library.CLIPConfig(text_config=text, vision_config=vision, projection_dim=12)
        model: Any = library.CLIPModel(config)
        processor = library.CLIPImageProcessor(size=shortest, crop_size=square)
    elif kind == "siglip":
        config = library.SiglipConfig(text_config=text, vision_config=vision)
        model, processor = library.SiglipModel(config), library.SiglipImageProcessor(size=square)
    elif kind == "naflex":
        vision = {**small, "patch_size": 8, "num_patches": 16}
        config = library.Siglip2Config(text_config=text, vision_config=vision)
        model, processor = library.Siglip2Model(config), library.Siglip2ImageProcessor()
    elif kind == "dinov2":
        model = library.Dinov2Model(library.Dinov2Config(**vision))
        processor = library.BitImageProcessor(size=shortest, crop_size=square)
    else:
        model = library.DINOv3ViTModel(library.DINOv3ViTConfig(**vision))
        processor = library.DINOv3ViTImageProcessor(size=square)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    if not kind.startswith("dino"):
        tiny_tokenizer(folder)
    return folder


def tiny_open_clip(folder: Path, own_tokenizer: bool) -> Path:
    """Folder of a model of open_clip with random weights."""
    library = pytest.importorskip("open_clip")
    from safetensors.torch import save_file

    layers = {"layers": 2, "width": 16}
    text = {**layers, "context_length": 8, "vocab_size": 49408, "heads": 2}
    if own_tokenizer:
        text |= {"vocab_size": len(WORDS), "hf_tokenizer_name": "nobody/on-the-hub"}
        text |= {"tokenizer_kwargs": {"clean": "canonicalize"}, "pool_type": "last"}
        tiny_tokenizer(folder)
    vision = {**layers, "image_size": 32, "patch_size": 8, "head_width": 8}
    settings = {"embed_dim": 12, "vision_cfg": vision, "text_cfg": text, "custom_text": True}
    preparation = {"mean": [0.5] * 3, "std": [0.4] * 3, "resize_mode": "squash"}
    written = {"model_cfg": settings, "preprocess_cfg": preparation}
    folder.mkdir(exist_ok=True)
    (folder / "open_clip_config.json").write_text(json.dumps(written), encoding="utf-8")
    torch.manual_seed(0)
    model = library.create_model(f"local-dir:{folder}")
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory) -> Callable[[str], Path]:
    """A function from the kind of a model to its folder, with random weights."""
    folders: dict[str, Path] = {}

    def make(kind: str) -> Path:
        if kind not in folders:
            folder = tmp_path_factory.mktemp(kind)
            if kind.startswith("open_clip"):
                folders[kind] = tiny_open_clip(folder, kind == "open_clip_own_tokenizer")
            else:
                folders[kind] = tiny_transformers(kind, folder)
        return folders[kind]

    return make

"""Models of Hugging Face transformers: CLIP, SigLIP, DINO and their kin."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.as_published import AsPublished
from fashiongraph.features.model_folder import refuse_own_code, settings_digest
from fashiongraph.features.picture_encoder import prepare
from fashiongraph.features.towers import Towers
from fashiongraph.optional import require

_SETTINGS = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer_config.json",
)


class TransformersTowers(Towers):
    """Model of transformers in a folder: ``config.json`` and ``model.safetensors``.

    Pooled features: the projections of both towers or, of a network without texts, its own pool,
    which is the class token of DINO. SigLIP reads texts as it was trained: in lower case, padded
    on the right to its full length. Its published tokenizers do not all see to that.

    Args:
        folder: The folder.

    Raises:
        FashionGraphError: If the extra ``clip`` is not installed, the folder brings code of its
            own, holds another kind of model, or lacks weights.
    """

    def __init__(self, folder: Path) -> None:
        library = require("transformers", "clip")
        # A bar for the second that loading takes would break the bars of this library.
        library.utils.logging.disable_progress_bar()
        super().__init__()
        refuse_own_code(folder, *_SETTINGS)
        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            self.processor = library.AutoImageProcessor.from_pretrained(folder, **options)
            self.model, loaded = library.AutoModel.from_pretrained(
                folder, use_safetensors=True, output_loading_info=True, **options
            )
            self.has_texts = hasattr(self.model, "get_text_features")
            if self.has_texts:
                self.tokenizer = library.AutoTokenizer.from_pretrained(folder, **options)
        except (OSError, RuntimeError, ValueError) as error:
            raise FashionGraphError(
                f"'name' needs a model of pictures that transformers reads (got {str(folder)!r}: "
                f"{error})"
            ) from error
        if loaded["missing_keys"]:  # transformers would draw them at random
            raise FashionGraphError(
                f"'name' needs all weights of the model (got {str(folder)!r} without "
                f"{min(loaded['missing_keys'])!r})"
            )
        self.model.eval()
        self.settings = settings_digest(folder)
        self.reads_siglip = self.model.config.model_type == "siglip"
        scale = getattr(self.model, "logit_scale", None)
        self.logit_scale = 1.0 if scale is None else float(scale.detach().exp())
        with torch.no_grad():
            pixels = self.preparation(crop=False)(Image.new("RGB", (8, 8)))
            self.num_features = self.pictures(pixels[None]).size(1)

    def pictures(self, pixels: Tensor) -> Tensor:
        """Encode prepared pictures."""
        encode = self.model.get_image_features if self.has_texts else self.model
        return _pooled(encode(pixel_values=pixels))

    def texts(self, texts: list[str]) -> Tensor:
        """Encode texts."""
        lowered = [text.lower() for text in texts] if self.reads_siglip else texts
        tokens = self.tokenizer(
            lowered,
            padding="max_length" if self.reads_siglip else True,
            padding_side="right" if self.reads_siglip else None,
            truncation=True,
            max_length=self.model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(self.model.device)
        given = {"input_ids": tokens["input_ids"]}
        if not self.reads_siglip:  # which attends to the padding, as in its training
            given["attention_mask"] = tokens["attention_mask"]
        return _pooled(self.model.get_text_features(**given))

    def preparation(self, crop: bool) -> Callable[[Image.Image], Tensor]:
        """From an RGB picture to pixels."""
        written = self.processor.to_json_string()
        if crop:
            return AsPublished(partial(_pixels, self.processor), written)
        settings = json.loads(written)
        size = settings.get("crop_size" if settings.get("do_center_crop") else "size")
        if size is None:  # SigLIP 2 NaFlex
            kind = self.model.config.model_type
            raise FashionGraphError(f"'name' needs a model of pictures of one size (got {kind!r})")
        side = size["height"] if "height" in size else size["shortest_edge"]
        return prepare(side, tuple(settings["image_mean"]), tuple(settings["image_std"]))


def _pooled(output: Any) -> Tensor:
    """Rows [B, F]; transformers 4 returned them without their surroundings."""
    rows: Tensor = getattr(output, "pooler_output", output)
    return rows


def _pixels(processor: Any, picture: Image.Image) -> Tensor:
    pixels: Tensor = processor(picture, return_tensors="pt")["pixel_values"][0]
    return pixels

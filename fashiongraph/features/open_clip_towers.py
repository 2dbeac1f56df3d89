"""Models of open_clip."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.features.as_published import AsPublished
from fashiongraph.features.model_folder import refuse_own_code, settings_digest
from fashiongraph.features.picture_encoder import prepare
from fashiongraph.features.towers import Towers
from fashiongraph.optional import require


class OpenCLIPTowers(Towers):
    """Model of open_clip: ``open_clip_config.json`` and ``open_clip_model.safetensors``.

    Args:
        folder: The folder.

    Raises:
        FashionGraphError: If the extra ``clip`` is not installed, or the tokenizer in the folder
            brings code of its own, or the model is none that open_clip builds without others.
        DataError: If the settings are damaged.
    """

    has_texts = True

    def __init__(self, folder: Path) -> None:
        library = require("open_clip", "clip")
        super().__init__()
        refuse_own_code(folder, "tokenizer_config.json")
        texts = _settings_of_texts(folder)
        if "hf_model_name" in texts:  # open_clip would ask the hub for its settings
            raise FashionGraphError(
                f"'name' needs a text network of open_clip (got {texts['hf_model_name']!r})"
            )
        # Else open_clip would pass on what the folder's settings say.
        options = {"trust_remote_code": False} if texts.get("hf_tokenizer_name") else {}
        source = f"local-dir:{folder}"
        try:
            self.model = library.create_model(source, require_pretrained=True).eval()
            self.tokenizer = library.get_tokenizer(source, **options)
        except (AssertionError, OSError, RuntimeError, ValueError) as error:
            raise FashionGraphError(
                f"'name' needs a model that open_clip reads (got {str(folder)!r}: {error})"
            ) from error
        self.settings = settings_digest(folder)
        self.logit_scale = float(self.model.logit_scale.detach().exp())
        with torch.no_grad():
            self.num_features = self.texts(["width"]).size(1)

    def pictures(self, pixels: Tensor) -> Tensor:
        """Encode prepared pictures."""
        rows: Tensor = self.model.encode_image(pixels)
        return rows

    def texts(self, texts: list[str]) -> Tensor:
        """Encode texts."""
        device = next(self.model.parameters()).device
        rows: Tensor = self.model.encode_text(self.tokenizer(texts).to(device))
        return rows

    def preparation(self, crop: bool) -> Callable[[Image.Image], Tensor]:
        """From an RGB picture to pixels."""
        settings = self.model.visual.preprocess_cfg
        if crop:
            library = require("open_clip.transform", "clip")
            published = library.image_transform_v2(library.PreprocessCfg(**settings), False)
            return AsPublished(published, json.dumps(settings))
        size = settings["size"]
        side = size if isinstance(size, int) else size[0]
        return prepare(side, tuple(settings["mean"]), tuple(settings["std"]))


def _settings_of_texts(folder: Path) -> dict[str, Any]:
    file = folder / "open_clip_config.json"
    try:
        settings: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        texts: dict[str, Any] = settings["model_cfg"]["text_cfg"]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"needs 'model_cfg' with 'text_cfg' ({error})", file=file) from error
    return texts

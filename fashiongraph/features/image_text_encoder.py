"""Pictures and texts in one space."""

from __future__ import annotations

from pathlib import Path

import torch

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.image_tower import ImageTower
from fashiongraph.features.model_folder import is_open_clip, model_folder
from fashiongraph.features.open_clip_towers import OpenCLIPTowers
from fashiongraph.features.text_tower import TextTower
from fashiongraph.features.towers import Towers
from fashiongraph.features.transformers_towers import TransformersTowers


class ImageTextEncoder:
    r"""Published model of pictures and texts (extra ``clip``), with rows of length 1 in one space.

    The dot product of a picture's row and a text's row is their cosine, as large as the text
    describes the picture well. :attr:`image` is a
    :class:`~fashiongraph.features.PictureEncoder` for
    :func:`~fashiongraph.features.extract_features`, and :attr:`text` encodes texts like a
    :class:`~fashiongraph.features.SentenceEncoder`.

    ====================  ==============================================  ================
    name                  on the Hugging Face hub                         source
    ====================  ==============================================  ================
    ``"siglip2"``         ``google/siglip2-base-patch16-224``             [1]
    ``"clip"``            ``laion/CLIP-ViT-B-32-laion2B-s34B-b79K``       [2], [3]
    ``"fashion-siglip"``  ``Marqo/marqo-fashionSigLIP``                   [4], [5]
    ``"fashion-clip"``    ``patrickjohncyh/fashion-clip``                 [6]
    ``"dinov3"``          ``facebook/dinov3-vits16-pretrain-lvd1689m``    [7], no texts
    ``"dinov2"``          ``facebook/dinov2-small``                       [8], no texts
    ====================  ==============================================  ================

    Only weights in safetensors are read, and no code that a model brings is run. Nothing is
    downloaded unless asked for.

    Source: [1] Tschannen et al., "SigLIP 2", 2025, https://arxiv.org/abs/2502.14786;
    [2] Radford et al., "Learning transferable visual models from natural language supervision",
    ICML 2021, https://arxiv.org/abs/2103.00020; [3] Cherti et al., "Reproducible scaling laws for
    contrastive language-image learning", CVPR 2023, https://arxiv.org/abs/2212.07143;
    [4] Zhai et al., "Sigmoid loss for language image pre-training", ICCV 2023,
    https://arxiv.org/abs/2303.15343; [5] Zhu et al., "Generalized contrastive learning for
    multi-modal retrieval and ranking", 2024, https://arxiv.org/abs/2404.08535; [6] Chia et al.,
    "Contrastive language and vision learning of general fashion concepts", Scientific Reports 12,
    2022, https://doi.org/10.1038/s41598-022-23052-9; [7] Siméoni et al., "DINOv3", 2025,
    https://arxiv.org/abs/2508.10104; [8] Oquab et al., "DINOv2: learning robust visual features
    without supervision", 2023, https://arxiv.org/abs/2304.07193.

    Args:
        name: A short name, a name on the Hugging Face hub, or a folder that transformers or
            open_clip wrote.
        download: Whether to download a model that is not on disk.
        crop: Whether to prepare pictures as the model was trained: most models crop the margins
            or stretch to a square. By default pictures are padded to a white square instead,
            since garments often reach from edge to edge.
        device: Device of the model; by default a GPU if there is one.

    Attributes:
        image: The picture encoder.
        num_features: Length of a row of a picture or a text.
        logit_scale: Factor of cosines before a softmax over texts, as trained.

    Raises:
        FashionGraphError: If the extra is not installed, the model is not on disk, has no weights
            in safetensors, or needs code of its own.

    Example:
        >>> encoder = ImageTextEncoder("siglip2", download=True)  # doctest: +SKIP
        >>> rows = extract_features(paths, encoder.image)  # doctest: +SKIP
        >>> words = encoder.text(["a red dress", "blue jeans"])  # doctest: +SKIP
        >>> cosine = rows.array @ words.array.T  # doctest: +SKIP
    """

    def __init__(
        self,
        name: str | Path = "siglip2",
        download: bool = False,
        crop: bool = False,
        device: str | torch.device | None = None,
    ) -> None:
        folder = model_folder(name, download)
        kind: type[Towers] = OpenCLIPTowers if is_open_clip(folder) else TransformersTowers
        towers = kind(folder).to(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.name = str(name)
        self.image = ImageTower(self.name, towers, crop)
        self.num_features = towers.num_features
        self.logit_scale = towers.logit_scale

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    @property
    def text(self) -> TextTower:
        """The text encoder.

        Raises:
            FashionGraphError: If the model encodes only pictures.
        """
        if not self.image.towers.has_texts:
            raise FashionGraphError(f"'texts' needs a model of texts (got {self.name!r}: no texts)")
        return TextTower(self.name, self.image.towers)

"""Tags of pictures without training: category, colour and pattern."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import softmax

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.colour_names import COLOURS
from fashiongraph.features.image_text_encoder import ImageTextEncoder

#: Labels by kind.
LABELS: Mapping[str, Sequence[str]] = {
    "category": [
        "dress",
        "jumpsuit",
        "t-shirt",
        "tank top",
        "shirt",
        "blouse",
        "polo shirt",
        "sweater",
        "cardigan",
        "hoodie",
        "vest",
        "blazer",
        "jacket",
        "coat",
        "jeans",
        "trousers",
        "leggings",
        "shorts",
        "skirt",
        "suit",
        "swimsuit",
        "bra",
        "pair of socks",
        "pair of sneakers",
        "pair of boots",
        "pair of sandals",
        "pair of high heels",
        "pair of flat shoes",
        "handbag",
        "backpack",
        "belt",
        "hat",
        "scarf",
        "pair of gloves",
        "pair of sunglasses",
        "watch",
        "necklace",
        "bracelet",
        "ring",
        "pair of earrings",
    ],
    "colour": list(COLOURS),
    "pattern": [
        "plain",
        "striped",
        "checked",
        "polka dot",
        "floral",
        "animal print",
        "geometric",
        "camouflage",
        "tie-dye",
        "lace",
        "graphic print",
    ],
}
#: Sentences in which a label is read, by kind; other kinds take those of ``"category"``.
TEMPLATES: Mapping[str, Sequence[str]] = {
    "category": ("a photo of a {}.", "a product photo of a {} on a white background."),
    "colour": ("a photo of a {} garment.", "a product photo of clothes in {}."),
    "pattern": ("a photo of a {} garment.", "a product photo of clothes with a {} pattern."),
}


def zero_shot_tags(
    encoder: ImageTextEncoder,
    image_rows: NDArray[np.floating],
    labels: Mapping[str, Sequence[str]] = LABELS,
    templates: Mapping[str, Sequence[str]] = TEMPLATES,
) -> pd.DataFrame:
    r"""Name what pictures show by the nearest of given labels, one of each kind.

    With rows of length 1, a label :math:`l` is the direction :math:`t_l` of the mean of its
    sentences' rows, and a picture :math:`x` has it with the probability

    .. math::
        p_l = \frac{\exp(s\, x^\top t_l)}{\sum_k \exp(s\, x^\top t_k)},

    where :math:`s` is the model's ``logit_scale``. The labels of a kind exclude each other, so
    probabilities are relative to them.

    Source: Radford et al., "Learning transferable visual models from natural language
    supervision", ICML 2021, https://arxiv.org/abs/2103.00020.

    Args:
        encoder: A model of pictures and texts.
        image_rows: Rows of its picture encoder [n, F].
        labels: Labels by kind.
        templates: Sentences with ``{}`` for the label, by kind.

    Returns:
        For each kind, its name as a column of the most likely label, and one of its probability
        named ``<kind>_probability`` [n rows]. Rows with NaN have no label.

    Raises:
        FashionGraphError: If the model has no texts, the rows are not its own, a kind has no
            labels or one twice, or a sentence lacks its ``{}``.

    Example:
        >>> encoder = ImageTextEncoder("fashion-siglip", download=True)  # doctest: +SKIP
        >>> rows = extract_features(paths, encoder.image).array  # doctest: +SKIP
        >>> zero_shot_tags(encoder, rows)["category"]  # doctest: +SKIP
    """
    if image_rows.ndim != 2 or image_rows.shape[1] != encoder.num_features:
        raise FashionGraphError(
            f"'image_rows' needs the shape [n, {encoder.num_features}] "
            f"(got {list(image_rows.shape)})"
        )
    rows = np.asarray(image_rows, dtype=np.float64)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    absent = np.isnan(rows).any(axis=1)
    columns: dict[str, object] = {}
    for kind, names in labels.items():
        directions = _directions(encoder, kind, names, templates)
        probability = softmax(encoder.logit_scale * rows @ directions.T, axis=1)
        best = np.where(absent, -1, probability.argmax(axis=1))
        columns[kind] = pd.Categorical.from_codes(best.tolist(), pd.Index(names))
        columns[f"{kind}_probability"] = probability.max(axis=1)
    return pd.DataFrame(columns, index=range(len(rows)))


def _directions(
    encoder: ImageTextEncoder,
    kind: str,
    names: Sequence[str],
    templates: Mapping[str, Sequence[str]],
) -> NDArray[np.float64]:
    """Directions of the labels of a kind [number of labels, F]."""
    sentences = templates.get(kind, TEMPLATES["category"])
    if isinstance(names, str) or not names or len(set(names)) < len(names):
        raise FashionGraphError(f"'labels' needs different names for {kind!r} (got {names!r})")
    if isinstance(sentences, str) or not sentences or not all("{}" in one for one in sentences):
        raise FashionGraphError(
            f"'templates' needs sentences with '{{}}' for {kind!r} (got {sentences!r})"
        )
    texts = [sentence.replace("{}", name) for name in names for sentence in sentences]
    rows = encoder.text(texts, "float32").array.astype(np.float64)
    mean = rows.reshape(len(names), len(sentences), -1).mean(axis=1)
    directions: NDArray[np.float64] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return directions

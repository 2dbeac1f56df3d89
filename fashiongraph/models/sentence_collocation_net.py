"""CollocationNet trained end to end on texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.sentence_encoder import SentenceEncoder, cleaned
from fashiongraph.models.collocation_net import CollocationNet

_BLOCK_SIZE = 128  # texts of similar length that are encoded together, with little padding


class SentenceCollocationNet(CollocationNet):
    """CollocationNet on the sentence embeddings of a transformer, trained end to end.

    The features of an item are the token ids [T] of its text (:meth:`tokens`), in int32 or float32:
    half precision does not represent ids above 2,048. After some epochs on few outfits at a low
    learning rate (:class:`~fashiongraph.objectives.InBatchObjective` with
    ``TrainingConfig(learning_rate=1e-4)``), ``embed_items(model, items)`` gives features for other
    models.

    Args:
        backbone: The pre-trained model, as in :class:`~fashiongraph.features.SentenceEncoder`. It
            is also needed to load a checkpoint, for the tokenizer and the sizes.
        max_tokens: Largest number of tokens of a text, T; longer texts are truncated.
        out_channels: Size of a projection of the sentence embedding; by default there is none.

    Raises:
        FashionGraphError: If the extra ``text`` is not installed, the model is not on disk, or
            ``max_tokens`` is below 3 or above the limit of the model.

    Example:
        >>> model = SentenceCollocationNet(max_tokens=16)  # doctest: +SKIP
        >>> model.tokens(["red dress", "blue jeans"]).shape  # doctest: +SKIP
        torch.Size([2, 16])
    """

    def __init__(
        self,
        backbone: str | Path = "all-MiniLM-L6-v2",
        max_tokens: int = 32,
        out_channels: int | None = None,
    ) -> None:
        if max_tokens < 3:  # a start token, one token of the text, an end token
            raise FashionGraphError(f"'max_tokens' needs to be at least 3 (got {max_tokens})")
        encoder = SentenceEncoder(backbone, device="cpu")
        limit = _token_limit(encoder.model[0].auto_model)
        if max_tokens > limit:
            raise FashionGraphError(
                f"'max_tokens' needs to be at most the {limit:.0f} that {str(backbone)!r} reads "
                f"(got {max_tokens})"
            )
        super().__init__(encoder.num_features, out_channels)
        self.in_channels = max_tokens
        self.backbone = str(backbone)
        self.max_tokens = max_tokens
        self.encoder = encoder.model.train()
        # The sentence embedding does not use the pooler, which would get no gradient.
        if getattr(self.encoder[0].auto_model, "pooler", None) is not None:
            self.encoder[0].auto_model.pooler = None
        self.padding = int(self.encoder.tokenizer.pad_token_id)

    def tokens(self, texts: Sequence[str | None] | pd.Series[str]) -> Tensor:
        """Token ids of texts, padded at the end [n, T].

        Args:
            texts: The texts [n]; ``None`` and NaN are empty texts, whose ids are all padding.

        Raises:
            FashionGraphError: If an element is not a text.
        """
        clean = cleaned(texts)
        ids = torch.full((len(clean), self.max_tokens), self.padding, dtype=torch.int32)
        rows = torch.from_numpy(clean != "")
        if rows.any():
            ids[rows] = self.encoder.tokenizer(
                clean[rows.numpy()].tolist(),
                padding="max_length",
                truncation=True,
                max_length=self.max_tokens,
                padding_side="right",
                return_tensors="pt",
            )["input_ids"].to(ids.dtype)
        return ids

    def embed_features(self, x: Tensor) -> Tensor:
        """Embed items: token ids [U, T] to vectors of length 1 [U, D], or zeros for empty texts.

        Raises:
            FashionGraphError: If the token ids have half precision, which cannot represent them.
        """
        if x.dtype in (torch.float16, torch.bfloat16):
            raise FashionGraphError(
                f"'x' needs whole numbers of tokens, in int32 or float32 (got {x.dtype})"
            )
        ids = x.long()
        length = (ids != self.padding).sum(dim=1)
        order = length.argsort()
        order = order[length[order] > 0]
        weight = next(self.parameters())
        blocks = [weight.new_zeros(0, self.projection.in_channels[0])]
        for rows in order.split(_BLOCK_SIZE) if len(order) else ():
            block = ids[rows, : int(length[rows[-1]])]
            inputs = {"input_ids": block, "attention_mask": (block != self.padding).long()}
            blocks.append(self.encoder(inputs)["sentence_embedding"])
        vectors = torch.cat(blocks)
        features = vectors.new_zeros(len(ids), vectors.size(1)).index_copy(0, order, vectors)
        return super().embed_features(features)


def _token_limit(transformer: torch.nn.Module) -> float:
    """Largest number of tokens; RoBERTa reserves the first positions for padding."""
    limit = getattr(transformer.config, "max_position_embeddings", torch.inf)
    embeddings = getattr(transformer, "embeddings", None)
    padding = getattr(getattr(embeddings, "position_embeddings", None), "padding_idx", None)
    return float(limit) if padding is None else float(limit) - padding - 1

"""CollocationNet from texts, trained end to end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from fashiongraph.errors import FashionGraphError
from fashiongraph.features.sentence_encoder import SentenceEncoder, cleaned
from fashiongraph.models.collocation_net import CollocationNet

_ROWS = 128  # texts of like length that are read together, so that few tokens are padding


class SentenceCollocationNet(CollocationNet):
    """A sentence-transformers model whose layers learn what is worn together.

    Items are read as the numbers of their tokens, which :meth:`tokens` makes: an item table whose
    features are tokens [n, T], in int32 or float32: half precision holds no number above 2,048.
    Training it on few outfits for some epochs at a low rate
    (``TrainingConfig(learning_rate=1e-4)``, :class:`InBatchObjective`) gives features,
    ``embed_items(model, items)``, that other models then read as they read any.

    Args:
        backbone: The model to start from, as in :class:`SentenceEncoder`; it needs to be there
            for its words and sizes when a checkpoint is loaded, too.
        max_tokens: Most tokens of a text, T; what is longer is cut.
        out_channels: Size of a projection on top; by default none, so that the embedding is the
            encoder's own.

    Raises:
        FashionGraphError: If the extra ``text`` is not installed, the model is not on disk or
            there are too few tokens for a word, or more than it reads.
    """

    def __init__(
        self,
        backbone: str | Path = "all-MiniLM-L6-v2",
        max_tokens: int = 32,
        out_channels: int | None = None,
    ) -> None:
        if max_tokens < 3:  # a start, a word and an end
            raise FashionGraphError(f"'max_tokens' needs to be at least 3 (got {max_tokens})")
        encoder = SentenceEncoder(backbone, device="cpu")
        most = _most_tokens(encoder.model[0].auto_model)
        if max_tokens > most:
            raise FashionGraphError(
                f"'max_tokens' needs to be at most the {most:.0f} that {str(backbone)!r} reads "
                f"(got {max_tokens})"
            )
        super().__init__(encoder.num_features, out_channels)
        self.in_channels = max_tokens
        self.backbone = str(backbone)
        self.max_tokens = max_tokens
        self.encoder = encoder.model.train()
        # A head that no sentence embedding reads would learn nothing.
        if getattr(self.encoder[0].auto_model, "pooler", None) is not None:
            self.encoder[0].auto_model.pooler = None
        self.padding = int(self.encoder.tokenizer.pad_token_id)

    def tokens(self, texts: Sequence[str | None] | pd.Series[str]) -> Tensor:
        """Numbers of the tokens of texts, ended by padding [n, T].

        Args:
            texts: The texts [n]; ``None`` and NaN count as empty, and have no token.

        Raises:
            FashionGraphError: If something is no text.
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
        """Embed items: tokens [U, T] to vectors of length 1 [U, D], of an empty text to zeros.

        Raises:
            FashionGraphError: If the tokens come in half precision, which cannot hold them.
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
        parts = [weight.new_zeros(0, self.projection.in_channels[0])]
        for rows in order.split(_ROWS) if len(order) else ():
            chosen = ids[rows, : int(length[rows[-1]])]
            read = {"input_ids": chosen, "attention_mask": (chosen != self.padding).long()}
            parts.append(self.encoder(read)["sentence_embedding"])
        vectors = torch.cat(parts)
        whole = vectors.new_zeros(len(ids), vectors.size(1)).index_copy(0, order, vectors)
        return super().embed_features(whole)


def _most_tokens(transformer: torch.nn.Module) -> float:
    """How long a text may be: RoBERTa and its like leave the first positions to padding."""
    most = getattr(transformer.config, "max_position_embeddings", torch.inf)
    embeddings = getattr(transformer, "embeddings", None)
    padding = getattr(getattr(embeddings, "position_embeddings", None), "padding_idx", None)
    return float(most) if padding is None else float(most) - padding - 1

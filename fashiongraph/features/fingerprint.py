"""Digests that tell encoders apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import torch
from torch import Tensor


def fingerprint(settings: str, weights: Mapping[str, Tensor] | None = None) -> str:
    """Digest of settings and weights, equal in all processes and machines.

    Args:
        settings: Everything beside the weights that determines an encoder's output.
        weights: State dict of its network.

    Returns:
        A name of 32 hexadecimal digits.

    Example:
        >>> fingerprint("HashedWords 384")
        '94cfc80823b0af56b0beccec9ced93d0'
    """
    digest = hashlib.sha256(settings.encode())
    for name, value in sorted((weights or {}).items()):
        digest.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        flat = value.detach().cpu().contiguous().reshape(-1)
        digest.update(flat.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:32]

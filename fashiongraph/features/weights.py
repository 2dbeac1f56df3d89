"""Reading weights of torchvision's networks without unpickling other objects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

import torch
from torch import Tensor

from fashiongraph.errors import DataError, FashionGraphError

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum


def published_weights(network: str, weights: str, download: bool) -> WeightsEnum:
    """Published weights of a torchvision network, checked to be on disk and to hold only tensors.

    Args:
        network: Name of the network, ``"resnet50"``.
        weights: Name of the weights, ``"IMAGENET1K_V2"``.
        download: Whether to download them if they are not on disk.

    Raises:
        FashionGraphError: If the network has no such weights, or they are neither on disk nor
            to be downloaded.
        DataError: If the file on disk is damaged.
    """
    from torchvision.models import get_model_weights

    published = get_model_weights(network)
    if weights not in published.__members__:
        raise FashionGraphError(
            f"'weights' needs to be a file or one of {', '.join(published.__members__)} "
            f"for {network!r} (got {weights!r})"
        )
    chosen = published[weights]
    file = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(chosen.url).path).name
    if not file.is_file() and not download:
        raise FashionGraphError(
            f"'weights' {chosen.name!r} of {network!r} are not on this disk: download them "
            f"(download=True, --download), or put {chosen.url} at {file}, or name a file of "
            "weights, or ask for random ones (None, --weights none)"
        )
    if file.is_file():
        read_weights(file)  # torchvision would unpickle any object in the file
    else:
        chosen.get_state_dict(progress=True, check_hash=True, weights_only=True)
    return chosen


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Read the state dict of a ``.safetensors`` or PyTorch file, without unpickling objects.

    A state dict nested under ``"state_dict"`` or ``"model"`` is found, too.

    Raises:
        DataError: If the file is missing, damaged, or holds anything except tensors by name.

    Example:
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "weights.pth"
        >>> torch.save({"state_dict": {"bias": torch.zeros(2)}}, file)
        >>> read_weights(file)
        {'bias': tensor([0., 0.])}
    """
    file = Path(path)
    if not file.is_file():
        raise DataError("no such file of weights", file=path)
    try:
        if file.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(file)
        state = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # both readers raise errors of many kinds on damaged bytes
        reason = str(error).partition("\n")[0]
        raise DataError(f"cannot be read as weights ({reason})", file=path) from error
    if isinstance(state, dict):
        state = state.get("state_dict", state.get("model", state))
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise DataError("needs to hold a state dict: tensors by name", file=path)
    return state

"""A published model's own preparation of pictures."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image
from torch import Tensor, nn


class AsPublished(nn.Module):
    """A model's own preparation of pictures, told apart by its settings.

    Functions have no name of their own that is equal in all processes, as a fingerprint needs it.

    Args:
        prepare: From an RGB picture to pixels [3, H, W].
        settings: What determines them.
    """

    def __init__(self, prepare: Callable[[Image.Image], Tensor], settings: str) -> None:
        super().__init__()
        self.prepare = prepare
        self.settings = settings

    def forward(self, picture: Image.Image) -> Tensor:
        """Prepare one RGB picture."""
        return self.prepare(picture)

    def extra_repr(self) -> str:
        """The settings."""
        return self.settings

"""Tensors in a file that others may read too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor


def save_tensors(
    tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write tensors in safetensors, with the permissions of any new file.

    ``save_file`` by itself makes files that no other user can read, whatever the umask; the bytes
    of ``save`` would take as much memory again.

    Args:
        tensors: Contiguous tensors by name.
        path: The file.
        metadata: What the file says beside.
    """
    path.touch()
    mode = path.stat().st_mode
    save_file(dict(tensors), path, None if metadata is None else dict(metadata))
    path.chmod(mode)

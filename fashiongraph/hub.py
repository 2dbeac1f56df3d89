"""Folders of this library on the Hugging Face hub."""

from __future__ import annotations

import re
from pathlib import Path

from fashiongraph.errors import FashionGraphError
from fashiongraph.optional import require

EXTRA = "hub"
# No other file is fetched: what the library reads holds no code.
_FILES = ["*.json", "*.safetensors", "*.npy", "*.parquet", "*.faiss", "*.txt", "*.model"]
_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def is_hub_name(name: str | Path) -> bool:
    """Whether a name is that of a repository, ``user/name``, and no folder on the disk.

    Example:
        >>> is_hub_name("user/model"), is_hub_name("runs/mine/model")
        (True, False)
    """
    return not Path(name).exists() and _NAME.fullmatch(str(name)) is not None


def fetch(name: str, revision: str | None = None) -> Path:
    """Download a folder of the hub into its cache.

    Only files that the library reads are fetched, and none is executed or unpickled. A revision
    that is in the cache needs no network.

    Args:
        name: Repository, ``user/name``.
        revision: Branch, tag or commit; by default the newest commit. A commit pins the files.

    Returns:
        The folder, for :meth:`fashiongraph.models.OutfitModel.load`,
        :meth:`fashiongraph.retrieval.ItemIndex.load` or ``fashiongraph embed --encoder``.

    Raises:
        FashionGraphError: If ``huggingface_hub`` is not installed, or the repository or revision
            cannot be fetched.

    Example:
        >>> fetch("user/model", revision="v1")  # doctest: +SKIP
        PosixPath('/home/me/.cache/huggingface/hub/models--user--model/snapshots/8cf2...')
    """
    hub = require("huggingface_hub", EXTRA)
    try:
        return Path(hub.snapshot_download(name, revision=revision, allow_patterns=_FILES))
    except (OSError, ValueError) as error:  # of the network, the name, or an answer of the hub
        at = f" at revision {revision!r}" if revision else ""
        raise FashionGraphError(
            f"{name!r} is no folder here, and cannot be fetched from the hub{at}: {_reason(error)}"
        ) from error


def push(folder: str | Path, name: str, private: bool = False, message: str = "") -> str:
    """Upload a folder to the hub, which replaces the files of the repository.

    Args:
        folder: The folder, such as a checkpoint, an index or an encoder.
        name: Repository, ``user/name``; it is created if it does not exist.
        private: Whether a new repository is private.
        message: Message of the commit.

    Returns:
        The commit, for ``revision``.

    Raises:
        FashionGraphError: If ``huggingface_hub`` is not installed, there is no folder, or the hub
            refuses the upload.

    Example:
        >>> push("my_index", "user/my_index")  # doctest: +SKIP
        '8cf2a6f0f3c1...'
    """
    if not Path(folder).is_dir():
        raise FashionGraphError(f"'folder' needs a folder (got {str(folder)!r})")
    if _NAME.fullmatch(name) is None:
        raise FashionGraphError(f"'name' needs the form user/name (got {name!r})")
    hub = require("huggingface_hub", EXTRA)
    api = hub.HfApi(library_name="fashiongraph")
    message = message or f"Upload {Path(folder).name}"
    try:
        api.create_repo(name, private=private, exist_ok=True)
        done = api.upload_folder(
            repo_id=name, folder_path=folder, commit_message=message, delete_patterns="*"
        )
    except (OSError, ValueError) as error:
        raise FashionGraphError(
            f"{name!r} cannot be written to the hub: {_reason(error)}"
        ) from error
    return str(done.oid)


def _reason(error: Exception) -> str:
    """The first two lines of an error: the status, and what the hub answered."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2]) or type(error).__name__

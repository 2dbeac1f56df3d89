"""Download of published files from a commit of a git repository.

Git checks the content against the id of the commit, so that files without a published checksum are
verified; a download by HTTP (pooch, torch.hub) cannot do that.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.files import atomic_write


def fetch_from_commit(
    url: str, commit: str, names: Sequence[str], folder: str | Path, otherwise: str = ""
) -> None:
    """Download files of one commit of a git repository, verified by the commit's id.

    The id of a commit is a checksum of its content, which git verifies. A file appears under its
    name once it is complete. Files in Git LFS arrive as pointers.

    Args:
        url: Address of the repository.
        commit: Id of the commit, in full.
        names: Paths of the files in the repository.
        folder: Folder to write them to, under the same paths.
        otherwise: End of the error if git is not installed, such as an alternative.

    Raises:
        FashionGraphError: If git is not installed, or ``commit`` is not an id.
        DataError: If the commit cannot be fetched, is damaged, or lacks a file.
    """
    git = shutil.which("git")
    if git is None:
        raise FashionGraphError(f"fetching {url} needs git, which is not installed{otherwise}")
    if not re.fullmatch("[0-9a-f]{40}", commit):
        raise FashionGraphError(f"'commit' needs to be 40 hexadecimal digits (got {commit!r})")
    with tempfile.TemporaryDirectory(prefix="fashiongraph.") as scratch:
        repository = [git, f"--git-dir={scratch}"]
        _run([*repository, "init", "--quiet", "--bare"], url)
        _run([*repository, "fetch", "--quiet", "--no-tags", "--depth=1", "--", url, commit], url)
        for name in names:
            with atomic_write(Path(folder) / name) as draft, draft.open("wb") as file:
                _run([*repository, "cat-file", "blob", f"{commit}:{name}"], url, file)


def _run(command: list[str], url: str, output: IO[bytes] | None = None) -> None:
    # No prompt for a password, no helper that an address names (ext::), and no waiting for ever.
    stalled = {"GIT_HTTP_LOW_SPEED_LIMIT": "1000", "GIT_HTTP_LOW_SPEED_TIME": "30"}
    quiet = {
        **os.environ,
        **stalled,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "https:file",
    }
    done = subprocess.run(  # noqa: S603
        command, stdout=output, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=quiet
    )
    if done.returncode:
        reason = "; ".join(done.stderr.decode(errors="replace").splitlines())
        raise DataError(f"cannot be fetched by git ({reason})", file=url)

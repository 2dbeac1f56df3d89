"""Download of published files and extraction of tar archives."""

from __future__ import annotations

import tarfile
import zlib
from http.client import HTTPException
from lzma import LZMAError
from pathlib import Path

from torch.hub import download_url_to_file

from fashiongraph.errors import DataError, FashionGraphError
from fashiongraph.files import atomic_write


def fetch(url: str, path: str | Path, sha256: str | None = None, progress: bool = True) -> None:
    """Download a file. It appears under its name once it is complete and verified.

    Args:
        url: Its address.
        path: Path to write.
        sha256: Its SHA-256 in hexadecimal, or the first digits of it; by default not verified.
        progress: Whether to show a progress bar on standard error.

    Raises:
        DataError: If the address cannot be read or the checksum differs.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> _ = (folder / "published.txt").write_text("1 2 3")
        >>> fetch((folder / "published.txt").as_uri(), folder / "raw" / "copy.txt", progress=False)
        >>> (folder / "raw" / "copy.txt").read_text()
        '1 2 3'
    """
    target = Path(path)
    with atomic_write(target) as draft:
        try:
            download_url_to_file(url, str(draft), sha256 and sha256.lower(), progress)
        # ValueError: not an address. RuntimeError: another checksum.
        except (OSError, HTTPException, ValueError, RuntimeError) as error:
            raise DataError(f"{url} cannot be fetched ({error})", file=target) from error


def unpack(archive: str | Path, folder: str | Path, max_bytes: int = 1 << 37) -> list[Path]:
    """Extract the files of a tar archive, compressed or not, with :func:`tarfile.data_filter`.

    Nothing is written if the archive is refused. PyG's ``extract_tar`` takes no filter, so that
    an archive could write outside the folder.

    Args:
        archive: The archive.
        folder: Folder of the files; created if needed.
        max_bytes: Largest total size of the files, 128 GiB by default: a few kilobytes can unpack
            to more than any disk holds.

    Returns:
        The extracted files.

    Raises:
        DataError: If the archive is broken, too large, or holds a link, a device, or a path that
            leads out of the folder.
        FashionGraphError: If this Python has no :func:`tarfile.data_filter`.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> _ = (folder / "a.txt").write_text("1 2 3")
        >>> with tarfile.open(folder / "files.tar.gz", "w:gz") as archive:
        ...     archive.add(folder / "a.txt", "labels/a.txt")
        >>> [file.name for file in unpack(folder / "files.tar.gz", folder / "raw")]
        ['a.txt']
    """
    if not hasattr(tarfile, "data_filter"):  # 3.10 before 3.10.12, 3.11 before 3.11.4
        raise FashionGraphError("unpacking needs a Python with tarfile.data_filter, such as 3.12")
    source, target = Path(archive), Path(folder)
    try:
        with tarfile.open(source) as file:
            members = [member for member in file if not member.isdir()]
            while file.fileobj is not None and file.fileobj.read(1 << 20):
                pass  # gzip's checksum is at the end, which tarfile itself does not read
            for member in members:
                if not member.isfile():  # the filter lets links within the folder pass
                    rule = f"needs plain files only (holds {member.name!r})"
                    raise DataError(rule, file=source)
                tarfile.data_filter(member, str(target))
            total = sum(member.size for member in members)
            if total > max_bytes:
                raise DataError(f"needs at most {max_bytes:,} bytes (has {total:,})", file=source)
            file.extractall(target, members, filter="data")
            return [target / member.name.lstrip("/") for member in members]
    except (OSError, EOFError, ValueError, zlib.error, LZMAError, tarfile.TarError) as error:
        raise DataError(f"cannot be unpacked ({error})", file=source) from error

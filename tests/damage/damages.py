"""Kinds of damage to the bytes of a file, or to its place."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

_NUMBERS = [b"-1", b"0", b"1e999", b"NaN", b"9" * 400, b"1.5", b"18446744073709551616", b"-9e18"]
_OTHERS = [b"", b"\0", b"\n", b"{}", b"[]", b"null", b"0", b"PAR1", b"PK\x03\x04", b"\x93NUMPY"]
_VALUES = [b"null", b"[]", b"{}", b'""', b"true", b'"x"', b"[[1]]", b'{"a": 1}', b"\xff"]


def _place(text: bytes, rng: Random) -> int:
    return rng.randrange(len(text) + 1)


def flip(text: bytes, rng: Random) -> bytes:
    changed = bytearray(text or b"\0")
    for _ in range(rng.choice((1, 1, 3, 20))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(text: bytes, rng: Random) -> bytes:
    return text[: _place(text, rng)]


def hole(text: bytes, rng: Random) -> bytes:
    start = _place(text, rng)
    return text[:start] + text[start + rng.choice((1, 2, 8, 100)) :]


def insert(text: bytes, rng: Random) -> bytes:
    start = _place(text, rng)
    return text[:start] + rng.randbytes(rng.choice((1, 4, 64))) + text[start:]


def zeros(text: bytes, rng: Random) -> bytes:
    start = _place(text, rng)
    return text[:start] + bytes(rng.choice((1, 8, 512))) + text[start + 8 :]


def lines(text: bytes, rng: Random) -> bytes:
    rows = text.split(b"\n")
    one, other = rng.randrange(len(rows)), rng.randrange(len(rows))
    if rng.random() < 0.5:
        rows[one], rows[other] = rows[other], rows[one]
    else:
        rows.insert(one, rows[other])
    return b"\n".join(rows)


def number(text: bytes, rng: Random) -> bytes:
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?", text))
    if not found:
        return flip(text, rng)
    one = rng.choice(found)
    return text[: one.start()] + rng.choice(_NUMBERS) + text[one.end() :]


def value(text: bytes, rng: Random) -> bytes:
    found = list(re.finditer(rb'"[^"\n]*"|(?<=[,:])[^,:\n{}\[\]]+', text))
    if not found:
        return insert(text, rng)
    one = rng.choice(found)
    return text[: one.start()] + rng.choice(_VALUES) + text[one.end() :]


def nest(text: bytes, rng: Random) -> bytes:
    depth = rng.choice((50, 2000, 200_000))
    mark = rng.choice((b"[", b'{"a":', b"- ", b"("))
    start = rng.choice((0, _place(text, rng)))
    return text[:start] + mark * depth + text[start:]


def encoding(text: bytes, rng: Random) -> bytes:
    kind = rng.choice(("utf-16", "utf-32", "cp1252", "utf-8-sig"))
    return text.decode("latin-1").encode(kind, "replace")


def repeat(text: bytes, rng: Random) -> bytes:
    return text * rng.choice((2, 50))


def other(text: bytes, rng: Random) -> bytes:
    return rng.choice(_OTHERS)


BYTES: list[Callable[[bytes, Random], bytes]] = [
    flip, flip, cut, cut, hole, insert, zeros, lines, number, number, value, value, nest, encoding,
    repeat, other,
]  # fmt: skip


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def missing(path: Path) -> None:
    path.unlink()


def device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


PLACES: list[Callable[[Path], None]] = [fifo, folder, loop, missing, device]


def damage(files: list[Path], rng: Random) -> str:
    """Damage one of some files; return the name of the kind and of the file."""
    path = rng.choice(files)
    if rng.random() < 0.1:
        kind = rng.choice(PLACES)
        kind(path)
        return f"{kind.__name__} {path.name}"
    change = rng.choice(BYTES)
    path.write_bytes(change(path.read_bytes(), rng))
    return f"{change.__name__} {path.name}"


def copy(source: Path, target: Path) -> None:
    """An intact copy of some files in an empty place."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fashiongraph.data.questions.question_file import QuestionFile
from fashiongraph.errors import DataError

FILE = QuestionFile("fitb", ["a", "b"], {"seed": 1}, {"one": np.arange(6).reshape(2, 3)})


def rewritten(path: Path, **changes: np.ndarray) -> Path:
    """A copy of a file with some of its arrays replaced."""
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    copy = path.with_name("copy.npz")
    np.savez(copy, **{**arrays, **changes})
    return copy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    FILE.write(tmp_path / "q.npz")
    return tmp_path / "q.npz"


def test_read_back(path: Path) -> None:
    file = QuestionFile.read(path)
    assert (file.kind, file.vocabulary, file.recipe) == ("fitb", ["a", "b"], {"seed": 1})
    assert file.arrays["one"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert file.checksum == FILE.checksum


def test_the_checksum_is_fixed() -> None:
    expected = "6aa0adc1498b96e3272114360631d8e96e9b7b98d3ef031a8d9e83aa898e32aa"
    assert FILE.checksum == expected


def test_checksum_depends_on_shape_and_name() -> None:
    flat = QuestionFile("fitb", ["a", "b"], {"seed": 1}, {"one": np.arange(6)})
    renamed = QuestionFile("fitb", ["a", "b"], {"seed": 1}, {"two": FILE.arrays["one"]})
    assert len({FILE.checksum, flat.checksum, renamed.checksum}) == 3


def test_altered_contents_are_refused(path: Path) -> None:
    with pytest.raises(DataError, match=rf"checksum {FILE.checksum}"):
        QuestionFile.read(rewritten(path, one=np.zeros((2, 3), dtype=np.int64)))


def test_other_format_is_refused(path: Path) -> None:
    header = np.load(path)["header"].tobytes().replace(b'"format": 1', b'"format": 9')
    with pytest.raises(DataError, match=r"needs the format 1 \(has 9\)"):
        QuestionFile.read(rewritten(path, header=np.frombuffer(header, dtype=np.uint8)))


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        QuestionFile.read(tmp_path / "nowhere.npz")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_truncated_file_is_refused(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match="needs to be a file of questions"):
        QuestionFile.read(path)


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"question,answer\n1,2\n", npy(np.arange(3)), npy(np.array([{"pickled": 1}], dtype=object))],
    ids=["text", "array", "pickle"],
)
def test_other_file_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DataError, match="needs to be a file of questions"):
        QuestionFile.read(path)


def test_other_archive_is_refused(path: Path) -> None:
    np.savez(path, some=np.arange(3))
    with pytest.raises(DataError, match="needs to be a file of questions"):
        QuestionFile.read(path)


def test_damaged_bytes_are_detected(path: Path) -> None:
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    for place in rng.choice(len(content), 60, replace=False):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(bytes(damaged))
        try:
            file = QuestionFile.read(path)
        except DataError:
            continue
        assert file.checksum == FILE.checksum  # a byte without meaning, such as a time stamp


def test_a_failed_write_leaves_the_old_file(path: Path) -> None:
    broken = QuestionFile("fitb", ["a"], {"seed": object()}, {})
    before = path.read_bytes()
    with pytest.raises(TypeError):
        broken.write(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["q.npz"]


def test_archives_that_expand_are_refused_before_they_are_read(tmp_path):
    with (
        zipfile.ZipFile(tmp_path / "q.npz", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("header.npy", "w") as member,
    ):
        for _ in range(300):
            member.write(bytes(1 << 20))
    with pytest.raises(DataError, match="bytes of questions"):
        QuestionFile.read(tmp_path / "q.npz")

"""A PostgreSQL server of the system's package, for the time of a test session."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def find_programs() -> Path | None:
    """Folder of ``initdb`` and ``pg_ctl``: on the path, or where Debian puts them."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve())
    return found[-1].parent if found else None


@contextmanager
def postgres() -> Iterator[str]:
    """Context manager of a server; yields the URL of an empty database.

    Skips the test where PostgreSQL is not installed.
    """
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian's package 'postgresql')")
    # It refuses to run as root, and its user needs a folder that it may enter.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="fashiongraph-postgres-") as name:
        folder = Path(name)
        if as_user:
            shutil.chown(folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]

        def call(*words: str) -> None:
            subprocess.run([*as_user, *words], check=True, cwd="/", stdout=subprocess.DEVNULL)

        data = str(folder / "data")
        call(str(programs / "initdb"), "-D", data, "-U", "fashiongraph", "--auth=trust", "-N")
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder}"
        log = str(folder / "log")
        call(str(programs / "pg_ctl"), "-D", data, "-o", options, "-l", log, "-w", "start")
        try:
            yield f"postgresql+psycopg://fashiongraph@127.0.0.1:{port}/postgres"
        finally:
            call(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")

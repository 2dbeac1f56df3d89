"""Kill writers before their file operations, and let the disk be full.

    python tests/crash/run.py [--points N]

Each writer replaces an earlier version in a process of its own, which is killed before one of its
operations on files: before each of them, or before N spread over all. Then the old or the new
version has to be readable, and the next writer has to leave nothing else behind.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from jobs import JOBS, MANY_ROWS, ROWS, Job

from fashiongraph import scratch
from fashiongraph.errors import FashionGraphError

EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.scandir"}
FILE_LIMIT = 20_000


def in_child(work: Callable[[], str]) -> tuple[int, str]:
    """Status of a forked process, negative for a signal, and the text that its work returned."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(write, work().encode())
        except BaseException as error:
            os.write(write, repr(error).encode())
            os._exit(1)
        os._exit(0)
    os.close(write)
    with open(read, encoding="utf-8") as stream:
        text = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


def counting(job: Job, folder: Path, last: int) -> Callable[[], str]:
    """Write version 1, counting the operations, and die before the last one."""

    def work() -> str:
        done = 0

        def count(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal done
            # shutil.rmtree passes names without their folder.
            if event not in EVENTS:
                return
            ours = str(arguments[0]).startswith(str(folder)) or event in ("os.remove", "os.rmdir")
            if ours:
                done += 1
                if done == last:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        job.write(folder, 1, ROWS)
        return str(done)

    return work


def names(folder: Path) -> list[str]:
    """All files and folders below a folder, but for logs, whose names are numbered."""
    paths = [path.relative_to(folder) for path in folder.rglob("*")]
    return sorted(path.as_posix() for path in paths if "logs" not in path.parts)


def killed(job: Job, point: int) -> str:
    """What is wrong after a kill before an operation; empty if nothing is."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        job.write(folder, 0, ROWS)
        expected = names(folder)
        status, text = in_child(counting(job, folder, point))
        if status != -signal.SIGKILL:
            return f"ended with {status}: {text}"
        try:
            version = job.read(folder)
            job.write(folder, 1 - version, ROWS)
            if job.read(folder) != 1 - version:
                return "the next version is not read"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        found = names(folder)
        return "" if found == expected else f"left {sorted(set(found) ^ set(expected))}"


def crashes(job: Job, points: int | None) -> dict[str, Any]:
    """Number of operations of a job, and what is wrong by the operation before which it ended."""
    with tempfile.TemporaryDirectory() as place:
        job.write(Path(place), 0, ROWS)
        status, text = in_child(counting(job, Path(place), 0))
        assert status == 0, text
    total = int(text)
    chosen = range(1, total + 1)
    if points is not None:
        chosen = np.unique(np.linspace(1, total, points).astype(int)).tolist()
    wrong = {point: killed(job, point) for point in chosen}
    return {"operations": total, "wrong": {point: text for point, text in wrong.items() if text}}


def full_disk(job: Job) -> dict[str, Any]:
    """Status and message of a writer whose files may not grow, and the version that is left."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        job.write(folder, 0, ROWS)
        expected = names(folder)

        def work() -> str:
            resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
            try:
                job.write(folder, 1, MANY_ROWS)
            except FashionGraphError as error:
                return str(error)
            return "no error"

        status, message = in_child(work)
        left = sorted(set(names(folder)) ^ set(expected))
        return {"status": status, "message": message, "left": left, "version": job.read(folder)}


def main() -> None:
    """Run all jobs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, help="kills per job; by default all")
    points = parser.parse_args().points
    exchange, results = scratch.exchange, {}
    for name, job in JOBS.items():
        print(name, file=sys.stderr)
        few = job.points if points is None else points
        results[name] = {"full": full_disk(job), "exchanges": crashes(job, few)}
        scratch.exchange = lambda first, second: False  # a system that cannot
        results[name]["renames"] = crashes(job, few)
        scratch.exchange = exchange
    print(json.dumps(results, indent=1))
    found = [result[system] for result in results.values() for system in ("exchanges", "renames")]
    sys.exit(any(one["wrong"] for one in found))


if __name__ == "__main__":
    main()

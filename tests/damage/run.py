"""Damage files at random, read them, and print what ends in anything except a result or our error.

    python tests/damage/run.py --tries 20000
    python tests/damage/run.py --reader index --seed 17 --tries 1

Each try is a number: its reader, its damage and its outcome depend on nothing else. Tries run in a
process of their own, which is replaced if one takes longer than half a minute or more than 4 GiB.
"""

from __future__ import annotations

import argparse
import json
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).parents[2]))

_SECONDS, _MEMORY = 20, 4 << 30


class TooLongError(BaseException):
    """Raised by the alarm; no reader takes it for an error of its file."""


def _alarm(number: int, frame: FrameType | None) -> NoReturn:
    raise TooLongError


def tries(readers: list[str], first: int, count: int) -> Iterator[dict[str, Any]]:
    """Try seed after seed, and yield the outcomes."""
    from fashiongraph.errors import FashionGraphError
    from fashiongraph.manifest import MANIFEST, write_manifest
    from tests.damage.damages import copy, damage
    from tests.damage.readers import READERS

    names = readers or list(READERS)
    with tempfile.TemporaryDirectory(prefix="damage.") as place:
        intact, folder = Path(place) / "intact", Path(place) / "damaged"
        for seed in range(first, first + count):
            rng = Random(seed)
            name = names[seed % len(names)]
            reader = READERS[name]
            if not (intact / name).is_dir():
                (intact / name).mkdir(parents=True)
                with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
                    reader.write(intact / name)
                    copy(intact / name, folder)
                    reader.read(folder)
            copy(intact / name, folder)
            files = sorted(path for path in folder.rglob("*") if path.is_file())
            what = damage(files, rng)
            if (
                reader.kind
                and rng.random() < 0.7
                and not any(p.is_fifo() for p in folder.rglob("*"))
            ):
                try:  # a hostile file has the right digest
                    (folder / "written" / MANIFEST).unlink(missing_ok=True)
                    write_manifest(folder / "written", reader.kind)
                except (OSError, FashionGraphError):
                    what += ", without a manifest"
            outcome: dict[str, Any] = {"seed": seed, "reader": name, "damage": what}
            yield {**outcome, "outcome": "started"}
            start = time.monotonic()
            signal.alarm(_SECONDS)
            try:
                with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
                    reader.read(folder)
                outcome["outcome"] = "read"
            except FashionGraphError:
                outcome["outcome"] = "refused"
            except TooLongError:
                outcome |= {"outcome": "hung", "where": traceback.format_exc(limit=-3)}
            except Exception as error:
                where = traceback.format_exc(limit=-4)
                text = f"{type(error).__name__}: {error}"[:300]
                outcome |= {"outcome": "foreign", "error": text}
                outcome["where"] = where[-1500:]
            signal.alarm(0)
            yield {**outcome, "seconds": round(time.monotonic() - start, 2)}


def _work(readers: list[str], first: int, count: int) -> None:
    warnings.simplefilter("ignore")
    import tests.damage.readers  # before the limit, which counts libraries too

    assert tests.damage.readers.READERS
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * 4096
    resource.setrlimit(resource.RLIMIT_AS, (used + _MEMORY, used + _MEMORY))
    signal.signal(signal.SIGALRM, _alarm)
    for outcome in tries(readers, first, count):
        print(json.dumps(outcome), flush=True)


def run(readers: list[str], first: int, count: int, seconds: float) -> dict[str, Any]:
    """Run tries in child processes; counts by outcome, and the failures."""
    counts: Counter[str] = Counter()
    failures, slowest = [], 0.0
    seed, end, until = first, first + count, time.monotonic() + seconds
    while seed < end and time.monotonic() < until:
        command = [sys.executable, "-W", "ignore", __file__, "--work", "--seed", str(seed)]
        command += [
            "--tries",
            str(end - seed),
            *(w for name in readers for w in ("--reader", name)),
        ]
        last: dict[str, Any] = {"seed": seed - 1, "outcome": "none"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            assert child.stdout is not None and child.stderr is not None
            while time.monotonic() < until:
                ready, _, _ = select.select([child.stdout], [], [], 30)
                line = child.stdout.readline() if ready else b""
                if not line:
                    break
                last = json.loads(line)
                if last["outcome"] == "started":
                    continue
                counts[last["outcome"]] += 1
                slowest = max(slowest, last["seconds"])
                if last["outcome"] not in ("read", "refused"):
                    failures.append(last)
            child.kill()
            message = child.stderr.read().decode(errors="replace")[-1500:]
        if last["outcome"] == "none" and time.monotonic() >= until:
            break
        if last["outcome"] == "none":
            raise RuntimeError(message)
        if last["outcome"] == "started" and time.monotonic() < until:
            counts["killed"] += 1
            failures.append({**last, "outcome": "killed", "where": message})
        seed = last["seed"] + 1
    return {"tries": sum(counts.values()), **counts, "slowest": slowest, "failures": failures}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tries", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0, help="number of the first try")
    parser.add_argument("--reader", action="append", default=[], help="by default all")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="time for all tries")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        _work(options.reader, options.seed, options.tries)
        return
    found = run(options.reader, options.seed, options.tries, options.seconds)
    print(json.dumps(found, indent=1))
    sys.exit(bool(found["failures"]))


if __name__ == "__main__":
    main()

"""Install the wheel into clean environments and run job.py there.

One environment for each other Python of this machine that pyproject.toml allows, with the versions
of constraints.txt, and one for this Python with the oldest versions that pyproject.toml allows.

    python tests/smoke/run.py
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ("3.10", "3.11", "3.12", "3.13")


def works(python: str) -> bool:
    """Whether a command runs a Python: a shim of a version that is not active does not."""
    path = shutil.which(python)
    if path is None:
        return False
    return subprocess.run([path, "-c", ""], capture_output=True).returncode == 0


def others() -> list[str]:
    """Pythons of this machine beside this one, on the path or in pyenv's folder."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = []
    for version in VERSIONS:
        installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        candidates = [f"python{version}", *map(str, installed)]
        python = next((one for one in candidates if works(one)), None)
        if version != own and python is not None:
            found.append(python)
    return found


def oldest() -> list[str]:
    """Requirements at the lower end of their ranges."""
    pins = []
    for text in metadata.requires("fashiongraph") or []:
        requirement = Requirement(text)
        if requirement.marker is None:
            lowest = re.search(r">=([\d.]+)", str(requirement.specifier))
            if lowest:
                pins.append(f"{requirement.name}=={lowest[1]}")
    return pins


def trial(python: str, wheel: Path, arguments: list[str], scratch: Path) -> None:
    """Install the wheel with a Python into a new environment and run the job."""
    start, environment = time.monotonic(), scratch / "environment"
    try:
        subprocess.run([python, "-m", "venv", environment], check=True)
        pip = [environment / "bin" / "pip", "install", "--quiet"]
        subprocess.run([*pip, wheel, *arguments], check=True, stderr=subprocess.DEVNULL)
        job = Path(shutil.copy(Path(__file__).with_name("job.py"), scratch))
        command = [environment / "bin" / "python", "-W", "ignore", job]
        subprocess.run(command, check=True, cwd=scratch)
        subprocess.run(
            [environment / "bin" / "fashiongraph", "--help"],
            check=True,
            cwd=scratch,
            stdout=subprocess.DEVNULL,
        )
    finally:
        shutil.rmtree(environment, ignore_errors=True)  # several gigabytes each
    print(f"== {python} {' '.join(arguments)[:60]}: passed in {time.monotonic() - start:.0f} s")


def main() -> None:
    """Build the wheel and try it."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", scratch]
        subprocess.run([*build, ROOT], check=True, stdout=subprocess.DEVNULL)
        (wheel,) = scratch.glob("*.whl")
        for python in others():
            trial(python, wheel, [], scratch)
        trial(sys.executable, wheel, oldest(), scratch)


if __name__ == "__main__":
    main()

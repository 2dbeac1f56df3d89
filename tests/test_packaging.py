"""The package as it ships: pinned versions, its own version, and which room imports which."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import metadata, resources
from importlib.util import resolve_name
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import fashiongraph

ROOT = Path(__file__).parents[1]
# What the Makefile installs.
INSTALLED_EXTRAS = ("dev", "efficientnet", "export", "metric", "ray", "retrieval", "text")

# From the ground up; a room imports itself and the rooms before it. A top-level module that is no
# room (errors, files) is ground: every room may import it and it imports no room.
ROOMS = (
    "data",
    "datasets",
    "features",
    "nn",
    "models",
    "metrics",
    "evaluation",
    "retrieval",
    "export",
    "training",
    "quickstart",
    "cli",
    "__main__",
)
STRANGERS = {"features": {"data", "datasets"}, "nn": {"data", "datasets", "features"}}


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def test_constraints_hold_exact_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==\d[\d.a-z]*", line)] == []
    names = [canonicalize_name(line.split("==")[0]) for line in lines]
    assert len(set(names)) == len(names)


def test_every_requirement_is_pinned_within_its_range() -> None:
    pinned = pins()
    missing = []
    for text in metadata.requires("fashiongraph") or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in INSTALLED_EXTRAS):
            continue
        version = pinned.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version):
            missing.append(f"{text}: pinned {version}")
    assert missing == []


def test_the_build_back_end_is_pinned() -> None:
    assert {"hatchling", "editables", "setuptools"} <= set(pins())


def test_version_is_the_same_everywhere() -> None:
    assert metadata.version("fashiongraph") == fashiongraph.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d[^\]]*)\]", changelog, flags=re.MULTILINE)
    assert not released or released[0] == fashiongraph.__version__


def test_type_annotations_ship_with_the_package() -> None:
    assert (resources.files("fashiongraph") / "py.typed").is_file()


def imports(path: Path, package: Path) -> Iterator[str]:
    """Full names of all that a file imports, at its top or in a function."""
    within = ".".join(path.relative_to(package.parent).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), within)
            yield from (f"{module}.{alias.name}" for alias in node.names)


def upward_imports(package: Path) -> list[str]:
    """Every import within the package that does not go down the rooms."""
    wrong = []
    for path in sorted(package.rglob("*.py")):
        own = path.relative_to(package).parts[0].removesuffix(".py")
        below = ROOMS[: ROOMS.index(own) + 1] if own in ROOMS else ()
        allowed = set(below) - STRANGERS.get(own, set())
        for name in imports(path, package):
            top, _, rest = name.partition(".")
            room = rest.split(".")[0]
            if top == package.name and room in ROOMS and room not in allowed:
                wrong.append(f"{path.relative_to(package)} imports {name}")
    return wrong


def test_imports_flow_down_the_rooms() -> None:
    assert upward_imports(ROOT / "fashiongraph") == []


def test_an_import_up_the_rooms_is_found(tmp_path: Path) -> None:
    package = tmp_path / "shop"
    files = {
        "errors.py": "import shop.data",
        "data/a.py": "from shop.errors import E\nfrom .b import c\nfrom ..models import m",
        "features/a.py": "from shop import data, errors",
        "nn/a.py": "import torch\ndef f():\n    import shop.features.a",
        "training/a.py": "from shop.data.a import x\nfrom shop import cli",
        "cli.py": "from shop.training.a import fit",
    }
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, encoding="utf-8")
    assert upward_imports(package) == [
        "data/a.py imports shop.models.m",
        "errors.py imports shop.data",
        "features/a.py imports shop.data",
        "nn/a.py imports shop.features.a",
        "training/a.py imports shop.cli",
    ]

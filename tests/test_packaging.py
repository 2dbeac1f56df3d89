"""The package as it ships: pinned versions, its own version, and the layers of its packages."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata, resources
from importlib.util import resolve_name
from pathlib import Path

import networkx as nx
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import fashiongraph

ROOT = Path(__file__).parents[1]
# What the Makefile installs.
INSTALLED_EXTRAS = (
    *("clip", "dev", "docs", "efficientnet", "export", "hub", "metric", "milvus", "ray"),
    *("retrieval", "serve", "text"),
)

# Packages that a package below the others must not import either.
INDEPENDENT = {"nn": {"data"}, "features": {"data"}}


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


def modules(package: Path) -> dict[str, Path]:
    """Files of a package by the names of their modules."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(package: Path) -> dict[str, set[str]]:
    """Modules that each module imports: at its top, in a function, or for type checking."""
    files = modules(package)
    found: dict[str, set[str]] = {name: set() for name in files}
    for name, path in files.items():
        within = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets: list[str] = []
            if isinstance(node, ast.Import):
                targets = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                module = resolve_name("." * node.level + (node.module or ""), within)
                targets = [f"{module}.{alias.name}" for alias in node.names]
            for target in targets:
                while target and target not in files:
                    target = target.rpartition(".")[0]
                if target and target != name:
                    found[name].add(target)
    return found


def upward_imports(package: Path, order: Sequence[str]) -> list[str]:
    """Imports from a package to one above it."""
    wrong = []
    for name, targets in imports(package).items():
        own = name.split(".")[1] if "." in name else ""
        if own not in order:
            below = set() if own != "__main__" else set(order)
        else:
            below = set(order[order.index(own) :]) - INDEPENDENT.get(own, set())
        for target in sorted(targets):
            other = target.split(".")[1] if "." in target else ""
            if other in order and other not in below:
                wrong.append(f"{name} imports {target}")
    return wrong


def circles(package: Path) -> list[list[str]]:
    """Modules that import each other, whatever the form of the import."""
    graph = nx.DiGraph(imports(package))
    return [sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1]


def test_imports_run_downwards() -> None:
    assert upward_imports(ROOT / "fashiongraph", list(fashiongraph.PACKAGES)) == []


def test_no_circle_of_imports() -> None:
    assert circles(ROOT / "fashiongraph") == []


def test_the_list_of_packages_is_complete() -> None:
    folders = {path.parent.name for path in (ROOT / "fashiongraph").glob("*/__init__.py")}
    assert folders == set(fashiongraph.PACKAGES)


def test_packages_are_attributes() -> None:
    code = (
        "import sys, fashiongraph as fg; assert not [m for m in sys.modules if m == 'torch']; "
        "assert fg.nn.AttributeMask; assert 'nn' in dir(fg)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)
    with pytest.raises(AttributeError, match="nothing"):
        _ = fashiongraph.nothing


def test_imports_print_nothing() -> None:
    code = "import fashiongraph as fg; [getattr(fg, name) for name in fg.PACKAGES]"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout == run.stderr == ""


def test_upward_imports_and_circles_are_found(tmp_path: Path) -> None:
    package = tmp_path / "shop"
    files = {
        "errors.py": "import shop.data",
        "data/__init__.py": "",
        "data/a.py": "from shop.errors import E\nfrom .b import c\nfrom ..models import m",
        "data/b.py": "def f():\n    from shop.data.a import x",
        "features/a.py": "from shop import data, errors",
        "nn/a.py": "import torch\ndef f():\n    import shop.features.a",
        "models/__init__.py": "",
        "training/a.py": "from shop.data.a import x\nfrom shop import cli",
        "cli.py": "from shop.training.a import fit",
    }
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, encoding="utf-8")
    order = ["cli", "training", "models", "features", "data", "nn"]
    assert upward_imports(package, order) == [
        "shop.data.a imports shop.models",
        "shop.errors imports shop.data",
        "shop.features.a imports shop.data",
        "shop.nn.a imports shop.features.a",
        "shop.training.a imports shop.cli",
    ]
    assert sorted(circles(package)) == [
        ["shop.cli", "shop.training.a"],
        ["shop.data.a", "shop.data.b"],
    ]


def test_no_function_has_more_than_80_lines_of_code() -> None:
    long = []
    for name, path in modules(ROOT / "fashiongraph").items():
        source = path.read_text(encoding="utf-8")
        lines = source.splitlines()
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            text = ast.get_docstring(node, clean=False)
            skipped = 0 if text is None else text.count("\n") + 1
            body = lines[node.body[0].lineno - 1 : node.end_lineno]
            code = [line for line in body if line.strip() and not line.strip().startswith("#")]
            if len(code) - skipped > 80:
                long.append(f"{name}.{node.name}: {len(code) - skipped}")
    assert long == []

"""``fashiongraph.nn`` imports torch, PyG and the standard library only."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import fashiongraph.nn

# PyG 2.8 imports pandas where it is installed, so the script makes that import fail: if
# fashiongraph.nn imports without pandas, it does not depend on it.
SCRIPT = """
import sys
sys.modules["pandas"] = None
import fashiongraph.nn
others = "lightning pytorch_lightning pytorch_metric_learning torchmetrics torchvision".split()
print(*set(others) & set(sys.modules))
"""


def test_import_loads_no_other_libraries() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


def test_only_torch_and_pyg_are_imported() -> None:
    allowed = {"fashiongraph", "torch", "torch_geometric"} | sys.stdlib_module_names
    others = []
    for path in sorted(Path(fashiongraph.nn.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            others += [
                f"{path.name}: {name}" for name in names if name.partition(".")[0] not in allowed
            ]
    assert others == []

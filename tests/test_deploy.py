"""The files of a deployment name what the library has; they are not run here."""

from __future__ import annotations

import json
import re
from pathlib import Path

import typer
import yaml
from typer.core import TyperGroup

from fashiongraph.cli import app
from fashiongraph.cli.serve import TOKEN_VARIABLE

DEPLOY = Path(__file__).parents[1] / "deploy"


def entry_point() -> list[str]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    return json.loads(re.search(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)[1])


def test_the_command_of_the_image_and_of_compose_parses():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    name, command, *rest = [*entry_point(), *services["app"]["command"]]
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    serve = group.commands[command]
    assert name == "fashiongraph"
    serve.make_parser(typer.Context(serve, info_name=command)).parse_args(rest)


def test_every_copied_file_is_in_the_repository():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (.*)$", text, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (DEPLOY.parent / name).exists(), name


def test_every_instruction_is_one_of_docker():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT"}
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert {line.split()[0] for line in lines} == known
    assert lines.index("USER style") < len(lines) - 1  # the server does not run as root


def test_compose_publishes_on_the_machine_itself_and_has_no_secret():
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    services = yaml.safe_load(text)["services"]
    assert services["app"]["ports"] == ["127.0.0.1:8000:8000"]
    assert TOKEN_VARIABLE in services["app"]["environment"]
    assert all(
        "${" in line for line in text.splitlines() if "PASSWORD:" in line or "TOKEN:" in line
    )
    volumes = [one for service in services.values() for one in service["volumes"]]
    named = {one.split(":")[0] for one in volumes if re.match(r"\w+:", one)}
    assert named == set(yaml.safe_load(text)["volumes"])

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
from fashiongraph.retrieval.milvus_connection import TOKEN_VARIABLE as MILVUS_TOKEN

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


def test_vectors_are_written_where_the_application_reads_them():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    _, command, *rest = [*services["index"]["entrypoint"], *services["index"]["command"]]
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    index = group.commands[command]
    made = index.make_parser(typer.Context(index, info_name=command)).parse_args(rest)[0]
    states = services["app"]["command"][services["app"]["command"].index("--states") + 1]
    assert made["output"] == states == "http://milvus:19530"
    assert made["checkpoint"] in entry_point() and made["data"] in entry_point()
    for name in ("app", "index"):
        assert MILVUS_TOKEN in services[name]["environment"]
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "milvus" in re.search(r"\.\[(.*)\]", text)[1].split(",")


def test_services_of_compose_are_complete():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"app", "index", "database", "milvus", "etcd", "minio"}
    for service in services.values():
        assert set(service.get("depends_on", ())) <= set(services)
        assert ("image" in service) != ("build" in service)
        assert ":latest" not in service.get("image", "")
    assert [name for name, service in services.items() if "ports" in service] == ["app"]


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

"""The files that start the site on servers: they agree, and name only what exists."""

import ast
import re
import shlex
import subprocess
import sys
from typing import Any

import pytest
import yaml
from django.core.management import load_command_class
from pydantic import BaseModel

from rooms.conf import RoomkitSettings
from tests.docs.pages import read_page
from tests.repository import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yml").read_text("utf-8"))
OURS = {name: entry for name, entry in COMPOSE["services"].items() if "build" in entry}
PROCFILE = dict(re.findall(r"^(\w+): (.+)$", (ROOT / "Procfile").read_text("utf-8"), re.MULTILINE))
DOCUMENTED = set(re.findall(r"`([A-Z][A-Z_]+)`", read_page("settings.md")))
ASSIGNMENT = re.compile(r"[A-Z_]+=\S+")


def environment_of(command: str) -> dict[str, str]:
    """Return what a line of the Procfile sets."""
    words = shlex.split(command)
    return dict(word.split("=", 1) for word in words if ASSIGNMENT.fullmatch(word))


def words_of(command: str) -> list[str]:
    """Return a command without what it sets, and with a port a shell would put in."""
    words = shlex.split(command.replace("${PORT:-8000}", "8000").removeprefix("env "))
    return [word for word in words if not ASSIGNMENT.fullmatch(word)]


def commands() -> list[str]:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    [default] = re.findall(r"^CMD (\[.+\])$", dockerfile, re.MULTILINE)
    in_compose = {entry["command"] for entry in OURS.values()}
    return sorted({*in_compose, *PROCFILE.values(), shlex.join(yaml.safe_load(default))})


@pytest.mark.parametrize("command", [c for c in commands() if "manage.py" in c])
def test_management_command_takes_its_options(command: str) -> None:
    program, script, name, *options = words_of(command)

    assert (program, script) == ("python", "manage.py")
    load_command_class("rooms", name).create_parser(script, name).parse_args(options)


@pytest.mark.parametrize("command", [c for c in commands() if "manage.py" not in c])
def test_celery_takes_its_options(command: str) -> None:
    program, *options = words_of(command)

    assert program == "celery"
    run = subprocess.run(
        [sys.executable, "-m", "celery", *options, "--help"], cwd=ROOT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr


def test_both_files_start_the_same_processes() -> None:
    by_role = {entry["environment"]["ROOMKIT_ROLE"]: entry for entry in OURS.values()}

    assert set(PROCFILE) == set(by_role) == {"web", "worker"}
    for role, line in PROCFILE.items():
        environment = environment_of(line)
        assert words_of(line) == words_of(by_role[role]["command"])
        assert environment.items() <= by_role[role]["environment"].items()


def test_there_are_two_of_each_so_that_one_may_die() -> None:
    roles = [entry["environment"]["ROOMKIT_ROLE"] for entry in OURS.values()]

    assert sorted(roles) == ["web", "web", "worker", "worker"]


def test_every_process_shares_database_redis_and_secret() -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "ROOMKIT_SECRET_KEY", "ROOMKIT_DISPATCHER"):
        assert len({entry["environment"][name] for entry in OURS.values()}) == 1, name


def test_no_secret_is_written_down() -> None:
    text = (ROOT / "compose.yml").read_text("utf-8")

    assert re.findall(r"(?:PASSWORD|SECRET_KEY): (?!\$\{\w+:\?)", text) == []


def test_web_processes_are_asked_whether_they_are_ready() -> None:
    for entry in OURS.values():
        is_web = entry["environment"]["ROOMKIT_ROLE"] == "web"
        assert ("/readyz" in str(entry.get("healthcheck"))) is is_web


@pytest.mark.parametrize("service", OURS)
def test_variables_of_a_service_are_documented(service: str) -> None:
    assert OURS[service]["environment"].keys() - DOCUMENTED == set()


def test_variables_of_the_other_files_are_documented() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    image = set(re.findall(r"\b(ROOMKIT_[A-Z_]+)=", dockerfile))
    lines = {name for command in PROCFILE.values() for name in environment_of(command)}

    assert image
    assert (image | lines) - DOCUMENTED == set()


def test_every_variable_that_is_read_is_documented() -> None:
    settings = (ROOT / "roomkit_project" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', settings))

    assert len(read) > 20
    assert read - DOCUMENTED == set()


def test_services_wait_for_services_that_exist() -> None:
    wanted = {name for entry in OURS.values() for name in entry["depends_on"]}

    assert wanted <= COMPOSE["services"].keys()
    assert all("healthcheck" in COMPOSE["services"][name] for name in wanted)


def test_image_has_what_its_processes_need() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    needed = {"rooms", "hooks", "channels_app", "voice", "roomkit_project", "manage.py"}
    needed |= {"templates", "static", "locale", "pyproject.toml", "README.md", "LICENSE"}
    assert needed.isdisjoint(ignored)
    assert all((ROOT / name).exists() for name in needed)


def test_every_entry_of_the_setting_is_documented_with_its_default() -> None:
    page = read_page("settings.md")

    for name, field in RoomkitSettings.model_fields.items():
        [default] = re.findall(rf"^\| `{name}` \| `(.+?)` \|", page, re.MULTILINE)
        told, kind = ast.literal_eval(default), type(field.default)
        if issubclass(kind, BaseModel):
            told = kind.model_validate(told)
        assert told == field.default, name

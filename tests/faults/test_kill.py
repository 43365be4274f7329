"""A process that is killed -9 loses no message and answers none twice."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conversation import ANSWER, QUESTION
from tests.faults.databases import postgres_database, sqlite_database

ROOM = "support"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    make = {"sqlite": sqlite_database, "postgres": postgres_database}[request.param]
    with make(tmp_path) as database:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "roomkit_project.settings"}
        environment |= {"ROOMKIT_DATA_DIR": str(tmp_path), **database}
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)
        yield environment


def start(environment: dict[str, str], step: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.conversation", step, ROOM]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def kill_at(environment: dict[str, str], step: str) -> list[dict[str, Any]]:
    """Run the first process until it says that it reached `step`, then kill -9 it."""
    said = []
    with start({**environment, "FAULT_AT": step}, "ask") as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(json.loads(line))
            if said[-1] == {"reached": step}:
                process.send_signal(signal.SIGKILL)
    assert said[-1] == {"reached": step}
    return said


def resume(environment: dict[str, str]) -> list[dict[str, Any]]:
    """Run the second process to its end and return what it said."""
    with start(environment, "resume") as process:
        assert process.stdout is not None
        said = [json.loads(line) for line in process.stdout]
    assert process.returncode == 0
    return said


@pytest.mark.parametrize(
    "step",
    [
        "before the answer",  # the question is committed, the agent has been asked
        "inside the answer",  # half of it was shown to nobody who is still there
        "before the text message",  # the answer is committed, its delivery is not
    ],
)
def test_killed_process_loses_and_doubles_nothing(environment: dict[str, str], step: str) -> None:
    before = kill_at(environment, step)

    after = resume(environment)

    assert after[-1] == {"timeline": [QUESTION, ANSWER]}
    texts = [item["sent"] for item in before + after if "sent" in item]
    # What was sent in the instant before the death may be sent again; an answer is made once.
    assert sorted(set(texts)) == sorted([QUESTION, ANSWER])
    assert texts.count(ANSWER) == 1


def test_committed_answer_is_not_made_again(environment: dict[str, str]) -> None:
    kill_at(environment, "before the text message")

    assert {"generated": True} not in resume(environment)

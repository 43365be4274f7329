"""The test's side of `agent_processes`, and of the vendor at which its agent asks a model."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from channels_app.ai.turn.resuming import UNKNOWN_OUTCOME
from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.anthropic_script import Reply, Text, Thinking, ToolUse
from channels_app.testing.fakes.server import Request, Response
from tests.cluster.postgres_server import Database
from tests.cluster.waiting import wait_until
from tests.repository import ROOT

SALE = (
    (Text("I reserve ", "one."), "reserve", {"item": "chair"}),
    (Text("I charge ", "you."), "charge", {"euros": 40}),
    (Text("I ship ", "it."), "ship", {"item": "chair"}),
)
TOOLS = tuple(name for _, name, _ in SALE)
LAST_WORDS = Text("It is ", "on its way.")
QUESTION = "I take one."
# Where people decide about `charge`, the first half is told before they do.
HALVES = ["I reserve one.\n\nI charge you.", "I ship it.\n\nIt is on its way."]
ANSWER = "\n\n".join(HALVES)


DONE_WITHIN_S = 30.0
_OPEN = """
SELECT id FROM roomkit_rooms_delivery
WHERE room_id = ANY(%s) AND state IN ('pending', 'sending', 'waiting')
"""
_END_JOBS = "UPDATE roomkit_rooms_delivery SET lease_until = now() RETURNING id"
_END_ROOMS = "UPDATE roomkit_rooms_room SET lease_until = now() RETURNING id"


class Salesman(FakeAnthropic):
    """Answers by what a request holds, so that whoever asks again is answered again."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count(1)

    def answer(self, request: Request) -> Response:
        """Answer with the next tool, or the last words."""
        if request.path == "/v1/messages":
            self.reply_with(self._reply(len(results_of(request))))
        return super().answer(request)

    def unknown_calls(self) -> set[str]:
        """Return the ids of the calls of which it was told that nobody knows their outcome."""
        results = [result for request in self.requests for result in results_of(request)]
        return {
            result["tool_use_id"]
            for result in results
            if result["content"] == UNKNOWN_OUTCOME and result["is_error"]
        }

    def _reply(self, done: int) -> Reply:
        if done >= len(SALE):
            return Reply(LAST_WORDS)
        text, name, arguments = SALE[done]
        number = next(self._numbers)
        thought = Thinking("Now ", name, signature=f"sig-{number}")
        return Reply(thought, text, ToolUse(f"toolu_{number}", name, arguments))


def results_of(request: Request) -> list[dict[str, Any]]:
    """Return the results of tools in a request."""
    return [
        block
        for turn in request.json()["messages"]
        if turn["role"] == "user" and isinstance(turn["content"], list)
        for block in turn["content"]
        if block["type"] == "tool_result"
    ]


class Nursery:
    """Starts processes of the agent's site.

    Args:
        environment: Names the database, the vendor and how work is handed out.
        directory: For the journal and the log.
        database: Of PostgreSQL; needed to wait for processes that do not end by themselves.
    """

    def __init__(
        self, environment: Mapping[str, str], directory: Path, database: Database | None = None
    ) -> None:
        self._database = database
        self.journal = directory / "journal"
        self.journal.touch()
        self.log = directory / "processes.log"
        self._told = directory / "told"
        self._environment = {
            **environment,
            "DJANGO_SETTINGS_MODULE": "tests.faults.agent_settings",
            "ROOMKIT_DATA_DIR": str(directory),
            "AGENT_JOURNAL": str(self.journal),
        }
        self._process: subprocess.Popen[str] | None = None

    @contextmanager
    def open(self) -> Iterator["Nursery"]:
        """Make the tables, and take orders until the block ends."""
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=self._environment, check=True)
        command = [sys.executable, "-m", "tests.faults.agent_processes"]
        with (
            self.log.open("w") as log,
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            ) as self._process,
        ):
            yield self

    def start(self, do: str, **arguments: Any) -> int:
        """Start a process and return its pid."""
        return self._order({"do": do} | arguments)

    def run(self, do: str, **arguments: Any) -> int:
        """Start a process, wait for its end, and return its exit code."""
        return self.wait(self.start(do, **arguments))

    def wait(self, pid: int) -> int:
        """Wait for a process to end and return its exit code, negative for a signal."""
        return self._order({"wait": pid})

    def kill(self, pid: int) -> None:
        """End a process without warning."""
        assert self._order({"kill": pid}) == -signal.SIGKILL

    def tell(self, rooms: Sequence[str]) -> dict[str, Any]:
        """Return what is stored of rooms."""
        assert self.run("tell", rooms=rooms, to=str(self._told)) == 0, self.log.read_text()
        told: dict[str, Any] = json.loads(self._told.read_text())
        return told

    def wait_until_done(self, rooms: Sequence[str]) -> None:
        """Wait until nothing is open in the rooms."""
        wait_until(lambda: not self._rows(_OPEN, [*rooms]), within_s=DONE_WITHIN_S, what="all done")

    def let_leases_end(self) -> None:
        """Let the time pass after which what dead processes held is free."""
        self._rows(_END_JOBS)
        self._rows(_END_ROOMS)

    def _rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        assert self._database is not None
        return self._database.rows(query, parameters)

    def noted(self, **facts: object) -> list[dict[str, Any]]:
        """Return the lines of the journal that have these facts."""
        lines = [json.loads(line) for line in self.journal.read_text().splitlines()]
        return [line for line in lines if facts.items() <= line.items()]

    def _order(self, order: dict[str, Any]) -> int:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        assert answer, self.log.read_text()
        return int(answer)


def environment_of(vendor: Salesman, **variables: str) -> dict[str, str]:
    """Return the variables of a nursery whose agent asks this vendor."""
    return {**os.environ, "AGENT_VENDOR_URL": vendor.url, **variables}

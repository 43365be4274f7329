"""The audit of tool calls: an entry for each that has ended, exported as JSON Lines."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from channels_app import models
from channels_app.ai.records import AgentRun, AgentStep, StepKind, StepState
from channels_app.ai.tools.auditing import MAX_RESULT_CHARS, build_entry
from channels_app.testing.ai_values import make_run, make_step
from rooms.models import Room
from rooms.testing.factories import make_room

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_call(run: AgentRun, seq: int = 0, **fields: Any) -> AgentStep:
    given: dict[str, Any] = {
        "kind": StepKind.TOOL,
        "name": "look_up",
        "call_id": "call-1",
        "request": {"order": "20391"},
        "response": {"result": "found", "is_error": False},
        "duration_ms": 12.5,
        "started_at": NOON,
    }
    return make_step(run, seq, **(given | fields))


def test_entry_says_who_did_what_when_and_what_came_of_it() -> None:
    run = make_run(organization_id="acme")

    assert build_entry(run, a_call(run)) == {
        "ts": "2026-03-01T12:00:00+00:00",
        "agent_id": "agent",
        "tool_name": "look_up",
        "arguments": {"order": "20391"},
        "result": "found",
        "status": "ok",
        "duration_ms": 12.5,
        "metadata": {
            "organization_id": "acme",
            "room_id": "room",
            "event_id": "event-1",
            "run_id": run.id,
            "seq": 0,
            "call_id": "call-1",
            "state": "done",
        },
    }


def test_long_result_is_cut() -> None:
    run = make_run()

    entry = build_entry(run, a_call(run, response={"result": "x" * 600}))

    assert entry["result"] == "x" * MAX_RESULT_CHARS


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"response": {"result": '{"status": "failed", "why": "late"}'}}, "failed"),
        ({"response": {"result": '{"status": "ok"}'}}, "ok"),
        ({"response": {"result": "failed"}}, "ok"),
        ({"response": {"result": "no such order", "is_error": True}}, "error"),
        ({"state": StepState.FAILED, "error": "KeyError"}, "error"),
        # Nobody knows what became of it.
        ({"state": StepState.UNKNOWN}, "error"),
        ({"state": StepState.DENIED}, "failed"),
        ({"state": StepState.CANCELLED}, "failed"),
    ],
)
def test_status_says_how_it_ended(fields: dict[str, Any], status: str) -> None:
    run = make_run()

    assert build_entry(run, a_call(run, **fields))["status"] == status


def test_failure_without_a_result_is_told_by_its_error() -> None:
    run = make_run()

    entry = build_entry(run, a_call(run, state=StepState.FAILED, response={}, error="KeyError"))

    assert entry["result"] == "KeyError"


@pytest.mark.parametrize(
    "fields", [{"kind": StepKind.MODEL}, {"state": StepState.BEGUN}, {"state": StepState.WAITING}]
)
def test_only_tool_calls_that_have_ended_are_audited(fields: dict[str, Any]) -> None:
    run = make_run()

    with pytest.raises(ValueError, match="only tool calls that have ended"):
        build_entry(run, a_call(run, **fields))


@pytest.fixture
def history(db: None) -> None:
    """Two rooms with an agent's turn each, and an hour between their calls."""
    for at, room_id in enumerate(["room", "other-room"]):
        Room.from_domain(make_room(room_id)).save()
        run = make_run(id=f"run-{at}", room_id=room_id, event_id=f"event-{at}")
        models.AgentRun.from_domain(run).save()
        when = NOON + timedelta(hours=at)
        steps = [
            make_step(run, 0, started_at=when),
            a_call(run, 1, name=f"first-{room_id}", started_at=when),
            a_call(run, 2, name=f"second-{room_id}", started_at=when),
            a_call(run, 3, state=StepState.BEGUN, started_at=when),
        ]
        models.AgentStep.objects.bulk_create(map(models.AgentStep.from_domain, steps))


def exported(**options: str) -> list[str]:
    out = StringIO()
    call_command("roomkit_tool_audit", stdout=out, **options)
    return [json.loads(line)["tool_name"] for line in out.getvalue().splitlines()]


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["first-room", "second-room", "first-other-room", "second-other-room"]),
        ({"room": "room"}, ["first-room", "second-room"]),
        ({"since": "2026-03-01T12:30"}, ["first-other-room", "second-other-room"]),
        ({"since": "2026-03-01T14:00+01:00"}, ["first-other-room", "second-other-room"]),
        ({"since": "2026-03-02"}, []),
    ],
)
def test_command_exports_calls_by_time_and_room(options: dict[str, str], names: list[str]) -> None:
    assert exported(**options) == names


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("options", "said"), [({"since": "yesterday"}, "is no time"), ({"room": "x"}, "no room 'x'")]
)
def test_command_says_what_it_does_not_understand(options: dict[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        exported(**options)

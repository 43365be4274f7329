"""Rows of agents, for the tests of their pages."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from channels_app.ai.records import RunStatus, StepKind, StepState
from channels_app.models import AgentRun, AgentStep, ToolApproval, UsageRecord
from channels_app.testing.ai_values import AGENT, make_approval, make_run, make_step
from rooms.domain.frozen import utc_now
from rooms.models import Room
from rooms.testing.factories import make_room


def make_run_row(room_id: str = "room-1", *, organization_id: str = "", **fields: Any) -> AgentRun:
    """Store a turn of two steps in a room of its own."""
    Room.from_domain(make_room(room_id, organization_id=organization_id or None)).save()
    run = make_run(
        room_id=room_id,
        event_id=f"event-of-{room_id}",
        organization_id=organization_id or None,
        usage={"input_tokens": 30, "output_tokens": 12},
        **fields,
    )
    row = AgentRun.from_domain(run)
    row.save(force_insert=True)
    model = make_step(
        run,
        0,
        response={"text": "<b>Hello</b>", "thinking": [{"thinking": "hmm", "signature": "s1g"}]},
        usage={"output_tokens": 12},
    )
    failed = {"name": "refund", "error": "no money", "request": {"amount": 5}}
    tool = make_step(run, 1, kind=StepKind.TOOL, state=StepState.FAILED, **failed)
    for step in (model, tool):
        AgentStep.from_domain(step).save()
    return row


def make_approval_row(room_id: str = "room-1", **fields: Any) -> ToolApproval:
    """Store a call that waits for people, and its turn."""
    organization_id = fields.pop("organization_id", "")
    run = make_run_row(room_id, organization_id=organization_id, status=RunStatus.WAITING)
    value = make_approval(run.to_domain(), 1, organization_id=organization_id or None, **fields)
    row = ToolApproval.from_domain(value)
    row.save(force_insert=True)
    return row


def make_usage_row(run: AgentRun, **fields: Any) -> UsageRecord:
    """Store what one model call of a turn used."""
    given: dict[str, Any] = {
        "run_id": run.pk,
        "seq": 0,
        "organization_id": run.organization_id,
        "room_id": run.room_id,
        "channel_id": AGENT,
        "provider": "anthropic",
        "model": "claude",
        "input_tokens": 30,
        "cost": Decimal("0.25"),
        "created_at": utc_now() - timedelta(minutes=1),
    }
    return UsageRecord.objects.create(**given | fields)

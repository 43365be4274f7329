"""Every row gives back the value it was made of."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from pydantic import BaseModel

from hooks.results import Observation, Task, TaskStatus
from rooms import models
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import CompositeContent, LocationContent, TextContent
from rooms.domain.enums import (
    Access,
    AgentActivation,
    AgentResponsePolicy,
    ChannelCategory,
    ChannelDirection,
    ChannelMediaType,
    EventStatus,
    EventType,
    IdentificationStatus,
    OwnerKind,
    ParticipantRole,
    ParticipantStatus,
    RoomStatus,
)
from rooms.domain.event import ChannelData
from rooms.domain.job import DeliveryJob, DeliveryKind, DeliveryState
from rooms.domain.policies import RateLimit, RetryPolicy
from rooms.domain.room import RoomTimers
from rooms.testing.factories import (
    ROOM,
    at,
    make_address,
    make_binding,
    make_event,
    make_identity,
    make_observation,
    make_participant,
    make_room,
    make_source,
    make_task,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ANY_JSON = {"é": [1, 2.5, None, True, {"deep": "ünï"}], "": ""}

ROOMS = [
    make_room(),
    make_room(
        organization_id="org",
        status=RoomStatus.CLOSED,
        paused_at=at(1),
        closed_at=at(2),
        timers=RoomTimers(inactive_after_seconds=0, closed_after_seconds=5, last_activity_at=at(3)),
        metadata=ANY_JSON,
        event_count=7,
        latest_index=8,
        history_version=3,
        agent_activation=AgentActivation.ON_DEMAND,
        agent_response_policy=AgentResponsePolicy.ADDRESSED_ONLY,
        owner_kind=OwnerKind.HUMAN,
        owner_id="sam",
        owner_epoch=4,
    ),
]
BINDINGS = [
    make_binding(),
    make_binding(
        channel_type="custom:fax",
        category=ChannelCategory.INTELLIGENCE,
        direction=ChannelDirection.OUTBOUND,
        access=Access.NONE,
        muted=True,
        output_muted=True,
        visibility="ai-1,ws-1",
        participant_id="ann",
        last_read_index=0,
        attached_at=at(1),
        capabilities=ChannelCapabilities(media_types=[ChannelMediaType.AUDIO], max_length=160),
        rate_limit=RateLimit(max_per_second=0.5),
        retry_policy=RetryPolicy(max_retries=0, retryable_errors=[]),
        metadata=ANY_JSON,
    ),
]
PARTICIPANTS = [
    make_participant(),
    make_participant(
        display_name="",
        role=ParticipantRole.OWNER,
        status=ParticipantStatus.BANNED,
        identification=IdentificationStatus.AMBIGUOUS,
        identity_id="id-ann",
        candidates=[],
        connected_via=["sms-1", "mail"],
        external_id="crm-1",
        resolved_at=at(2),
        resolved_by="auto",
        joined_at=at(1),
        metadata=ANY_JSON,
    ),
]
EVENTS = [
    make_event(),
    make_event(
        type=EventType.EDIT,
        source=make_source(
            channel_type="custom:fax",
            direction=ChannelDirection.OUTBOUND,
            external_id="x-1",
            provider="acme",
            raw_payload=ANY_JSON,
            provider_message_id="pm-1",
        ),
        content=CompositeContent(
            parts=[TextContent(body="hi", language="en"), LocationContent(latitude=1, longitude=2)]
        ),
        status=EventStatus.BLOCKED,
        blocked_by="a hook",
        visibility="transport",
        response_visibility="ws-1",
        addressed_to=["ai-1"],
        index=9,
        chain_depth=2,
        parent_event_id="p",
        thread_root_id="t",
        correlation_id="c",
        idempotency_key="k",
        created_at=at(1),
        metadata=ANY_JSON,
        channel_data=ChannelData.model_validate({"provider": "acme", "segments": 2}),
        delivery_results={"sms-1": {"status": "failed"}},
    ),
]
JOBS = [
    DeliveryJob(room_id=ROOM, event_id="e", channel_id="sms-1"),
    DeliveryJob(
        room_id=ROOM,
        event_id="e",
        event_index=9,
        channel_id="ai-1",
        kind=DeliveryKind.REACT,
        state=DeliveryState.WAITING,
        attempts=2,
        owner_epoch=4,
        due_at=at(1),
        lease_owner="node",
        lease_until=at(2),
        provider_message_id="pm-1",
        error_code="timeout",
        error_message="no answer",
    ),
]
TASKS = [
    Task(room_id=ROOM),
    make_task(
        "",
        description="twice",
        status=TaskStatus.COMPLETED,
        data=ANY_JSON,
        assigned_to="sam",
        created_by="hook",
        created_at=at(1),
        metadata=ANY_JSON,
    ),
]
OBSERVATIONS = [
    Observation(room_id=ROOM),
    make_observation(
        channel_id="sms-1", category="mood", confidence=0.25, data=ANY_JSON, metadata=ANY_JSON
    ),
]
ADDRESSES = [make_address(), make_address(participant_id="ann", channel_type="custom:fax")]


def _read_back(row: Any) -> BaseModel:
    """Store a row, read it anew and return its value."""
    row.save(force_insert=True)
    value: BaseModel = type(row).objects.get(pk=row.pk).to_domain()
    return value


@pytest.fixture
def room() -> None:
    """Have a room and the event `e`, for the rows that belong to them."""
    models.Room.from_domain(make_room()).save(force_insert=True)
    models.Event.from_domain(make_event(id="e", index=1000)).save(force_insert=True)


@pytest.mark.parametrize("value", ROOMS, ids=["bare", "full"])
def test_a_room_comes_back_equal(value: Any) -> None:
    assert _read_back(models.Room.from_domain(value)) == value


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    ("build", "value"),
    [
        *((models.ChannelBinding.from_domain, value) for value in BINDINGS),
        *((models.Participant.from_domain, value) for value in PARTICIPANTS),
        *((models.Event.from_domain, value) for value in EVENTS),
        *((models.Delivery.from_domain, value) for value in JOBS),
        *((models.Task.from_domain, value) for value in TASKS),
        *((models.Observation.from_domain, value) for value in OBSERVATIONS),
        *((models.RoomAddress.from_domain, value) for value in ADDRESSES),
    ],
)
def test_what_belongs_to_a_room_comes_back_equal(build: Callable[[Any], Any], value: Any) -> None:
    assert _read_back(build(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        make_identity(),
        make_identity(
            organization_id="org",
            display_name="Ann",
            email="ann@example.com",
            phone="+15550001",
            channel_addresses={"sms": ["+15550002", "+15550001"], "custom:fax": ["9"]},
            external_id="crm-1",
            external_ids={"crm": "1"},
            metadata=ANY_JSON,
        ),
    ],
    ids=["bare", "full"],
)
def test_an_identity_comes_back_with_its_addresses(value: Any) -> None:
    row = models.Identity.from_domain(value)
    row.save(force_insert=True)
    models.IdentityAddress.objects.bulk_create(models.IdentityAddress.all_of(value))
    assert models.Identity.objects.get(pk=value.id).to_domain() == value


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    ("addressed_to", "is_null"),
    [
        (None, True),  # nobody named
        ([], False),  # nobody is asked
        (["ai-1"], False),
    ],
)
def test_nobody_named_is_null_and_nobody_asked_is_not(
    addressed_to: list[str] | None, is_null: bool
) -> None:
    row = models.Event.from_domain(make_event(addressed_to=addressed_to))
    row.save(force_insert=True)
    with connection.cursor() as cursor:
        query = "SELECT addressed_to IS NULL FROM roomkit_rooms_event WHERE id = %s"
        cursor.execute(query, [row.pk])
        assert bool(cursor.fetchone()[0]) is is_null
    assert models.Event.objects.get(pk=row.pk).to_domain().addressed_to == addressed_to


def test_a_stored_room_does_not_follow_its_value() -> None:
    value = make_room(metadata={"tags": ["vip"]})
    row = models.Room.from_domain(value)
    value.metadata["tags"].append("spam")
    assert row.metadata == {"tags": ["vip"]}

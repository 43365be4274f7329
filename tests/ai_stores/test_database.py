"""What only the database's side of the contract has: few statements, and nothing left behind."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from channels_app import models
from channels_app.ai.backing import store_beside
from channels_app.ai.store import AIStore
from channels_app.models import AgentConfig, AgentVersion, VersionIsFixed, VersionState
from channels_app.testing.ai_values import (
    OTHER_ROOM,
    ROOM,
    make_approval,
    make_entry,
    make_run,
    make_step,
    make_summary,
)
from rooms.services.refusals import RowRefusedError
from rooms.stores.orm import OrmStore
from rooms.testing.factories import make_event, make_room, make_unit
from tests.stores.statements import count_statements

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

OF_A_ROOM = (
    models.AgentRun,
    models.AgentStep,
    models.SteerDirective,
    models.ToolApproval,
    models.RoomSummary,
    models.StoredToolResult,
    models.SkillActivation,
    models.KnowledgeEntry,
)


@pytest.fixture
async def rooms() -> AsyncIterator[OrmStore]:
    made = OrmStore()
    for room_id in (ROOM, OTHER_ROOM):
        await made.create_room(make_room(room_id))
    yield made
    await made.close()


@pytest.fixture
def store(rooms: OrmStore) -> AIStore:
    return store_beside(rooms)


async def fill(rooms: OrmStore, room_id: str) -> str:
    """Store an event and one row of everything agents keep about it; return the event's id."""
    store = store_beside(rooms)
    [committed] = await rooms.commit([make_unit(make_event(), room_id=room_id)])
    event_id = committed.events[0].id
    run, _ = await store.runs.open_run(make_run(room_id=room_id, event_id=event_id))
    await store.runs.put_steps(run, [make_step(run)])
    await store.steering.add(run.id, {"type": "cancel"})
    await store.approvals.add([make_approval(run)])
    await store.summaries.put(make_summary(room_id=room_id))
    await store.results.put(room_id, "result", "text")
    await store.activations.activate(room_id, "agent", "skill")
    await store.knowledge.index([make_entry("penguin", room_id=room_id, event_id=event_id)])
    return event_id


async def count(rooms: OrmStore, model: type[Model]) -> int:
    return await rooms.threads.run(model._default_manager.count)


async def test_a_turn_is_begun_in_one_statement_and_begun_again_in_two(
    rooms: OrmStore, store: AIStore
) -> None:
    async with count_statements(rooms) as first:
        await store.runs.open_run(make_run())
    async with count_statements(rooms) as again:
        await store.runs.open_run(make_run())

    assert (len(first), len(again)) == (1, 2)


async def test_many_steps_take_as_many_statements_as_one(rooms: OrmStore, store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    async with count_statements(rooms) as statements:
        await store.runs.put_steps(run, [make_step(run, seq) for seq in range(20)])

    writing = [each for each in statements if each.startswith(("INSERT", "UPDATE", "SELECT"))]
    assert len(writing) == 2


async def test_looking_for_directives_is_one_statement(rooms: OrmStore, store: AIStore) -> None:
    run, _ = await store.runs.open_run(make_run())
    async with count_statements(rooms) as statements:
        await store.steering.take(run.id)
    assert len(statements) == 1


async def test_nothing_of_a_deleted_room_stays(rooms: OrmStore, store: AIStore) -> None:
    for room_id in (ROOM, OTHER_ROOM):
        await fill(rooms, room_id)

    await rooms.delete_room(ROOM)

    assert {model: await count(rooms, model) for model in OF_A_ROOM} == dict.fromkeys(OF_A_ROOM, 1)
    [(entry, _)] = await store.knowledge.search("penguin", organization_id=None, room_id=OTHER_ROOM)
    assert entry.room_id == OTHER_ROOM


async def test_nothing_that_was_done_about_a_deleted_event_stays(
    rooms: OrmStore, store: AIStore
) -> None:
    event_id = await fill(rooms, ROOM)

    await rooms.delete_event(ROOM, event_id)

    gone = (models.AgentRun, models.AgentStep, models.SteerDirective, models.ToolApproval)
    assert [await count(rooms, model) for model in gone] == [0, 0, 0, 0]
    assert await store.knowledge.search("penguin", organization_id=None, room_id=ROOM) == []


async def test_a_run_in_a_room_that_is_gone_is_refused(store: AIStore) -> None:
    with pytest.raises(RowRefusedError):
        await store.runs.open_run(make_run(room_id="gone"))


@pytest.fixture
def agent() -> AgentConfig:
    return AgentConfig.objects.create(channel_id="agent", name="Agent", provider="x.Provider")


def make_version(agent: AgentConfig, **fields: Any) -> AgentVersion:
    given: dict[str, Any] = {"number": 1, "prompt": "Be brief.", "model": "m"}
    return AgentVersion.objects.create(agent=agent, **given | fields)


def test_a_draft_may_be_changed_and_what_was_published_may_not(agent: AgentConfig) -> None:
    version = make_version(agent)
    version.prompt = "Be kind."
    version.state = VersionState.PUBLISHED
    version.save()

    version.prompt = "Be rude."
    with pytest.raises(VersionIsFixed, match="make a new one"):
        version.save()
    version.refresh_from_db()
    assert version.prompt == "Be kind."


def test_a_published_version_may_be_archived(agent: AgentConfig) -> None:
    version = make_version(agent, state=VersionState.PUBLISHED)
    version.state, version.note = VersionState.ARCHIVED, "replaced"
    version.save()
    assert AgentVersion.objects.get(pk=version.pk).state == VersionState.ARCHIVED


def test_an_agent_has_one_published_version(agent: AgentConfig) -> None:
    make_version(agent, state=VersionState.PUBLISHED)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_version(agent, number=2, state=VersionState.PUBLISHED)


def test_equal_versions_are_known_by_their_digest(agent: AgentConfig) -> None:
    one, same = make_version(agent), make_version(agent, number=2, note="the same", author="ann")
    other = make_version(agent, number=3, tools=[{"name": "refund", "needs_approval": True}])
    assert one.sha256 == same.sha256
    assert one.sha256 != other.sha256

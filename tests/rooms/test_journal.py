"""Hooks that blocked or failed are written down, beside the pipeline."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest
from pytest_django import Settings

from hooks.models import HookRun
from hooks.outcomes import HookOutcome, OutcomeKind
from hooks.results import HookResult
from hooks.triggers import HookTrigger
from rooms import InboundMessage, RoomKit, TextContent, runtime
from rooms.domain.errors import StoreUnavailableError
from rooms.journal import RETRY_SECONDS, WRITE_EVERY_SECONDS, HookJournal, NotedOutcome
from rooms.models import Room
from rooms.services.hook_runs import record_outcomes
from rooms.testing.clock import FakeClock
from rooms.testing.factories import NOON, make_room


class Records:
    """Where a journal writes; it can be out of order."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.error: Exception | None = None

    async def write(self, batch: Sequence[NotedOutcome]) -> None:
        if self.error is not None:
            raise self.error
        self.batches.append([noted.outcome.hook_name for noted in batch])


def outcome(name: str = "moderate", kind: OutcomeKind = OutcomeKind.BLOCKED) -> HookOutcome:
    return HookOutcome(
        room_id="room-1",
        trigger=HookTrigger.BEFORE_BROADCAST,
        hook_name=name,
        kind=kind,
        duration_ms=1.0,
    )


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def journal(clock: FakeClock, records: Records) -> HookJournal:
    return HookJournal(records.write, clock=clock, most_waiting=3)


async def test_outcomes_that_come_together_are_written_together(
    journal: HookJournal, clock: FakeClock, records: Records
) -> None:
    journal.note(outcome("one"))
    await clock.advance(WRITE_EVERY_SECONDS / 2)
    journal.note(outcome("two"))
    assert records.batches == []

    await clock.advance(WRITE_EVERY_SECONDS / 2)

    assert records.batches == [["one", "two"]]


async def test_journal_rests_until_there_is_more(
    journal: HookJournal, clock: FakeClock, records: Records
) -> None:
    journal.note(outcome("one"))
    await clock.advance(1)
    assert clock.sleepers == 0

    journal.note(outcome("two"))
    await clock.advance(1)

    assert records.batches == [["one"], ["two"]]


async def test_hooks_that_let_pass_are_not_written(
    journal: HookJournal, clock: FakeClock, records: Records
) -> None:
    journal.note(outcome(kind=OutcomeKind.ALLOWED))
    await clock.advance(1)

    assert records.batches == []


async def test_closing_writes_what_waits(journal: HookJournal, records: Records) -> None:
    journal.note(outcome("one"))

    await journal.close()
    await journal.close()

    assert records.batches == [["one"]]


async def test_batch_on_its_way_arrives_once_when_the_journal_is_closed(clock: FakeClock) -> None:
    written: list[int] = []
    arrived = asyncio.Event()

    async def write(batch: Sequence[NotedOutcome]) -> None:
        await arrived.wait()
        written.append(len(batch))

    journal = HookJournal(write, clock=clock)
    journal.note(outcome("one"))
    await clock.advance(WRITE_EVERY_SECONDS)
    closing = asyncio.create_task(journal.close())
    await clock.settle()
    arrived.set()
    await closing

    assert written == [1]


async def test_oldest_are_dropped_with_one_line(
    journal: HookJournal, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(6):
        journal.note(outcome(str(number)))

    await journal.close()

    assert records.batches == [["3", "4", "5"]]
    assert [record.message for record in caplog.records] == [
        "hook journal is full, the oldest outcomes are dropped"
    ]


async def test_database_that_does_not_answer_is_tried_again(
    journal: HookJournal, clock: FakeClock, records: Records
) -> None:
    records.error = StoreUnavailableError("away")
    journal.note(outcome("one"))
    await clock.advance(WRITE_EVERY_SECONDS)
    records.error = None
    journal.note(outcome("two"))

    await clock.advance(RETRY_SECONDS)

    assert records.batches == [["one", "two"]]


async def test_refused_outcomes_do_not_stop_the_next(
    journal: HookJournal,
    clock: FakeClock,
    records: Records,
    caplog: pytest.LogCaptureFixture,
) -> None:
    records.error = ValueError("refused")
    journal.note(outcome("one"))
    await clock.advance(WRITE_EVERY_SECONDS)
    records.error = None
    journal.note(outcome("two"))
    await clock.advance(WRITE_EVERY_SECONDS)

    assert records.batches == [["two"]]
    assert caplog.record_tuples == [
        ("roomkit.core.hooks", logging.ERROR, "hook journal lost outcomes")
    ]


async def test_closing_without_a_database_says_what_is_lost(
    journal: HookJournal, records: Records, caplog: pytest.LogCaptureFixture
) -> None:
    records.error = StoreUnavailableError("away")
    journal.note(outcome("one"))

    await journal.close()

    assert "hook journal lost outcomes" in caplog.messages


# -- in the database


@pytest.mark.database
@pytest.mark.django_db
def test_record_keeps_organization_and_moment() -> None:
    Room.from_domain(make_room("room-1", organization_id="acme")).save()
    noted = NotedOutcome(outcome(), noted_at=NOON)
    elsewhere = NotedOutcome(
        HookOutcome("gone", HookTrigger.BEFORE_BROADCAST, "moderate", OutcomeKind.ERROR, 1.0),
        noted_at=NOON + timedelta(seconds=1),
    )

    record_outcomes([noted, elsewhere])

    rows = HookRun.objects.order_by("created_at").values_list("organization_id", "created_at")
    assert list(rows) == [("acme", NOON), ("", NOON + timedelta(seconds=1))]


async def block(event: object, context: object) -> HookResult[object]:
    return HookResult.block("rude")


async def talk_and_close(kit: RoomKit) -> None:
    await kit.create_room("room-1", organization_id="acme")
    await kit.attach_channel("room-1", "web")
    message = InboundMessage(channel_id="web", sender_id="ann", content=TextContent(body="hello"))
    await kit.process_inbound(message, room_id="room-1")
    await kit.close()


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_block_in_the_sites_kit_is_on_record_when_it_is_closed(settings: Settings) -> None:
    settings.ROOMKIT = {"CHANNELS": {"web": {"FACTORY": "channels_app.WebSocketChannel"}}}
    kit = runtime.build_kit()
    kit.hook(HookTrigger.BEFORE_BROADCAST)(block)

    asyncio.run(talk_and_close(kit))

    row = HookRun.objects.get()
    assert (row.hook_name, row.outcome, row.reason) == ("block", "blocked", "rude")
    assert (row.organization_id, row.room_id) == ("acme", "room-1")

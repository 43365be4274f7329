"""Log records say which piece of work they belong to, and nothing of what was said."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from rooms import RetryPolicy
from rooms.telemetry import LogFieldsFilter, log_fields
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent, streamed
from tests.scene import Scene

logger = logging.getLogger("roomkit.tests")


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What a handler with the filter gets, from every logger and at every level."""
    ids = LogFieldsFilter()
    caplog.handler.addFilter(ids)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="roomkit")
    yield caplog
    caplog.handler.removeFilter(ids)


def field_of(log: pytest.LogCaptureFixture, name: str) -> list[object]:
    return [getattr(record, name, None) for record in log.records]


def test_records_carry_the_ids_of_their_block(log: pytest.LogCaptureFixture) -> None:
    with log_fields(room_id="r1", delivery_id=None):
        logger.info("inside")
    logger.info("outside")

    assert field_of(log, "room_id") == ["r1", None]
    assert not hasattr(log.records[0], "delivery_id")


def test_inner_block_adds_to_the_outer(log: pytest.LogCaptureFixture) -> None:
    with log_fields(room_id="r1", channel_id="web"), log_fields(channel_id="sms"):
        logger.info("inside")

    [record] = log.records
    assert (vars(record)["room_id"], vars(record)["channel_id"]) == ("r1", "sms")


def test_what_a_record_says_itself_comes_first(log: pytest.LogCaptureFixture) -> None:
    with log_fields(room_id="r1"):
        logger.info("inside", extra={"room_id": "r2"})

    assert field_of(log, "room_id") == ["r2"]


async def test_tasks_do_not_see_each_others_ids(log: pytest.LogCaptureFixture) -> None:
    async def work(room_id: str) -> None:
        with log_fields(room_id=room_id):
            await asyncio.sleep(0)
            logger.info("work")

    await asyncio.gather(work("r1"), work("r2"))

    assert {room_id for room_id in field_of(log, "room_id") if room_id} == {"r1", "r2"}


async def test_conversation_at_debug_logs_nothing_of_what_was_said(
    scene: Scene, clock: FakeClock, log: pytest.LogCaptureFixture
) -> None:
    phone = await scene.add(Recorder("phone"), retry_policy=RetryPolicy())
    await scene.add(ScriptedAgent("bot", "sesame-answer", streamed("sesame-", "stream")))
    phone.fail_next(RuntimeError("down"))

    await scene.say("sesame-question")
    await clock.advance(5)
    await scene.say("sesame-again")

    # the lines with their tracebacks, and what a formatter may find on the records
    written = log.text + "".join(str(vars(record)) for record in log.records)
    assert "delivery attempt failed" in written
    assert "sesame" not in written

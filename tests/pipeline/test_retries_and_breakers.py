"""Targets that fail: trying again, and leaving alone (RFC §13)."""

from datetime import timedelta

import pytest

from rooms import (
    ChannelBinding,
    ChannelOutput,
    DeliveryFailedError,
    DeliveryJob,
    DeliveryOutcome,
    DeliveryState,
    RetryPolicy,
    RoomContext,
    RoomEvent,
    Task,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies
from tests.scene import ROOM, Scene
from tests.steps import watch
from tests.timed_phone import TimedRecorder, say

DOWN = RuntimeError("down")


async def row_of(scene: Scene, place: int = 0) -> DeliveryJob:
    """Return the phone's delivery row of the n-th message."""
    rows = await scene.kit.store.list_deliveries(ROOM)
    return [row for row in rows if row.channel_id == "phone"][place]


# -- trying again


async def test_failed_delivery_is_tried_again_after_one_and_two_seconds(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    await scene.add(phone, retry_policy=RetryPolicy())
    phone.fail_next(DOWN, DOWN)
    await say(scene)

    await clock.advance(10)

    assert phone.seconds == [0, 1, 3]
    assert bodies(phone.delivered) == ["hello"]


@pytest.mark.parametrize(
    ("policy", "seconds"),
    [
        (None, [0]),  # no policy: one attempt
        (RetryPolicy(max_retries=0), [0]),
        (RetryPolicy(), [0, 1, 3, 7]),  # three retries
        (RetryPolicy(max_retries=2, base_delay_seconds=5), [0, 5, 15]),
        (RetryPolicy(base_delay_seconds=50), [0, 50, 110, 170]),  # capped at a minute
        (RetryPolicy(max_retries=2, exponential_base=1.0), [0, 1, 2]),
    ],
)
async def test_policy_says_how_often_and_when(
    scene: Scene,
    phone: TimedRecorder,
    clock: FakeClock,
    policy: RetryPolicy | None,
    seconds: list[float],
) -> None:
    phone.fail = DOWN
    await scene.add(phone, retry_policy=policy)
    await say(scene)

    await clock.advance(1000)

    assert phone.seconds == seconds
    assert (await row_of(scene)).state is DeliveryState.FAILED


@pytest.mark.parametrize(
    ("error", "policy", "attempts"),
    [
        # its own word outranks the list
        (DeliveryFailedError("bad_number", retryable=False), RetryPolicy(), 1),
        (
            DeliveryFailedError("bad_number", retryable=False),
            RetryPolicy(retryable_errors=["DeliveryFailedError"]),
            1,
        ),
        (RuntimeError("?"), RetryPolicy(retryable_errors=["TimeoutError"]), 1),  # not listed
        (TimeoutError("?"), RetryPolicy(retryable_errors=["OSError"]), 4),  # by its base
        (RuntimeError("?"), RetryPolicy(), 4),  # unknown errors are worth another try
    ],
)
async def test_error_says_whether_another_try_may_help(
    scene: Scene,
    phone: TimedRecorder,
    clock: FakeClock,
    error: Exception,
    policy: RetryPolicy,
    attempts: int,
) -> None:
    phone.fail = error
    await scene.add(phone, retry_policy=policy)
    await say(scene)

    await clock.advance(1000)

    assert len(phone.attempted) == attempts


async def test_vendor_may_ask_for_a_longer_wait(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    await scene.add(phone, retry_policy=RetryPolicy())
    phone.fail_next(DeliveryFailedError("slow_down", retry_after=30))
    await say(scene)

    await clock.advance(60)

    assert phone.seconds == [0, 30]


async def test_caller_is_told_that_it_waits_and_does_not_wait_itself(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    await scene.add(phone, retry_policy=RetryPolicy())
    phone.fail_next(DOWN)

    result = await say(scene)

    assert result.delivery_results["phone"].status is DeliveryOutcome.QUEUED
    assert not result.blocked
    await clock.advance(2)


async def test_row_says_when_the_next_try_is_due(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    await scene.add(phone, retry_policy=RetryPolicy())
    phone.fail_next(DeliveryFailedError("busy", "all lines are busy"))
    await say(scene)
    await clock.settle()
    row, failed_at = await row_of(scene), clock.now()

    await clock.advance(2)

    sent = await row_of(scene)

    assert (row.state, row.attempts, row.error_code) == (DeliveryState.WAITING, 1, "busy")
    assert row.due_at == failed_at + timedelta(seconds=1)
    assert (sent.state, sent.attempts, sent.error_code) == (DeliveryState.SENT, 2, None)


async def test_news_comes_when_it_is_known_what_became_of_it(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    news = watch(scene.kit, "delivery_succeeded", "delivery_failed")
    await scene.add(phone, retry_policy=RetryPolicy())
    phone.fail_next(DOWN)
    await say(scene)
    while_waiting = list(news)

    await clock.advance(2)

    assert while_waiting == []
    assert [item.type for item in news] == ["delivery_succeeded"]


class Worker(TimedRecorder):
    """Leaves a task behind with each delivery."""

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Deliver and ask somebody to look after it."""
        output = await super().deliver(event, binding, context)
        return output.model_copy(update={"tasks": [Task(type="look", title="look after it")]})


async def test_late_success_with_a_task_is_news_too(scene: Scene, clock: FakeClock) -> None:
    news = watch(scene.kit, "delivery_succeeded")
    phone = await scene.add(Worker("phone", clock), retry_policy=RetryPolicy())
    phone.fail_next(DOWN)
    await say(scene)

    await clock.advance(2)

    assert [item.channel_id for item in news] == ["phone"]
    assert [task.title for task in await scene.kit.list_tasks(ROOM)] == ["look after it"]


async def test_order_in_a_lane_survives_retries(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    await scene.add(phone, retry_policy=RetryPolicy())
    phone.fail_next(DOWN)
    for body in ("one", "two", "three"):
        await say(scene, body)
    delivered_early = bodies(phone.delivered)

    await clock.advance(2)

    assert delivered_early == []
    assert bodies(phone.delivered) == ["one", "two", "three"]


async def test_retry_holds_back_its_own_lane_only(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    mail = await scene.add(Recorder("mail"))
    await scene.add(phone, retry_policy=RetryPolicy())
    phone.fail_next(DOWN)

    results = [await say(scene, body) for body in ("one", "two")]

    assert bodies(mail.delivered) == ["one", "two"]
    statuses = [
        {name: item.status.value for name, item in result.delivery_results.items()}
        for result in results
    ]
    assert statuses == [{"mail": "sent", "phone": "queued"}] * 2
    await clock.advance(2)


# -- leaving alone


async def fail_five_times(scene: Scene, phone: Recorder) -> None:
    """Open the phone's breaker."""
    phone.fail = DOWN
    for _ in range(5):
        await say(scene)


async def test_channel_that_fails_five_times_is_left_alone(
    scene: Scene, phone: TimedRecorder
) -> None:
    await scene.add(phone)
    await fail_five_times(scene, phone)

    result = await say(scene)

    error = result.delivery_results["phone"].error
    assert error is not None
    assert error.code == "circuit_breaker_open"
    assert len(phone.attempted) == 5


async def test_exhausted_retries_are_one_failure(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    phone.fail = DOWN
    opened = watch(scene.kit, "circuit_breaker_opened")
    await scene.add(phone, retry_policy=RetryPolicy(max_retries=1))

    for expected in ([], [], [], [], ["phone"]):
        await say(scene)
        await clock.advance(2)
        assert [item.channel_id for item in opened] == expected

    assert len(phone.attempted) == 10


async def test_success_in_between_starts_the_count_anew(scene: Scene, phone: TimedRecorder) -> None:
    await scene.add(phone)
    for error in [DOWN, DOWN, DOWN, DOWN, None, DOWN, DOWN, DOWN, DOWN]:
        phone.fail = error
        await say(scene)
    phone.fail = None

    result = await say(scene)

    assert result.delivery_results["phone"].success


async def test_refusal_for_good_says_nothing_about_the_vendor(
    scene: Scene, phone: TimedRecorder
) -> None:
    await scene.add(phone)
    phone.fail = DeliveryFailedError("bad_number", retryable=False)
    for _ in range(6):
        await say(scene)

    assert len(phone.attempted) == 6


@pytest.mark.parametrize(
    ("recovered", "attempts", "news"),
    [
        (True, [5, 6, 7], ["circuit_breaker_opened", "circuit_breaker_closed"]),
        (False, [5, 6, 6], ["circuit_breaker_opened"]),  # it stays open for another minute
    ],
)
async def test_after_a_minute_one_probe_decides(
    scene: Scene,
    phone: TimedRecorder,
    clock: FakeClock,
    recovered: bool,
    attempts: list[int],
    news: list[str],
) -> None:
    told = watch(scene.kit, "circuit_breaker_opened", "circuit_breaker_closed")
    await scene.add(phone)
    await fail_five_times(scene, phone)
    phone.fail = None if recovered else DOWN
    counts = []

    for seconds in (59, 1.5, 1):
        await clock.advance(seconds)
        await say(scene)
        counts.append(len(phone.attempted))

    assert counts == attempts
    assert [item.type for item in told] == news


async def test_breaker_of_one_channel_is_nothing_to_another(
    scene: Scene, phone: TimedRecorder
) -> None:
    mail = await scene.add(Recorder("mail"))
    await scene.add(phone)

    await fail_five_times(scene, phone)
    await say(scene, "still here")

    assert len(mail.delivered) == 6

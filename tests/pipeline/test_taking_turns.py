"""Over the limit a delivery waits for its turn, and nothing is dropped (RFC §13.3)."""

import pytest

from rooms import RateLimit
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies
from tests.scene import Scene
from tests.timed_phone import TimedRecorder, say


async def test_thirty_a_minute_is_one_every_two_seconds_and_none_is_lost(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    await scene.add(phone, rate_limit=RateLimit(max_per_minute=30))
    for number in range(4):
        await say(scene, str(number))

    await clock.advance(10)

    assert phone.seconds == [0, 2, 4, 6]
    assert bodies(phone.delivered) == ["0", "1", "2", "3"]


async def test_message_over_the_limit_is_queued(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    await scene.add(phone, rate_limit=RateLimit(max_per_minute=30))

    results = [await say(scene) for _ in range(2)]

    statuses = [result.delivery_results["phone"].status.value for result in results]
    assert statuses == ["sent", "queued"]
    await clock.advance(3)


@pytest.mark.parametrize(
    ("limit", "seconds"),
    [
        (RateLimit(max_per_second=1, burst=3), [0, 0, 0, 1, 2]),  # a burst, then spacing
        (RateLimit(max_per_second=2), [0, 0, 0.5, 1, 1.5]),
        (RateLimit(max_per_second=1, max_per_minute=30), [0, 2, 4, 6, 8]),  # both hold
    ],
)
async def test_every_limit_holds(
    scene: Scene,
    phone: TimedRecorder,
    clock: FakeClock,
    limit: RateLimit,
    seconds: list[float],
) -> None:
    await scene.add(phone, rate_limit=limit)
    for number in range(5):
        await say(scene, str(number))

    await clock.advance(20)

    assert phone.seconds == seconds


async def test_limit_is_the_channel_s_whatever_the_room(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    limit = RateLimit(max_per_minute=30)
    await scene.add(phone, rate_limit=limit)
    await scene.kit.create_room("second")
    await scene.kit.attach_channel("second", "person")
    await scene.kit.attach_channel("second", "phone", rate_limit=limit)
    await say(scene)
    await scene.say(room_id="second")

    await clock.advance(5)

    assert phone.seconds == [0, 2]


async def test_limit_of_one_channel_is_nothing_to_another(
    scene: Scene, phone: TimedRecorder, clock: FakeClock
) -> None:
    mail = await scene.add(Recorder("mail"))
    await scene.add(phone, rate_limit=RateLimit(max_per_minute=1))

    for _ in range(3):
        await say(scene)

    assert (len(mail.delivered), len(phone.delivered)) == (3, 1)
    await clock.advance(200)

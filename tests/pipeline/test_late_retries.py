"""Messages that a provider took and gave up later, for reasons that pass or do not."""

import asyncio
from typing import Any

import pytest

from rooms import DeleteContent, DeliveryState, EventType, FallbackPolicy, RetryPolicy, Worker
from rooms.domain.job import DeliveryJob
from rooms.testing.clock import FakeClock
from rooms.testing.messages import text
from rooms.testing.rig import Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.picky_phone import PickyPhone, failed, names_of, reported
from tests.scene import ROOM, Scene
from tests.two_processes import Site

LONG = "The parcel is at the post office, and the key is under the third stone."
TWICE = RetryPolicy(max_retries=2, base_delay_seconds=10)


@pytest.fixture
def phone() -> PickyPhone:
    return PickyPhone(limit=36)


class Sent:
    """A message that the phone's provider took."""

    def __init__(self, scene: Scene, clock: FakeClock) -> None:
        self.scene = scene
        self.clock = clock

    async def write(self, phone: PickyPhone, words: str = "hello", **binding: Any) -> None:
        """Attach the phone and write."""
        await self.scene.add(phone, **({"retry_policy": TWICE} | binding))
        self.event = (await self.scene.say(words)).event
        await self.clock.settle()

    async def fail(self, number: int = 1, code: str = "30008") -> None:
        """Let the provider report that a message came to nothing."""
        await self.scene.kit.process_delivery_status(failed(f"phone-{number}", code))
        await self.clock.settle()

    async def wait(self, seconds: float) -> None:
        """Let time pass and a worker take up what is due."""
        await self.clock.advance(seconds)
        worker = Worker(self.scene.kit)
        await worker.sweep()
        await worker.look_after()
        await self.clock.settle()

    async def job(self) -> DeliveryJob:
        """Return the phone's delivery."""
        jobs = await self.scene.kit.store.list_deliveries(ROOM)
        return next(job for job in jobs if job.channel_id == "phone")


@pytest.fixture
def sent(scene: Scene, clock: FakeClock) -> Sent:
    return Sent(scene, clock)


async def test_failure_that_passes_is_sent_again_after_the_delay(
    sent: Sent, phone: PickyPhone
) -> None:
    await sent.write(phone)
    await sent.fail()

    await sent.wait(9)
    early = bodies(phone.delivered)
    await sent.wait(2)

    assert (early, bodies(phone.delivered)) == (["hello"], ["hello", "hello"])
    assert await names_of(sent.scene.kit, sent.event) == ["phone-1", "phone-2"]


@pytest.mark.parametrize(
    ("code", "policy"),
    [
        ("30007", TWICE),  # filtered: it would be so again
        ("30008", None),  # nobody asked for retries
        ("30008", RetryPolicy(max_retries=0)),
    ],
)
async def test_other_failures_are_the_end(
    sent: Sent, phone: PickyPhone, code: str, policy: RetryPolicy | None
) -> None:
    await sent.write(phone, retry_policy=policy)
    await sent.fail(code=code)
    await sent.wait(100)
    assert bodies(phone.delivered) == ["hello"]


async def test_retries_are_used_up_by_late_failures_too(sent: Sent, phone: PickyPhone) -> None:
    await sent.write(phone)
    for number in (1, 2, 3, 4):
        await sent.fail(number)
        await sent.wait(100)
    assert bodies(phone.delivered) == ["hello"] * 3
    assert (await sent.job()).attempts == 3


async def test_same_report_is_obeyed_once(sent: Sent, phone: PickyPhone) -> None:
    await sent.write(phone)
    for _ in range(3):
        await sent.fail()
        await sent.fail()
        await sent.wait(100)
    assert bodies(phone.delivered) == ["hello"] * 2


async def test_two_processes_hear_the_report_at_once(
    sent: Sent, phone: PickyPhone, make_kit: MakeKit
) -> None:
    await sent.write(phone)
    other, twin = make_kit(clock=sent.clock), PickyPhone()
    other.register_channel(twin)

    hearing = (kit.process_delivery_status(failed("phone-1")) for kit in (sent.scene.kit, other))
    await asyncio.gather(*hearing)
    await sent.clock.advance(11)
    await asyncio.gather(Worker(other).sweep(), Worker(sent.scene.kit).sweep())
    await sent.clock.settle()

    assert len(phone.delivered + twin.delivered) == 2


async def test_process_that_dies_after_it_wrote_the_report_is_made_up_for(
    sent: Sent, phone: PickyPhone
) -> None:
    await sent.write(phone)
    await sent.scene.kit.store.fold_status("phone", failed("phone-1"))

    await sent.fail()  # the webhook is handled once more
    await sent.wait(11)

    assert bodies(phone.delivered) == ["hello"] * 2


@pytest.mark.parametrize("status", ["delivered", "read"])
async def test_what_arrives_meanwhile_is_not_sent_again(
    sent: Sent, phone: PickyPhone, status: str
) -> None:
    await sent.write(phone)
    await sent.fail()
    await sent.scene.kit.process_delivery_status(reported("phone-1", status))
    await sent.wait(11)
    assert bodies(phone.delivered) == ["hello"]
    assert ((await sent.job()).state, (await sent.job()).provider_message_id) == (
        *(DeliveryState.SENT, "phone-1"),
    )


async def test_what_has_arrived_is_not_given_up(sent: Sent, phone: PickyPhone) -> None:
    await sent.write(phone)
    await sent.scene.kit.process_delivery_status(reported("phone-1", "delivered"))
    await sent.fail()
    await sent.wait(11)
    assert bodies(phone.delivered) == ["hello"]


async def test_deleted_message_is_not_sent_again(sent: Sent, phone: PickyPhone) -> None:
    await sent.write(phone)
    assert sent.event is not None
    delete = DeleteContent(target_event_id=sent.event.id)
    said = text("person", "person-1", "", room_id=ROOM).model_copy(
        update={"content": delete, "event_type": EventType.DELETE}
    )
    await sent.scene.kit.process_inbound(said)
    await sent.fail()
    await sent.wait(11)
    assert bodies(phone.delivered) == ["hello", "[Message deleted]"]


async def test_report_that_overtakes_the_send_is_obeyed(sent: Sent, phone: PickyPhone) -> None:
    await sent.scene.kit.process_delivery_status(failed("phone-1"))
    await sent.write(phone)
    await sent.wait(11)
    assert bodies(phone.delivered) == ["hello"] * 2


async def test_later_messages_wait_for_the_one_before_them(sent: Sent, phone: PickyPhone) -> None:
    await sent.write(phone)
    await sent.fail()
    await sent.scene.say("and another thing")
    await sent.wait(11)
    assert bodies(phone.delivered) == ["hello", "hello", "and another thing"]


async def test_next_process_sends_it_again(
    make_kit: MakeKit, clock: FakeClock, phone: PickyPhone
) -> None:
    site = Site(make_kit, clock)
    await site.old.open()
    sent = Sent(site.old, clock)
    await sent.write(phone)
    await sent.fail()
    await site.die()
    heir = PickyPhone()
    kit = site.start(heir)
    await clock.advance(11)

    await site.sweep(kit)

    assert bodies(heir.delivered) == ["hello"]


async def test_other_channels_step_in_when_the_retries_are_used_up(
    sent: Sent, phone: PickyPhone
) -> None:
    fax = Recorder("fax")
    chain = FallbackPolicy(channels=["fax"])
    await sent.scene.add(fax)
    await sent.write(phone, fallback=chain, retry_policy=RetryPolicy(max_retries=1))
    await sent.fail(1)
    await sent.wait(11)
    before = len(fax.delivered)

    await sent.fail(2)
    await sent.wait(1)

    assert (before, bodies(phone.delivered), bodies(fax.delivered)) == (
        *(0, ["hello"] * 2, ["hello"]),
    )


async def test_other_channels_rest_once_the_second_send_arrives(
    sent: Sent, phone: PickyPhone
) -> None:
    fax = await sent.scene.add(Recorder("fax"))
    await sent.write(phone, fallback=FallbackPolicy(channels=["fax"]))
    await sent.fail()
    await sent.wait(11)
    await sent.scene.kit.process_delivery_status(reported("phone-2", "delivered"))
    await sent.wait(60 * 60)
    assert fax.delivered == []


async def test_what_went_on_by_another_channel_is_not_sent_again(
    sent: Sent, phone: PickyPhone
) -> None:
    fax = await sent.scene.add(Recorder("fax"))
    await sent.write(phone, fallback=FallbackPolicy(channels=["fax"]))
    await sent.wait(16 * 60)
    await sent.fail()
    await sent.wait(11)
    assert (len(phone.delivered), len(fax.delivered)) == (1, 1)


@pytest.mark.parametrize(
    ("given_up", "sends"),
    [
        (["a"], 1),  # the other half may arrive: it would arrive twice
        (["a", "b"], 2),
    ],
)
async def test_send_of_several_messages_is_repeated_as_a_whole(
    sent: Sent, phone: PickyPhone, given_up: list[str], sends: int
) -> None:
    phone.names = [["a", "b"]]
    await sent.write(phone)
    for name in given_up:
        await sent.scene.kit.process_delivery_status(failed(name))
    await sent.wait(11)
    assert len(phone.delivered) == sends


async def test_only_the_part_that_failed_is_sent_again(sent: Sent, phone: PickyPhone) -> None:
    await sent.write(phone, LONG, metadata={"overflow": "split"})
    parts = bodies(phone.delivered)

    await sent.fail(2)
    await sent.wait(11)
    await sent.fail(4)
    await sent.wait(21)

    assert bodies(phone.delivered) == [*parts, parts[1], parts[1]]


async def test_second_send_is_another_one_for_vendors_that_drop_repeats(
    sent: Sent, phone: PickyPhone
) -> None:
    await sent.write(phone)
    await sent.fail()
    await sent.wait(11)
    names = [each.channel_data.extra.get("send_name") for each in phone.delivered]
    assert names == [None, "1:1/phone-1"]

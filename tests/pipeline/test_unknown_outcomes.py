"""Sends of which nobody knows whether they arrived."""

from typing import Any

import pytest

from rooms import (
    DeliveryFailedError,
    DeliveryPolicy,
    DeliveryState,
    DeliveryStatus,
    RetryPolicy,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import watch
from tests.two_processes import LEASE_S, Site

LOST = DeliveryFailedError("timeout", "no answer in time", outcome_unknown=True)


class KeyedRecorder(Recorder):
    """A recorder whose vendor drops repeats."""

    takes_idempotency_key = True


@pytest.fixture
async def site(make_kit: MakeKit, clock: FakeClock) -> Site:
    made = Site(make_kit, clock)
    await made.old.open()
    return made


async def die_while_sending(site: Site, phone: Recorder, **binding: Any) -> None:
    """Let the old process die after it has handed a message to the phone's vendor."""
    await site.old.add(phone, **binding)
    phone.hold()
    site.say("hello")
    await phone.until_attempted(1)
    await site.die()
    await site.clock.advance(LEASE_S + 1)


async def test_send_that_began_in_a_dead_process_is_not_repeated(site: Site) -> None:
    await die_while_sending(site, Recorder("phone"))
    phone = Recorder("phone")
    kit = site.start(phone)
    failed = watch(kit, "delivery_failed")

    await site.sweep(kit)

    assert phone.attempted == []
    [job] = await site.jobs()
    assert (job.state, job.error_code) == (DeliveryState.UNKNOWN, "outcome_unknown")
    assert [item.data["error"]["code"] for item in failed] == ["outcome_unknown"]


@pytest.mark.parametrize(
    ("make", "binding"),
    [
        (Recorder, {"delivery_policy": DeliveryPolicy.AT_LEAST_ONCE}),  # twice is better than never
        (KeyedRecorder, {}),  # the vendor knows the message when it comes again
    ],
)
async def test_send_that_began_is_repeated_where_that_does_no_harm(
    site: Site, make: type[Recorder], binding: dict[str, Any]
) -> None:
    await die_while_sending(site, make("phone"), **binding)
    phone = make("phone")

    await site.sweep(site.start(phone))

    assert bodies(phone.delivered) == ["hello"]
    assert await site.states() == [DeliveryState.SENT]


async def test_send_that_had_not_begun_is_made_by_the_next_process(site: Site) -> None:
    old = await site.old.add(Recorder("phone"))
    old.hold()
    site.say("one", "two")
    await old.until_attempted(1)
    await site.die()
    await site.clock.advance(LEASE_S + 1)
    phone = Recorder("phone")

    await site.sweep(site.start(phone))

    assert bodies(phone.delivered) == ["two"]
    assert await site.states() == [DeliveryState.UNKNOWN, DeliveryState.SENT]


@pytest.mark.parametrize(
    ("policy", "attempts", "state"),
    [
        (DeliveryPolicy.AT_MOST_ONCE, 1, DeliveryState.UNKNOWN),
        (DeliveryPolicy.AT_LEAST_ONCE, 2, DeliveryState.SENT),
    ],
)
async def test_timeout_is_retried_only_where_twice_does_no_harm(
    scene: Scene, clock: FakeClock, policy: DeliveryPolicy, attempts: int, state: DeliveryState
) -> None:
    binding = {"retry_policy": RetryPolicy(), "delivery_policy": policy}
    phone = await scene.add(Recorder("phone"), **binding)
    phone.fail_next(LOST)
    await scene.say()

    await clock.advance(10)

    [job] = await scene.kit.store.list_deliveries(ROOM)
    assert (len(phone.attempted), job.state) == (attempts, state)


async def test_process_that_stood_still_sends_nothing_any_more(scene: Scene) -> None:
    phone = await scene.add(Recorder("phone"))
    store = scene.kit.store
    real = store.commit

    async def commit_and_lose(units: Any) -> Any:
        committed = await real(units)
        ids = [job.id for one in committed for job in one.jobs]
        await store.renew_leases(scene.kit.pipeline.parts.node, ids, seconds=0)
        await store.lease_deliveries("another", seconds=60)
        return committed

    store.commit = commit_and_lose  # type: ignore[method-assign]  # the lease ends right here
    await scene.say()

    assert phone.attempted == []
    [job] = await store.list_deliveries(ROOM)
    assert (job.lease_owner, job.state) == ("another", DeliveryState.PENDING)


async def test_every_delivery_has_a_status(scene: Scene, clock: FakeClock) -> None:
    told: list[tuple[str | None, str]] = []

    @scene.kit.on_delivery_status
    async def note(status: DeliveryStatus) -> None:
        told.append((status.channel_id, status.status))

    for channel_id, fail in {"phone": None, "mail": RuntimeError("down"), "fax": LOST}.items():
        await scene.add(Recorder(channel_id, fail=fail))
    await scene.say()
    await clock.settle()

    assert sorted(told) == [("fax", "unknown"), ("mail", "failed"), ("phone", "sent")]

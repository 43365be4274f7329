"""Messages between processes: each LayerBus here stands for a process of its own."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.layers import InMemoryChannelLayer
from django.core.exceptions import ImproperlyConfigured

from rooms.layer import LayerBus
from rooms.realtime.bus import Bus
from tests.layers import BEAT_S, MakeBus, buses
from tests.steps import Seen

TOPIC = "room:web/chat:Zimmer 1"


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def make_bus(request: pytest.FixtureRequest) -> AsyncIterator[MakeBus]:
    async with buses(request.param) as make:
        yield make


async def listen(bus: Bus, topic: str = TOPIC) -> Seen[Any]:
    seen: Seen[Any] = Seen()
    await bus.subscribe(topic, _noting(seen))
    return seen


def _noting(seen: Seen[Any]) -> Any:
    async def note(message: dict[str, Any]) -> None:
        seen.note(message)

    return note


async def test_message_reaches_every_process_once(make_bus: MakeBus) -> None:
    here, there = make_bus(), make_bus()
    seen = [await listen(here), await listen(there)]

    for number in range(3):
        await here.publish(TOPIC, {"number": number})

    expected = [{"number": number} for number in range(3)]
    assert [await each.until(3) for each in seen] == [expected, expected]
    await here.publish(TOPIC, {"number": "last"})
    assert [len(await each.until(4)) for each in seen] == [4, 4]


async def test_topics_do_not_mix(make_bus: MakeBus) -> None:
    here, there = make_bus(), make_bus()
    seen, other = await listen(there), await listen(there, "room:web/chat:Zimmer 2")

    await here.publish("room:web/chat:Zimmer 2", {"number": 1})
    await here.publish(TOPIC, {"number": 2})

    assert [await seen.until(1), await other.until(1)] == [[{"number": 2}], [{"number": 1}]]


async def test_subscribers_here_have_the_message_when_publish_returns(make_bus: MakeBus) -> None:
    bus = make_bus()
    seen = await listen(bus)

    await bus.publish(TOPIC, {"number": 1})

    assert seen.items == [{"number": 1}]


async def test_publisher_may_leave_itself_out(make_bus: MakeBus) -> None:
    here, there = make_bus(), make_bus()
    own: Seen[Any] = Seen()
    subscription = await here.subscribe(TOPIC, _noting(own))
    seen = await listen(there)

    await here.publish(TOPIC, {"number": 1}, skip=subscription)

    await seen.until(1)
    assert own.items == []


async def test_ended_subscription_hears_nothing(make_bus: MakeBus) -> None:
    here, there = make_bus(), make_bus()
    ended: Seen[Any] = Seen()
    subscription = await there.subscribe(TOPIC, _noting(ended))
    await there.unsubscribe(subscription)
    seen = await listen(there)

    await here.publish(TOPIC, {"number": 1})

    await seen.until(1)
    assert ended.items == []


async def test_slow_subscriber_holds_up_its_own_topic_only(make_bus: MakeBus) -> None:
    here, there = make_bus(), make_bus()

    async def hang(message: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    await there.subscribe("slow", hang)
    seen = await listen(there)

    await here.publish("slow", {})
    await here.publish(TOPIC, {"number": 1})

    assert await seen.until(1) == [{"number": 1}]


async def test_failing_subscriber_keeps_nothing_from_the_others(
    make_bus: MakeBus, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = make_bus(), make_bus()

    async def fail(message: dict[str, Any]) -> None:
        raise ValueError(message)

    await there.subscribe(TOPIC, fail)
    seen = await listen(there)

    for number in range(2):
        await here.publish(TOPIC, {"number": number})

    assert len(await seen.until(2)) == 2
    assert "a subscriber of the bus failed" in caplog.text


@pytest.mark.redis
async def test_what_is_no_json_is_logged_and_carried_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with buses("redis") as make:
        await make().publish(TOPIC, {"number": object()})

    assert "message is not JSON" in caplog.text


# -- a layer that fails


class FragileLayer(InMemoryChannelLayer):
    """Carries nothing while it is down."""

    def __init__(self) -> None:
        super().__init__()
        self.is_down = False
        self.refused = 0

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self.is_down:
            self.refused += 1
            raise ConnectionRefusedError(group)
        await super().group_send(group, message)


@pytest.fixture
async def layer() -> FragileLayer:
    return FragileLayer()


@pytest.fixture
async def pair(layer: FragileLayer) -> AsyncIterator[tuple[LayerBus, LayerBus]]:
    both = LayerBus(layer, beat_s=BEAT_S), LayerBus(layer, beat_s=BEAT_S)
    yield both
    for bus in both:
        await bus.close()


def gaps_of(bus: Bus) -> Seen[str]:
    gaps: Seen[str] = Seen()
    bus.on_gap(lambda: gaps.note("gap"))
    return gaps


async def test_publishing_while_the_layer_is_down_reaches_those_here_and_fails_nobody(
    layer: FragileLayer, pair: tuple[LayerBus, LayerBus]
) -> None:
    seen = await listen(pair[0])
    layer.is_down = True

    await pair[0].publish(TOPIC, {"number": 1})

    assert seen.items == [{"number": 1}]


async def test_outage_is_logged_once_and_so_is_its_end(
    layer: FragileLayer, pair: tuple[LayerBus, LayerBus], caplog: pytest.LogCaptureFixture
) -> None:
    gaps = gaps_of(pair[0])
    await listen(pair[0])
    layer.is_down = True
    for number in range(3):
        await pair[0].publish(TOPIC, {"number": number})
    layer.is_down = False
    await gaps.until(1)

    said = [(each.levelno, each.message) for each in caplog.records]
    assert [level for level, _ in said] == [logging.ERROR, logging.WARNING]


async def test_layer_that_just_failed_is_left_alone_for_a_moment(layer: FragileLayer) -> None:
    bus = LayerBus(layer)
    layer.is_down = True

    for number in range(3):
        await bus.publish(TOPIC, {"number": number})

    assert layer.refused == 1


async def test_end_of_an_outage_is_told_as_a_gap_and_messages_flow_again(
    layer: FragileLayer, pair: tuple[LayerBus, LayerBus]
) -> None:
    here, there = pair
    seen, gaps = await listen(there), gaps_of(there)
    layer.is_down = True
    await there.publish(TOPIC, {"number": "lost"})
    layer.is_down = False
    await gaps.until(1)

    await here.publish(TOPIC, {"number": 2})

    assert (await seen.until(2))[-1] == {"number": 2}


async def test_groups_that_the_layer_forgot_are_entered_again(
    layer: FragileLayer, pair: tuple[LayerBus, LayerBus], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pair
    monkeypatch.setattr("rooms.layer.line.PATIENCE_S", BEAT_S)
    seen, gaps = await listen(there), gaps_of(there)

    layer.groups.clear()
    await gaps.until(1)
    await here.publish(TOPIC, {"number": 1})

    assert await seen.until(1) == [{"number": 1}]


async def test_channel_that_the_layer_forgot_is_replaced(
    layer: FragileLayer, pair: tuple[LayerBus, LayerBus], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pair
    monkeypatch.setattr("rooms.layer.line.PATIENCE_S", BEAT_S)
    seen, gaps = await listen(there), gaps_of(there)

    await layer.flush()
    await gaps.until(1)
    await here.publish(TOPIC, {"number": 1})

    assert await seen.until(1) == [{"number": 1}]


async def test_site_without_a_layer_is_told_what_it_needs(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {}

    with pytest.raises(ImproperlyConfigured, match="CHANNEL_LAYERS has no 'default'"):
        LayerBus()

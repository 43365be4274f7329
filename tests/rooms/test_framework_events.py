"""News for the host: who is told, in which order, and that nobody can disturb the framework."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from hooks import HookResult
from rooms import FrameworkEvent
from rooms.framework_events import FrameworkEvents
from rooms.testing.rig import Recorder, text
from tests.scene import ROOM, Scene, injection
from tests.steps import stored, until, watch


@pytest.fixture
def news() -> FrameworkEvents:
    return FrameworkEvents()


async def test_listeners_are_told_in_the_order_they_were_added(news: FrameworkEvents) -> None:
    told: list[str] = []

    async def slow(event: FrameworkEvent) -> None:
        await asyncio.sleep(0)
        told.append("slow")

    news.on("tea", slow)
    news.on("tea", lambda event: told.append("quick"))

    await news.emit("tea")

    assert told == ["slow", "quick"]


async def test_listener_is_told_of_its_own_type_only(news: FrameworkEvents) -> None:
    told: list[FrameworkEvent] = []
    news.on("tea", told.append)

    await news.emit("coffee")

    assert told == []


async def test_event_carries_where_it_happened_and_all_else_as_data(news: FrameworkEvents) -> None:
    told: list[FrameworkEvent] = []
    news.on("tea", told.append)

    await news.emit("tea", room_id="r", channel_id="c", event_id="e", sugar=2)

    [event] = told
    assert (event.type, event.room_id, event.channel_id, event.event_id) == ("tea", "r", "c", "e")
    assert event.data == {"sugar": 2}
    assert event.timestamp.tzinfo is not None


def fail(event: FrameworkEvent) -> None:
    raise RuntimeError("listener broke")


async def fail_later(event: FrameworkEvent) -> None:
    raise RuntimeError("listener broke")


@pytest.mark.parametrize("broken", [fail, fail_later])
async def test_failing_listener_keeps_nothing_from_the_next(
    news: FrameworkEvents, broken: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    told: list[FrameworkEvent] = []
    news.on("tea", broken)
    news.on("tea", told.append)

    with caplog.at_level(logging.ERROR, logger="roomkit.core.framework"):
        await news.emit("tea", room_id="r")

    assert len(told) == 1
    assert [vars(record)["room_id"] for record in caplog.records] == ["r"]


# -- told from code that cannot wait


class Callable_:  # noqa: N801 - as callable objects go
    """A listener that is an object, not a function."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def __call__(self, event: FrameworkEvent) -> None:
        """Note the event."""
        self.told.append(event.type)


async def test_announcement_reaches_every_kind_of_listener(news: FrameworkEvents) -> None:
    told: list[str] = []
    listener = Callable_()

    async def later(prefix: str, event: FrameworkEvent) -> None:
        told.append(prefix + event.type)

    news.on("tea", lambda event: told.append(event.type))
    news.on("tea", partial(later, "late "))
    news.on("tea", listener)

    news.announce("tea")

    await until(lambda: (len(told), len(listener.told)) == (2, 1))
    assert told == ["tea", "late tea"]


@pytest.mark.parametrize("broken", [fail, fail_later])
async def test_announcement_survives_a_failing_listener(
    news: FrameworkEvents, broken: Callable[..., Any]
) -> None:
    told: list[FrameworkEvent] = []
    news.on("tea", broken)
    news.on("tea", told.append)

    news.announce("tea", channel_id="c")

    assert [event.channel_id for event in told] == ["c"]


def test_without_a_loop_plain_functions_are_told_and_nobody_complains(
    news: FrameworkEvents,
) -> None:
    told: list[str] = []
    listener = Callable_()
    news.on("tea", fail_later)
    news.on("tea", listener)
    news.on("tea", lambda event: told.append(event.type))

    news.announce("tea")

    assert (told, listener.told) == (["tea"], [])


async def test_registering_a_channel_survives_a_failing_listener(scene: Scene) -> None:
    scene.kit.on("channel_registered")(fail)

    scene.kit.register_channel(Recorder("fresh"))

    assert scene.kit.get_channel("fresh") is not None


# -- what the kit tells besides


async def attach(scene: Scene) -> None:
    await scene.add(Recorder("phone"))


async def detach(scene: Scene) -> None:
    await scene.kit.detach_channel(ROOM, "person")


async def begin(scene: Scene) -> None:
    scene.kit.register_channel(Recorder("door"))
    await scene.kit.process_inbound(text("door", "stranger", "hello"))


@pytest.mark.parametrize(
    ("name", "act", "channel_id"),
    [
        ("room_channel_attached", attach, "phone"),
        ("room_channel_detached", detach, "person"),
        ("session_started", begin, "door"),
    ],
)
async def test_host_is_told_about_channels(
    scene: Scene, name: str, act: Callable[[Scene], Awaitable[None]], channel_id: str
) -> None:
    news = watch(scene.kit, name)

    await act(scene)

    assert [item.channel_id for item in news] == [channel_id]


async def test_processed_event_is_told_with_its_index(scene: Scene) -> None:
    news = watch(scene.kit, "event_processed")

    event = stored(await scene.say())

    assert [item.data for item in await news.until(1)] == [{"index": event.index}]


async def test_blocked_event_is_told_with_who_and_why(scene: Scene) -> None:
    news = watch(scene.kit, "event_blocked")
    await scene.kit.mute(ROOM, "person")

    await scene.say()

    [item] = news
    assert item.data == {"blocked_by": "source_muted", "reason": "source_muted"}


async def test_failed_delivery_is_told_with_its_error(scene: Scene) -> None:
    news = watch(scene.kit, "delivery_failed", "broadcast_partial_failure")
    await scene.add(Recorder("broken", fail=RuntimeError("no carrier")))

    await scene.say()

    partial_failure, failed = news
    assert partial_failure.data == {"channel_ids": ["broken"]}
    assert failed.data["error"]["code"] == "RuntimeError"
    assert "no carrier" in failed.data["error"]["message"]


async def test_injected_events_are_no_news(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    news = watch(scene.kit, "delivery_succeeded", "event_processed")
    scene.before_broadcast(HookResult.block("no", injected=[injection("sorry", "other")]))

    await scene.say()

    await other.until_delivered(1)
    assert list(news) == []

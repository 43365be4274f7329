"""Who sees what: live, in rebuilt history, and after a channel was detached (RFC §8.3)."""

import asyncio

import pytest

from hooks import HookResult, HookTrigger
from rooms import (
    ChannelType,
    DeleteContent,
    EditContent,
    EventType,
    InboundMessage,
    RoomContext,
    RoomEvent,
    TextContent,
)
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.scene import ROOM, Scene
from tests.steps import stored

EVERY_VALUE = pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        ("all", {"t1", "t2", "bot"}),
        ("none", set()),  # stored only
        ("transport", {"t1", "t2"}),
        ("intelligence", {"bot"}),
        ("t1", {"t1"}),
        ("bot", {"bot"}),
        ("t1,bot", {"t1", "bot"}),
        (" t2 , bot ", {"t2", "bot"}),  # spaces mean nothing
        ("nobody-here", set()),
        ("nobody-here,t2", {"t2"}),
        ("internal", set()),
    ],
)


class Readers:
    """Two transports and an agent beside the person."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.transports = [Recorder("t1"), Recorder("t2", channel_type=ChannelType.SMS)]
        self.bot = ScriptedAgent("bot")

    async def open(self) -> None:
        """Attach them."""
        for channel in (*self.transports, self.bot):
            await self.scene.add(channel)

    def who_read(self, body: str) -> set[str]:
        """Return who was shown an event; transports must also have been delivered it."""
        assert all(t.events == t.delivered for t in self.transports)
        readers = {t.channel_id for t in self.transports if body in bodies(t.delivered)}
        asked = bodies([asked.event for asked in self.bot.asked])
        return readers | ({"bot"} if body in asked else set())


@pytest.fixture
async def readers(scene: Scene) -> Readers:
    made = Readers(scene)
    await made.open()
    return made


@EVERY_VALUE
@pytest.mark.rfc("0.19")
async def test_binding_decides_who_sees_its_events(
    readers: Readers, visibility: str, expected: set[str]
) -> None:
    await readers.scene.kit.set_visibility(ROOM, "person", visibility)

    event = stored(await readers.scene.say())

    assert readers.who_read("hello") == expected
    assert event.status.value == "delivered"


@EVERY_VALUE
@pytest.mark.rfc("0.19")
async def test_event_may_narrow_who_sees_it(
    readers: Readers, visibility: str, expected: set[str]
) -> None:
    await readers.scene.say(visibility=visibility)

    assert readers.who_read("hello") == expected


@pytest.mark.rfc("0.19")
@pytest.mark.parametrize(
    ("binding", "event", "expected"),
    [
        ("t2", "transport", {"t2"}),
        ("t2", "all", {"t2"}),  # an event cannot widen its binding
        ("transport", "bot", set()),
        ("t1,bot", "bot,t2", {"bot"}),
        ("none", "all", set()),
    ],
)
async def test_binding_and_event_are_intersected(
    readers: Readers, binding: str, event: str, expected: set[str]
) -> None:
    await readers.scene.kit.set_visibility(ROOM, "person", binding)

    await readers.scene.say(visibility=event)

    assert readers.who_read("hello") == expected


@pytest.mark.rfc("0.19")
async def test_visibility_of_an_event_is_the_one_in_force_when_it_was_stored(
    readers: Readers,
) -> None:
    await readers.scene.kit.set_visibility(ROOM, "person", "t1")
    await readers.scene.say("for t1", visibility="all")
    await readers.scene.kit.set_visibility(ROOM, "person", "all")

    await readers.scene.say("for all")

    assert readers.bot.asked[-1].prompt == ["for all"]


# --- history is a second way out


async def prompt_after(scene: Scene, bot: ScriptedAgent, question: str = "now?") -> list[str]:
    """Ask the agent and return what it could read."""
    await scene.say(question)
    return bot.asked[-1].prompt


@pytest.mark.rfc("0.20")
async def test_newcomer_reads_the_history_it_may_see(scene: Scene) -> None:
    await scene.say("for everybody")
    await scene.say("for nobody", visibility="none")
    await scene.say("for transports", visibility="transport")
    bot = await scene.add(ScriptedAgent("bot"))

    assert await prompt_after(scene, bot) == ["for everybody", "now?"]


@pytest.mark.rfc("0.20")
async def test_agent_keeps_its_own_whispers(scene: Scene) -> None:
    await scene.add(Recorder("advisor"))
    bot = await scene.add(ScriptedAgent("bot", "whisper", None), visibility="advisor")
    other = await scene.add(ScriptedAgent("other"))
    await scene.say("first")

    assert await prompt_after(scene, bot) == ["first", "whisper", "now?"]
    assert other.asked[-1].prompt == ["first", "now?"]


@pytest.mark.rfc("0.20")
async def test_words_of_a_detached_channel_stay_readable(scene: Scene) -> None:
    await scene.add(Recorder("guest"))
    await scene.say("said by a guest", channel="guest")
    await scene.kit.detach_channel(ROOM, "guest")
    bot = await scene.add(ScriptedAgent("bot"))

    assert await prompt_after(scene, bot) == ["said by a guest", "now?"]


@pytest.mark.rfc("0.20")
async def test_blocked_words_are_not_history(scene: Scene) -> None:
    bot = await scene.add(ScriptedAgent("bot"))

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def scan(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.block("secret") if "secret" in bodies([event])[0] else HookResult.allow()

    await scene.say("a secret")

    assert await prompt_after(scene, bot) == ["now?"]


@pytest.mark.rfc("0.20")
@pytest.mark.parametrize("cached", [False, True], ids=["first time", "already read"])
async def test_edited_words_replace_the_old_ones_in_history(scene: Scene, *, cached: bool) -> None:
    bot = await scene.add(ScriptedAgent("bot"))
    event = stored(await scene.say("send 300", addressed_to=None if cached else []))
    content = EditContent(target_event_id=event.id, new_content=TextContent(body="send 900"))

    await scene.kit.process_inbound(change(EventType.EDIT, content))

    assert await prompt_after(scene, bot) == ["send 900", "now?"]


@pytest.mark.rfc("0.20")
@pytest.mark.parametrize("cached", [False, True], ids=["first time", "already read"])
async def test_deleted_words_leave_history(scene: Scene, *, cached: bool) -> None:
    bot = await scene.add(ScriptedAgent("bot"))
    event = stored(await scene.say("forget me", addressed_to=None if cached else []))

    await scene.kit.process_inbound(
        change(EventType.DELETE, DeleteContent(target_event_id=event.id))
    )

    assert await prompt_after(scene, bot) == ["now?"]


def change(event_type: EventType, content: EditContent | DeleteContent) -> InboundMessage:
    """Build the person's wish to change one of their messages."""
    return InboundMessage(
        channel_id="person",
        sender_id="person-1",
        content=content,
        event_type=event_type,
        room_id=ROOM,
    )


@pytest.mark.rfc("0.20")
async def test_what_was_said_after_the_question_is_not_its_history(scene: Scene) -> None:
    gate = asyncio.Event()

    async def think(event: RoomEvent, context: RoomContext) -> None:
        await gate.wait()

    bot = await scene.add(ScriptedAgent("bot", think))
    other = await scene.add(Recorder("other"))
    saying = []
    for number, body in enumerate("abc", 1):
        saying.append(asyncio.ensure_future(scene.say(body)))
        await other.until_delivered(number)
    gate.set()
    await asyncio.gather(*saying)

    assert ["".join(asked.prompt) for asked in bot.asked] == ["a", "ab", "abc"]


@pytest.mark.rfc("0.20")
async def test_hook_sees_everything(scene: Scene) -> None:
    await scene.say("for nobody", visibility="none")
    seen: list[str] = []

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def look(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        seen.extend(bodies(context.recent_events))
        return HookResult.allow()

    await scene.say("now?")

    assert seen == ["for nobody"]  # and never the event that is being decided on

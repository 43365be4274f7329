"""People who write several messages in a row get one answer."""

import asyncio

import pytest

from rooms import (
    DeleteContent,
    DeliveryState,
    EditContent,
    EventType,
    ParticipantRole,
    RoomContext,
    RoomEvent,
    TextContent,
)
from rooms.domain.policies import OnNewMessage, ReplyTiming
from rooms.testing.clock import FakeClock
from rooms.testing.rig import ScriptedAgent, bodies, text
from tests.scene import ROOM, Scene
from tests.steps import stored, until

TIMING = ReplyTiming(quiet_s=1.5, cap_s=8.0)


class Bot(ScriptedAgent):
    """Answers "answer" when it has been quiet for 1.5 s, after 8 s at the latest."""

    reply_timing = TIMING

    def __init__(self) -> None:
        super().__init__("bot", "answer")


@pytest.fixture
async def bot(scene: Scene) -> Bot:
    return await scene.add(Bot())


async def codes(scene: Scene) -> list[str | None]:
    """Return the error codes of the agent's jobs, oldest first."""
    return [row.error_code for row in reversed(await scene.kit.store.list_lane(ROOM, "bot"))]


async def test_three_messages_in_two_seconds_get_one_answer(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    for body in ("hi", "I have a question", "where is it?"):
        await scene.say(body)
        await clock.advance(0.9)
    answered_early = len(bot.asked)
    await clock.advance(1.5)

    assert (answered_early, len(bot.asked)) == (0, 1)
    assert bot.asked[0].prompt == ["hi", "I have a question", "where is it?"]
    assert bodies(await scene.rows())[3:] == ["answer"]
    assert await codes(scene) == ["coalesced", "coalesced", None]


async def test_question_waits_as_a_row_and_holds_up_nobody(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    result = await scene.say("hi")

    [job] = await scene.kit.store.list_lane(ROOM, "bot")
    assert (result.blocked, job.state, bot.asked) == (False, DeliveryState.WAITING, [])
    await clock.advance(1.5)
    assert len(bot.asked) == 1


async def test_replaced_question_ends_without_waiting_for_quiet(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    await scene.say("hi")
    await scene.say("where is it?")
    await clock.advance(0.25)
    early = await codes(scene)
    await clock.advance(1.5)

    assert early == ["coalesced", None]


async def test_first_message_waits_no_longer_than_the_cap(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    for number in range(8):
        await scene.say(str(number))
        await clock.advance(1.0)
    assert len(bot.asked) == 1
    assert bot.asked[0].prompt == [str(number) for number in range(8)]


async def test_customer_who_types_is_waited_for_within_the_cap(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    await scene.say("hi")
    asked = []
    for _ in range(3):
        await scene.kit.publish_typing(ROOM, "person-1")
        await clock.advance(2.5)
        asked.append(len(bot.asked))
    await clock.advance(0.5)

    assert (asked, len(bot.asked)) == ([0, 0, 0], 1)


async def test_customer_who_stops_typing_is_answered_when_it_is_quiet(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    await scene.say("hi")
    await scene.kit.publish_typing(ROOM, "person-1")
    await clock.advance(1.5)
    await scene.kit.publish_typing(ROOM, "person-1", False)
    await clock.advance(1.4)
    early = len(bot.asked)
    await clock.advance(0.1)

    assert (early, len(bot.asked)) == (0, 1)


async def test_colleague_who_types_is_not_waited_for(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    await scene.kit.add_member(ROOM, "ada", "person", role=ParticipantRole.AGENT)
    await scene.say("hi")
    await scene.kit.publish_typing(ROOM, "ada")
    await clock.advance(1.5)

    assert len(bot.asked) == 1


async def test_messages_that_come_during_a_turn_are_answered_together_after_it(
    scene: Scene, clock: FakeClock
) -> None:
    free = asyncio.Event()

    async def think(event: RoomEvent, context: RoomContext) -> str:
        await free.wait()
        return "first"

    bot = ScriptedAgent("bot", think, "second")
    bot.reply_timing = TIMING
    await scene.add(bot)
    await scene.say("hi")
    await clock.advance(1.5)
    said = [asyncio.ensure_future(scene.say(body)) for body in ("one", "two")]
    await clock.settle()
    free.set()
    await clock.advance(4)
    await asyncio.gather(*said)

    assert [asked.prompt[-1] for asked in bot.asked] == ["hi", "two"]
    assert bodies(await scene.rows()) == ["hi", "one", "two", "first", "second"]
    assert await codes(scene) == [None, "coalesced", None]


async def test_superseding_question_is_answered_though_nothing_waits_for_quiet(
    scene: Scene, clock: FakeClock
) -> None:
    started = asyncio.Event()

    async def think(event: RoomEvent, context: RoomContext) -> str:
        started.set()
        await asyncio.Event().wait()
        return "never"

    bot = ScriptedAgent("bot", think, "second")
    bot.reply_timing = ReplyTiming(on_new_message=OnNewMessage.SUPERSEDE)
    await scene.add(bot)
    said = [asyncio.ensure_future(scene.say("hi"))]
    await started.wait()
    said += [asyncio.ensure_future(scene.say(body)) for body in ("one", "two")]
    await until(lambda: len(scene.kit.pipeline.lanes._queues[(ROOM, "bot")]) == 3)
    await clock.advance(0.5)
    await asyncio.gather(*said)

    assert bodies(await scene.rows()) == ["hi", "one", "two", "second"]
    assert await codes(scene) == ["superseded", "coalesced", None]


async def test_binding_says_when_its_agent_answers(scene: Scene, clock: FakeClock) -> None:
    bot = await scene.add(Bot(), metadata={"reply_timing": {"quiet_s": 0}})
    await scene.say("hi")
    await scene.say("there")

    assert len(bot.asked) == 2


async def test_timing_that_cannot_be_read_leaves_the_channel_s(
    scene: Scene, clock: FakeClock
) -> None:
    bot = await scene.add(Bot(), metadata={"reply_timing": "soon"})
    await scene.say("hi")
    assert bot.asked == []
    await clock.advance(1.5)
    assert len(bot.asked) == 1


async def test_whisper_to_the_agent_does_not_answer_for_the_customer(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    await scene.say("hi")
    await scene.kit.send_event(
        ROOM, "person", TextContent(body="be brief"), response_visibility="internal"
    )
    await clock.advance(4)

    assert [asked.prompt[-1] for asked in bot.asked] == ["hi", "be brief"]


# -- messages that are changed while they wait


async def change(scene: Scene, content: DeleteContent | EditContent) -> None:
    """Let the person change one of their messages."""
    message = text("person", "person-1", "", room_id=ROOM, event_type=EventType(content.type))
    await scene.kit.process_inbound(message.model_copy(update={"content": content}))


async def take_back(scene: Scene, event_id: str) -> None:
    """Let the person delete one of their messages."""
    await change(scene, DeleteContent(target_event_id=event_id))


async def test_agent_is_asked_the_words_of_now(scene: Scene, bot: Bot, clock: FakeClock) -> None:
    question = stored(await scene.say("where is my ordre?"))
    words = TextContent(body="where is my order?")
    await change(scene, EditContent(target_event_id=question.id, new_content=words))
    await clock.advance(1.5)

    assert bot.asked[0].prompt == ["where is my order?"]


async def test_message_that_was_deleted_while_it_waited_is_not_answered(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    question = stored(await scene.say("my card is 4111"))
    await take_back(scene, question.id)
    await clock.advance(1.5)

    assert bot.asked == []
    assert await codes(scene) == ["deleted"]


async def test_deleted_message_is_still_answered_for_those_before_it(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    await scene.say("where is it?")
    await clock.advance(0.5)
    last = stored(await scene.say("my card is 4111"))
    await clock.advance(0.5)
    await take_back(scene, last.id)
    await clock.advance(1.5)

    assert bot.asked[0].prompt == ["where is it?", "[Message deleted]"]
    assert await codes(scene) == ["coalesced", None]


async def test_messages_that_were_all_deleted_are_not_answered(
    scene: Scene, bot: Bot, clock: FakeClock
) -> None:
    for body in ("where is it?", "my card is 4111"):
        await take_back(scene, stored(await scene.say(body)).id)
        await clock.advance(0.5)
    await clock.advance(1.5)

    assert bot.asked == []
    assert await codes(scene) == ["coalesced", "deleted"]


async def test_question_in_whose_place_a_deleted_one_came_is_answered(
    scene: Scene, clock: FakeClock
) -> None:
    started = asyncio.Event()

    async def think(event: RoomEvent, context: RoomContext) -> str:
        started.set()
        await asyncio.Event().wait()
        return "never"

    bot = ScriptedAgent("bot", think, "answer")
    bot.reply_timing = ReplyTiming(quiet_s=1.5, on_new_message=OnNewMessage.SUPERSEDE)
    await scene.add(bot)
    await scene.say("where is it?")
    await clock.advance(1.5)
    await started.wait()
    saying = asyncio.ensure_future(scene.say("no, wait"))
    await clock.advance(1)
    [*_, last] = await scene.rows()
    await take_back(scene, last.id)
    await clock.advance(1.5)
    await saying

    assert bodies(await scene.rows())[-1] == "answer"
    assert await codes(scene) == ["superseded", None]


async def test_agents_without_a_timing_answer_every_message(scene: Scene) -> None:
    bot = await scene.add(ScriptedAgent("bot", "answer"))
    await scene.say("hi")
    await scene.say("there")

    assert len(bot.asked) == 2

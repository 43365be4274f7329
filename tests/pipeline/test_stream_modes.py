"""How answers are shown: word by word, sentence by sentence, or not before they are stored."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from hooks import HookResult, HookTrigger
from rooms import EventStatus, RoomContext, RoomEvent, TextContent
from rooms.domain.content import text_of
from rooms.pipeline.stream_modes import SentenceJudge
from rooms.testing.rig import ScriptedAgent, Turn, bodies, streamed
from tests.scene import ROOM, Scene
from tests.steps import until
from tests.viewers import ANSWER, WHOLE, Pen, Viewer

SECRETS = streamed("Fine. The pin is ", "1234. By", "e.")


def add_censor(scene: Scene, *, guards_output: bool = False) -> list[str]:
    """Let a hook block what names a pin; return what it was asked about of the agent."""
    asked: list[str] = []

    @scene.kit.hook(
        HookTrigger.BEFORE_BROADCAST,
        channel_ids={"bot"},
        name="censor",
        guards_output=guards_output,
    )
    async def censor(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        asked.append(text_of(event.content))
        return HookResult.block("pin") if "pin" in asked[-1] else HookResult.allow()

    return asked


async def test_held_answer_is_shown_to_nobody_before_it_is_stored(
    scene: Scene, viewer: Viewer
) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER), metadata={"stream_mode": "hold"})

    await scene.say()

    assert viewer.streams == []
    assert bodies(viewer.delivered) == ["hello", WHOLE]


async def test_hook_that_guards_output_sees_an_answer_before_anybody_else(
    scene: Scene, viewer: Viewer
) -> None:
    await scene.add(ScriptedAgent("bot", SECRETS), metadata={"stream_mode": "live"})
    asked = add_censor(scene, guards_output=True)

    await scene.say()

    assert asked == ["Fine. The pin is 1234. Bye."]
    assert (viewer.streams, bodies(viewer.delivered)) == ([], ["hello"])
    assert (await scene.rows())[-1].status is EventStatus.BLOCKED


async def test_hook_that_may_block_does_not_hold_answers_back_by_itself(
    scene: Scene, viewer: Viewer
) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER))
    asked = add_censor(scene)

    await scene.say()

    assert (asked, [shown.text for shown in viewer.streams]) == ([WHOLE], [WHOLE])


async def test_mode_nobody_knows_holds_back(scene: Scene, viewer: Viewer) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER), metadata={"stream_mode": "fast"})

    await scene.say()

    assert viewer.streams == []


async def test_blocked_sentence_is_neither_shown_nor_stored(scene: Scene, viewer: Viewer) -> None:
    await scene.add(ScriptedAgent("bot", SECRETS), metadata={"stream_mode": "sentence"})
    asked = add_censor(scene)

    await scene.say()

    assert asked == ["Fine. ", "The pin is 1234. ", "Bye.", "Fine. Bye."]
    assert [shown.text for shown in viewer.streams] == ["Fine. Bye."]
    assert bodies(await scene.rows()) == ["hello", "Fine. Bye."]


async def test_sentence_is_shown_before_the_next_one_is_written(
    scene: Scene, viewer: Viewer, pen: Pen
) -> None:
    await scene.add(ScriptedAgent("bot", Turn(deltas=pen)), metadata={"stream_mode": "sentence"})
    saying = asyncio.ensure_future(scene.say())

    pen.write("It shipped. It ")
    await until(lambda: bool(viewer.streams and viewer.streams[0].deltas))
    shown_early = viewer.streams[0].text
    pen.lay_down()
    await saying

    assert shown_early == "It shipped. "


async def test_modified_sentence_is_shown_and_stored_as_modified(
    scene: Scene, viewer: Viewer
) -> None:
    await scene.add(
        ScriptedAgent("bot", streamed("Call 555. ", "Bye.")), metadata={"stream_mode": "sentence"}
    )

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST, channel_ids={"bot"}, name="redact")
    async def redact(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        content = TextContent(body=text_of(event.content).replace("555", "***"))
        return HookResult.modify(event.model_copy(update={"content": content}))

    await scene.say()

    assert [shown.text for shown in viewer.streams] == ["Call ***. Bye."]
    assert bodies(await scene.rows())[-1] == "Call ***. Bye."


@pytest.mark.parametrize(
    ("deltas", "sentences"),
    [
        (["One. Two", "! Three"], ["One. ", "Two! ", "Three"]),
        (["3.5 is a number. ", "ok"], ["3.5 is a number. ", "ok"]),  # a dot inside a number
        (['He said "no." ', "Then left."], ['He said "no." ', "Then left."]),
        (["一。二。"], ["一。", "二。"]),  # no space in between
        (["a\n", "b"], ["a\n", "b"]),
        ([""], []),
    ],
)
async def test_sentences_are_found_wherever_deltas_break(
    scene: Scene, deltas: list[str], sentences: list[str]
) -> None:
    async def flow() -> AsyncIterator[str]:
        for delta in deltas:
            yield delta

    event = await scene.kit.send_event(ROOM, "person", TextContent(body="hello"))
    snapshot = await scene.kit.store.load_snapshot(ROOM)
    assert snapshot is not None
    judge = SentenceJudge(scene.kit._parts, event, snapshot.context)

    assert [text async for text in judge.pass_on(flow()) if text] == sentences

"""A message that was sent goes on unless it is heard in time that it has come far enough."""

import pytest

from rooms import DeleteContent, EditContent, TextContent
from rooms.testing.rig import Recorder, bodies
from tests.fallbacks.reaching import Reaching
from tests.scene import ROOM


async def test_message_that_nobody_confirms_goes_on_when_the_time_is_up(
    reaching: Reaching,
) -> None:
    await reaching.write()
    await reaching.wait(14)
    assert reaching.sent == {"wa": ["hello"]}

    await reaching.wait(2)

    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"]}
    assert [data["reason"] for _, data in await reaching.records()] == ["unconfirmed"]


async def test_each_channel_has_the_whole_time(reaching: Reaching) -> None:
    await reaching.write()
    await reaching.wait(16)
    await reaching.wait(14)
    assert "mail" not in reaching.sent

    await reaching.wait(2)

    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"], "mail": ["hello"]}


async def test_end_of_a_chain_that_nobody_confirms_is_told(reaching: Reaching) -> None:
    await reaching.write()
    for _ in range(3):
        await reaching.wait(16)

    code, data = (await reaching.records())[-1]

    assert (code, data["from_channel"], data["reason"]) == (
        "fallback_exhausted",
        "mail",
        "unconfirmed",
    )


@pytest.mark.parametrize(
    ("until", "reported", "goes_on"),
    [
        ("sent", [], False),  # the vendor has it
        ("delivered", ["sent"], True),
        ("delivered", ["delivered"], False),
        ("delivered", ["read"], False),  # it must have arrived
        ("delivered", ["failed", "delivered"], True),  # it went on before the second report
        ("read", ["delivered"], True),
        ("read", ["delivered", "read"], False),
    ],
)
async def test_message_goes_on_unless_it_has_come_far_enough(
    reaching: Reaching, until: str, reported: list[str], goes_on: bool
) -> None:
    await reaching.set(until=until)
    await reaching.write()
    for status in reported:
        await reaching.report("wa", status)

    await reaching.wait(16)

    assert ("sms" in reaching.sent) is goes_on


async def test_channel_that_reports_no_reading_is_done_when_it_has_arrived(
    reaching: Reaching,
) -> None:
    await reaching.set(until="read")
    await reaching.write()
    await reaching.wait(16)
    await reaching.report("sms", "delivered")

    await reaching.wait(60)

    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"]}


async def test_waiting_time_is_the_policys(reaching: Reaching) -> None:
    await reaching.set(after_minutes=0.5)
    await reaching.write()

    await reaching.wait(0.6)

    assert "sms" in reaching.sent


async def test_unread_message_stays_when_the_customer_has_written(reaching: Reaching) -> None:
    await reaching.write()
    await reaching.scene.say("here I am", channel="sms", sender="+15550001")

    await reaching.wait(16)

    assert reaching.sent == {"wa": ["hello"]}
    assert await reaching.records() == []


async def test_customer_is_known_by_any_channel(reaching: Reaching) -> None:
    kit = reaching.scene.kit
    await reaching.scene.add(Recorder("chat"))
    await kit.attach_channel(
        ROOM, "wa", participant_id="ann", fallback=(await kit.get_binding(ROOM, "wa")).fallback
    )
    await reaching.write()
    await reaching.scene.say("here I am", channel="chat", sender="ann")

    await reaching.wait(16)

    assert "sms" not in reaching.sent


async def test_words_of_others_do_not_hold_a_message_back(reaching: Reaching) -> None:
    await reaching.set(channels=["sms"])
    await reaching.write()
    await reaching.scene.say("did they answer?", visibility="none")

    await reaching.wait(16)

    assert "hello" in reaching.sent["sms"]


async def test_what_goes_on_is_what_it_says_now(reaching: Reaching) -> None:
    event = await reaching.write("at noon")
    edit = EditContent(target_event_id=event.id, new_content=TextContent(body="at one"))
    await reaching.change(edit)

    await reaching.wait(16)

    assert reaching.sent["sms"] == ["at one"]


async def test_deleted_message_does_not_go_on(reaching: Reaching) -> None:
    event = await reaching.write()
    gone = DeleteContent(target_event_id=event.id)
    await reaching.change(gone)

    await reaching.wait(16)

    assert "sms" not in reaching.sent


async def test_message_that_is_removed_for_good_does_not_go_on(reaching: Reaching) -> None:
    event = await reaching.write()
    await reaching.scene.kit.delete_event(ROOM, event.id)

    assert await reaching.look() == 0
    await reaching.wait(16)

    assert "sms" not in reaching.sent


async def test_edit_follows_a_message_to_where_it_went(reaching: Reaching) -> None:
    event = await reaching.write("at noon")
    await reaching.wait(16)
    edit = EditContent(target_event_id=event.id, new_content=TextContent(body="at one"))

    await reaching.change(edit)

    assert [len(sent) for sent in reaching.sent.values()] == [2, 2]
    assert "at one" in bodies(reaching.sms.delivered)[-1]
    assert reaching.mail.delivered == []


async def test_edit_itself_does_not_go_on(reaching: Reaching) -> None:
    event = await reaching.write("at noon")
    await reaching.report("wa", "delivered")
    edit = EditContent(target_event_id=event.id, new_content=TextContent(body="at one"))
    await reaching.change(edit)

    await reaching.wait(60)

    assert "sms" not in reaching.sent

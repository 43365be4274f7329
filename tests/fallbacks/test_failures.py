"""A message that cannot be delivered goes on by the next channel, at once and once."""

import pytest

from rooms import DeliveryFailedError, FallbackPolicy, RetryPolicy
from rooms.testing.rig import Recorder, bodies
from tests.fallbacks.reaching import LOST, REFUSED, Reaching
from tests.scene import ROOM
from tests.steps import watch


async def test_message_goes_out_by_the_first_channel_alone(reaching: Reaching) -> None:
    await reaching.write()

    assert reaching.sent == {"wa": ["hello"]}


async def test_message_that_fails_goes_on_at_once(reaching: Reaching) -> None:
    reaching.wa.fail = REFUSED

    event = await reaching.write()

    assert reaching.sent == {"sms": ["hello"]}
    assert await reaching.records() == [
        (
            "fallback_used",
            {
                "event_id": event.id,
                "from_channel": "wa",
                "to_channel": "sms",
                "reason": "failed",
                "error_code": "131026",
            },
        )
    ]


async def test_second_failure_goes_on_to_the_end_of_the_chain(reaching: Reaching) -> None:
    reaching.wa.fail = reaching.sms.fail = REFUSED

    await reaching.write()

    assert reaching.sent == {"mail": ["hello"]}
    steps = [(data["from_channel"], data["to_channel"]) for _, data in await reaching.records()]
    assert steps == [("wa", "sms"), ("sms", "mail")]
    assert [job.fallback_for for job in await reaching.jobs("mail")] == ["wa"]


async def test_end_of_the_chain_is_told(reaching: Reaching) -> None:
    reaching.wa.fail = reaching.sms.fail = reaching.mail.fail = REFUSED
    news = watch(reaching.scene.kit, "fallback_used", "fallback_exhausted")

    event = await reaching.write()

    assert reaching.sent == {}
    code, data = (await reaching.records())[-1]
    assert (code, data["from_channel"], data["event_id"]) == (
        "fallback_exhausted",
        "mail",
        event.id,
    )
    assert [item.type for item in news] == ["fallback_used", "fallback_used", "fallback_exhausted"]


async def test_next_message_tries_the_first_channel_again(reaching: Reaching) -> None:
    reaching.wa.fail_next(REFUSED)
    await reaching.write()

    await reaching.write("again")

    assert reaching.sent == {"sms": ["hello"], "wa": ["again"]}


async def test_looking_again_changes_nothing(reaching: Reaching) -> None:
    reaching.wa.fail = REFUSED
    await reaching.write()

    for _ in range(3):
        await reaching.wait(60)

    assert reaching.sent == {"sms": ["hello"], "mail": ["hello"]}  # nobody confirmed the SMS
    assert [len(await reaching.jobs(name)) for name in ("wa", "sms", "mail")] == [1, 1, 1]


async def test_report_of_a_failure_goes_on_at_once(reaching: Reaching) -> None:
    await reaching.write()

    await reaching.report("wa", "failed")

    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"]}
    [(_, data)] = await reaching.records()
    assert (data["reason"], data["error_code"]) == ("failed", "131026")


async def test_report_that_overtakes_the_send_goes_on_at_once(reaching: Reaching) -> None:
    gate = reaching.wa.hold()
    writing = reaching.scene.kit.pipeline.parts.tasks.spawn(reaching.write())
    await reaching.wa.until_attempted(1)
    await reaching.report("wa", "failed")

    gate.set()
    await writing

    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"]}


async def test_failure_goes_on_although_the_customer_has_written(reaching: Reaching) -> None:
    await reaching.write()
    await reaching.scene.say("are you there?", channel="sms", sender="+15550001")

    await reaching.report("wa", "failed")

    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"]}


@pytest.mark.parametrize(
    ("skipped", "reason"),
    [
        ("detached", "not_attached"),
        ("muted", "cannot_deliver"),
    ],
)
async def test_channel_that_cannot_be_used_is_passed_over(
    reaching: Reaching, skipped: str, reason: str
) -> None:
    kit = reaching.scene.kit
    step = kit.detach_channel if skipped == "detached" else kit.mute_output
    await step(ROOM, "sms")
    reaching.wa.fail = REFUSED

    await reaching.write()

    assert reaching.sent == {"mail": ["hello"]}
    [(_, data)] = await reaching.records()
    assert data["skipped"] == [{"channel_id": "sms", "reason": reason}]


async def test_chain_without_usable_channels_is_told(reaching: Reaching) -> None:
    await reaching.set(channels=["fax"])
    reaching.wa.fail = REFUSED

    await reaching.write()

    [(code, data)] = await reaching.records()
    assert code == "fallback_exhausted"
    assert data["skipped"] == [{"channel_id": "fax", "reason": "not_attached"}]


async def test_channel_that_is_not_registered_fails_and_goes_on(reaching: Reaching) -> None:
    reaching.scene.kit.unregister_channel("wa")

    await reaching.write()

    assert reaching.sent == {"sms": ["hello"]}


async def test_message_of_unknown_outcome_waits_before_it_goes_on(reaching: Reaching) -> None:
    reaching.wa.fail = LOST
    await reaching.write()
    assert reaching.sent == {}

    await reaching.wait(16)

    assert reaching.sent == {"sms": ["hello"]}
    assert [data["reason"] for _, data in await reaching.records()] == ["unknown"]


async def test_closed_room_lets_a_message_go_on(reaching: Reaching) -> None:
    await reaching.write()
    await reaching.scene.kit.close_room(ROOM)

    await reaching.wait(16)

    assert reaching.sent == {"wa": ["hello"], "sms": ["hello"]}


async def test_policy_that_is_taken_away_ends_the_wait(reaching: Reaching) -> None:
    await reaching.write()
    await reaching.scene.kit.set_fallback(ROOM, "wa", None)

    await reaching.wait(16)

    assert reaching.sent == {"wa": ["hello"]}


async def test_channel_of_the_chain_follows_the_first_ones_policy(reaching: Reaching) -> None:
    await reaching.scene.add(Recorder("fax"))
    own = FallbackPolicy(channels=["fax"])
    await reaching.scene.kit.set_fallback(ROOM, "sms", own)
    reaching.wa.fail = reaching.sms.fail = REFUSED

    await reaching.write()

    assert reaching.sent == {"mail": ["hello"]}


async def test_retries_come_before_fallbacks(reaching: Reaching) -> None:
    retries = RetryPolicy(max_retries=1, base_delay_seconds=5)
    chain = FallbackPolicy(channels=["sms"])
    fax = await reaching.scene.add(Recorder("fax"), retry_policy=retries, fallback=chain)
    fax.fail_next(DeliveryFailedError("busy", "try again"))
    await reaching.write(visibility="fax")
    assert fax.delivered == []

    await reaching.wait(1)

    assert bodies(fax.delivered) == ["hello"]
    assert reaching.sent == {}

"""What stands in for a message goes out only while it is needed, and after a template was tried."""

import pytest

from rooms import DeleteContent
from rooms.domain.job import DeliveryState
from rooms.pipeline.late_windows import LateWindows
from tests.fallbacks.reaching import REFUSED, Reaching
from tests.scene import ROOM

TEMPLATE = {"template_id": "news", "parameters": {"1": "{text}"}}


async def give_back(reaching: Reaching, event_id: str) -> None:
    """Let the vendor tell that the window was closed, as its webhook does."""
    pipeline = reaching.scene.kit.pipeline
    await LateWindows(pipeline.parts, pipeline.injections).stand_in(event_id, "wa")
    await reaching.report("wa", "failed")


@pytest.fixture
async def templated(reaching: Reaching) -> Reaching:
    """A customer for whom a template goes out where other words may not."""
    kit = reaching.scene.kit
    await kit.update_binding_metadata(ROOM, "wa", {"default_template": TEMPLATE})
    return reaching


def types(reaching: Reaching) -> list[str]:
    return [event.content.type for event in reaching.wa.delivered]


async def test_template_goes_before_the_chain(templated: Reaching) -> None:
    event = await templated.write()

    await give_back(templated, event.id)
    await templated.report("wa", "delivered", number=2)
    await templated.wait(60)

    assert types(templated) == ["text", "template"]
    assert list(templated.sent) == ["wa"]


@pytest.mark.parametrize("failure", ["refused", "reported"])
async def test_chain_goes_on_when_the_template_fails_too(templated: Reaching, failure: str) -> None:
    event = await templated.write()
    if failure == "refused":
        templated.wa.fail = REFUSED

    await give_back(templated, event.id)
    if failure == "reported":
        await templated.report("wa", "failed", number=2)
    await templated.wait(1)

    assert templated.sent["sms"] == ["hello"]


async def test_chain_goes_on_when_nothing_is_heard_of_the_template(templated: Reaching) -> None:
    event = await templated.write()
    await give_back(templated, event.id)
    await templated.wait(14)
    assert "sms" not in templated.sent

    await templated.wait(2)

    assert templated.sent["sms"] == ["hello"]


async def test_no_template_for_what_has_gone_on(templated: Reaching) -> None:
    event = await templated.write()
    await templated.wait(16)
    assert templated.sent["sms"] == ["hello"]

    await give_back(templated, event.id)

    assert types(templated) == ["text"]


async def test_no_template_for_what_was_deleted(templated: Reaching) -> None:
    event = await templated.write()
    await templated.change(DeleteContent(target_event_id=event.id))

    await give_back(templated, event.id)

    assert "template" not in types(templated)


@pytest.mark.parametrize("news", ["report", "answer"])
async def test_what_waits_to_stand_in_is_dropped_once_it_is_needless(
    reaching: Reaching, news: str
) -> None:
    gate = reaching.sms.hold()
    reaching.wa.fail_next(REFUSED)
    await reaching.write("first")  # keeps the phone busy
    await reaching.write("second")
    await reaching.wait(16)
    if news == "report":
        await reaching.report("wa", "delivered")
    else:
        await reaching.scene.say("thanks", channel="mail", sender="ann@example.org")

    gate.set()
    await reaching.clock.settle()
    await reaching.wait(60)

    assert (reaching.sent["wa"], reaching.sent["sms"]) == (["second"], ["first"])
    assert [job.state for job in await reaching.jobs("sms")][1:] == [DeliveryState.DISCARDED]
    assert "second" not in reaching.sent.get("mail", [])

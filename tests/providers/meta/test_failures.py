"""What Meta's refusals and silences mean, for both of its APIs."""

from typing import Any

import pytest

from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.messenger import FacebookMessengerProvider
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes.meta import error_body
from channels_app.testing.fakes.meta_messenger import FakeMessenger
from channels_app.testing.fakes.meta_messenger_webhooks import PSID
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from channels_app.testing.fakes.server import Fault, Response
from rooms.domain.content import CompositeContent, MediaContent, TextContent
from rooms.domain.delivery import SendOutcome
from tests.providers.meta.said import TO, said

REJECTED, THROTTLED = SendOutcome.REJECTED, SendOutcome.THROTTLED
TRANSIENT, UNKNOWN, AUTH = SendOutcome.TRANSIENT, SendOutcome.UNKNOWN, SendOutcome.AUTH
WINDOW_CLOSED, OPTED_OUT = SendOutcome.WINDOW_CLOSED, SendOutcome.OPTED_OUT

JPEG = "https://files.example.org/a.jpg"


def refuse(code: int, status: int = 400, **more: Any) -> Fault:
    return Fault(Response(status, error_body(code, **more)))


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (refuse(0, 401), AUTH),
        (refuse(3), AUTH),
        (refuse(10), AUTH),
        (refuse(190, 401), AUTH),
        (refuse(200, 403), AUTH),
        (refuse(299, 403), AUTH),
        (refuse(131005, 403), AUTH),
        (refuse(4), THROTTLED),
        (refuse(80007), THROTTLED),
        (refuse(130429), THROTTLED),
        (refuse(131048), THROTTLED),
        (refuse(131056), THROTTLED),
        (refuse(131064), THROTTLED),
        (refuse(133016), THROTTLED),
        (refuse(100, 429), THROTTLED),
        (Fault(Response(429)), THROTTLED),
        (refuse(2, 500), TRANSIENT),
        (refuse(131000, 500), TRANSIENT),
        (refuse(131016, 503), TRANSIENT),
        (refuse(131053), TRANSIENT),
        (refuse(131057, 500), TRANSIENT),
        (refuse(7, is_transient=True), TRANSIENT),
        (Fault(Response(503, "down")), TRANSIENT),
        (refuse(131047), WINDOW_CLOSED),
        (refuse(131050), OPTED_OUT),
        (refuse(131026), REJECTED),
        (refuse(131021), REJECTED),
        (refuse(131030), REJECTED),
        (refuse(131031), REJECTED),
        (refuse(368, 403), REJECTED),
        (refuse(130497), REJECTED),
        (refuse(131049), REJECTED),
        (refuse(131051), REJECTED),
        (refuse(131008), REJECTED),
        (refuse(131009), REJECTED),
        (refuse(132000), REJECTED),
        (refuse(132015), REJECTED),
        (refuse(131042), REJECTED),
        (refuse(131062), REJECTED),
        (refuse(100), REJECTED),
        (refuse(999999), REJECTED),
        (refuse(999999, 500), UNKNOWN),
        (Fault(Response(500, "<html>")), UNKNOWN),
        (Fault(Response(502)), UNKNOWN),
        (Fault(Response(400, ["odd"])), REJECTED),
        (Fault(Response(200, "not json")), UNKNOWN),
        (Fault(Response(200, {"messages": []})), UNKNOWN),
    ],
)
async def test_codes_of_whatsapp(
    cloud: FakeWhatsAppCloud,
    whatsapp: WhatsAppCloudProvider,
    fault: Fault,
    outcome: SendOutcome,
) -> None:
    cloud.fail_next(fault)

    result = await whatsapp.send(said("hi"), TO)
    assert (result.success, result.outcome) == (False, outcome)
    assert result.code
    assert cloud.sent == []


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        *((refuse(code), THROTTLED) for code in (4, 17, 32, 613, 80006)),
        (refuse(1), TRANSIENT),
        (refuse(2, 500), TRANSIENT),
        (refuse(1200), TRANSIENT),
        (refuse(1, 500, subcode=1357046), UNKNOWN),
        (refuse(190, 401), AUTH),
        (refuse(10, 403), AUTH),
        (refuse(10, 403, subcode=1893063), AUTH),
        (refuse(200, 403, subcode=2018028), AUTH),
        (refuse(10, 403, subcode=2018278), WINDOW_CLOSED),
        (refuse(200, 403, subcode=1545041), OPTED_OUT),
        (refuse(551), REJECTED),
        (refuse(100, subcode=2018001), REJECTED),
        (refuse(368), REJECTED),
    ],
)
async def test_codes_of_messenger(
    page: FakeMessenger,
    messenger: FacebookMessengerProvider,
    fault: Fault,
    outcome: SendOutcome,
) -> None:
    page.fail_next(fault)

    result = await messenger.send(said("hi"), PSID)
    assert (result.success, result.outcome) == (False, outcome)


async def test_code_words_and_wait_are_told(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    body = error_body(130429, "(#130429) Rate limit hit", details="Slow down.")
    cloud.fail_next(Fault(Response(400, body, {"Retry-After": "7"})), refuse(131056))

    result = await whatsapp.send(said("hi"), TO)
    assert (result.code, result.retry_after) == ("130429", 7.0)
    assert result.error == "WhatsApp: (#130429) Rate limit hit – Slow down."
    # Too many messages to one person: the answer names no time, the documentation does.
    assert (await whatsapp.send(said("hi"), TO)).retry_after == 6.0


async def test_subcodes_are_part_of_the_code(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    page.unknown = {PSID}

    assert (await messenger.send(said("hi"), PSID)).code == "100/2018001"


async def test_no_answer_in_time_is_unknown(
    cloud: FakeWhatsAppCloud, whatsapp_config: WhatsAppCloudConfig
) -> None:
    provider = WhatsAppCloudProvider(whatsapp_config.model_copy(update={"timeout": 0.2}))
    cloud.fail_next(Fault(wait_s=1.0))

    result = await provider.send(said("hi"), TO)
    await provider.close()
    assert (result.outcome, result.code) == (UNKNOWN, "timeout")


async def test_outside_the_window_only_templates_are_taken(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    cloud.closed, cloud.templates = {"15145550123"}, {("hello", "en"): 0}

    result = await whatsapp.send(said("hi"), TO)
    assert (result.outcome, result.code) == (WINDOW_CLOSED, "131047")
    assert (await whatsapp.send_template(TO, "hello")).success


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        (refuse(130429), UNKNOWN),  # may be repeated, but not as a whole
        (refuse(131000, 500), UNKNOWN),
        (refuse(131026), REJECTED),
    ],
)
async def test_a_message_that_is_half_out_is_not_sent_again(
    cloud: FakeWhatsAppCloud,
    whatsapp: WhatsAppCloudProvider,
    second: Fault,
    outcome: SendOutcome,
) -> None:
    picture = MediaContent(url=JPEG, mime_type="image/jpeg")
    parts = CompositeContent(parts=[picture, picture, TextContent(body="Look")])
    cloud.fail_next(Fault(), second)

    result = await whatsapp.send(said(parts), TO)
    assert (result.outcome, result.provider_message_ids) == (outcome, [cloud.sent[0].id])
    assert (result.metadata["parts"], result.metadata["parts_sent"]) == (3, 1)
    assert len(cloud.requests) == 2

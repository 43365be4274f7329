"""The fake takes what Twilio's own SDK sends, and refuses what Twilio refuses."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from channels_app.testing.fakes.server import Fault
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_answers import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    NUMBER,
    RCS_AGENT,
    SERVICE_SID,
    WHATSAPP_NUMBER,
    error_response,
    problem_response,
)
from channels_app.testing.fakes.twilio_webhooks import CUSTOMER, SignedWebhook, TwilioWebhooks

TEMPLATE = "HX" + "a" * 32
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
WEBHOOKS = TwilioWebhooks("https://hooks.example.org/webhooks/sms/twilio/desk?tenant=7")


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio().serving() as fake:
        yield fake


@pytest.fixture
def client(twilio: FakeTwilio) -> Iterator[Client]:
    http = TwilioHttpClient()
    client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
    client.api.base_url = client.messaging.base_url = twilio.url
    yield client
    http.session.close()


@pytest.mark.parametrize(
    "given",
    [
        {"to": CUSTOMER, "from_": NUMBER, "body": "Salut ç 😀"},
        {"to": CUSTOMER, "from_": NUMBER, "body": "a" * 1600},
        {"to": CUSTOMER, "from_": NUMBER, "media_url": ["https://cdn.example.org/1.jpg"] * 10},
        {"to": CUSTOMER, "messaging_service_sid": SERVICE_SID, "body": "hi"},
        {
            "to": CUSTOMER,
            "messaging_service_sid": SERVICE_SID,
            "fallback_from": NUMBER,
            "body": "hi",
        },
        {"to": f"rcs:{CUSTOMER}", "from_": RCS_AGENT, "body": "hi"},
        {"to": f"whatsapp:{CUSTOMER}", "from_": WHATSAPP_NUMBER, "body": "hi"},
        {"to": "whatsapp:US.13491208655302741918", "from_": WHATSAPP_NUMBER, "body": "hi"},
        {
            "to": f"whatsapp:{CUSTOMER}",
            "from_": WHATSAPP_NUMBER,
            "body": "here",
            "persistent_action": ["geo:45.5,-73.6|Office"],
        },
        {
            "to": CUSTOMER,
            "from_": NUMBER,
            "content_sid": TEMPLATE,
            "content_variables": '{"1": "Ana"}',
        },
        {
            "to": CUSTOMER,
            "from_": NUMBER,
            "body": "hi",
            "status_callback": "https://hooks.example.org/status?d=1",
            "validity_period": 3600,
            "smart_encoded": True,
        },
    ],
    ids=lambda given: "+".join(given),
)
def test_what_the_sdk_sends_is_taken(
    twilio: FakeTwilio, client: Client, given: dict[str, Any]
) -> None:
    message = client.messages.create(**given)

    assert message.sid == twilio.sent[0].sid
    assert message.sid.startswith("MM" if "media_url" in given else "SM")
    assert message.to == given["to"]
    assert not twilio.refusals


@pytest.mark.parametrize(
    ("service", "status", "segments"), [(None, "queued", "2"), (SERVICE_SID, "accepted", "0")]
)
def test_segments_are_text_and_unknown_with_a_service(
    client: Client, service: str | None, status: str, segments: str
) -> None:
    sender = {"messaging_service_sid": service} if service else {"from_": NUMBER}

    message = client.messages.create(to=CUSTOMER, body="a" * 161, **sender)

    assert (message.status, message.num_segments, message.num_media) == (status, segments, "0")


def test_media_urls_are_repeated(twilio: FakeTwilio, client: Client) -> None:
    urls = ["https://cdn.example.org/1.jpg", "https://cdn.example.org/2.jpg"]

    client.messages.create(to=CUSTOMER, from_=NUMBER, media_url=urls)

    assert twilio.sent[0].form.MediaUrl == urls
    assert [name for name, _ in twilio.requests[0].form].count("MediaUrl") == 2


def test_a_sent_message_can_be_fetched(client: Client) -> None:
    sent = client.messages.create(to=CUSTOMER, from_=NUMBER, body="hi")

    assert client.messages(sent.sid).fetch().body == "hi"


def test_a_typing_indicator_is_taken(twilio: FakeTwilio, client: Client) -> None:
    shown = client.messaging.v2.typing_indicator.create("whatsapp", "SM" + "a" * 32)

    assert shown.success
    assert twilio.typing[0].messageId == "SM" + "a" * 32


RIGHT = {"To": CUSTOMER, "From": NUMBER, "Body": "hi"}
PICTURE = "https://cdn.example.org/1.jpg"


def _without(*names: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in RIGHT.items() if name not in names} | more


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (_without("To"), 21604),
        (_without("From"), 21603),
        (_without("Body"), 21602),
        (RIGHT | {"Body": ""}, 21602),
        (RIGHT | {"Body": "a" * 1601}, 21617),
        (RIGHT | {"To": "5145550123"}, 21211),  # no plus
        (RIGHT | {"To": ""}, 21211),
        (RIGHT | {"To": "whatsapp:15145550123"}, 21211),  # no plus behind the prefix
        (RIGHT | {"To": "sms:+15145550123"}, 21211),
        (RIGHT | {"From": "a sender that is too long"}, 21212),
        (RIGHT | {"From": "+15145550111"}, 21606),  # of another account
        (RIGHT | {"From": "whatsapp:+15145550111", "To": f"whatsapp:{CUSTOMER}"}, 63007),
        (RIGHT | {"To": f"whatsapp:{CUSTOMER}"}, 21910),  # from a number
        (RIGHT | {"MediaUrl0": PICTURE}, 20001),  # numbered, as in webhooks
        (RIGHT | {"media_url": PICTURE}, 20001),
        (RIGHT | {"MediaUrl": [PICTURE] * 11}, 21623),
        (RIGHT | {"MediaUrl": "data:image/png;base64,AA=="}, 21620),
        (RIGHT | {"MediaUrl": "/1.jpg"}, 21620),
        (RIGHT | {"Body": ["hi", "there"]}, 20001),  # given twice
        (RIGHT | {"StatusCallback": "https://my_host.example.org/"}, 21609),
        (RIGHT | {"StatusCallback": "/status"}, 21609),
        (RIGHT | {"ValidityPeriod": "36001"}, 20001),
        (RIGHT | {"ValidityPeriod": "soon"}, 20001),
        (RIGHT | {"SmartEncoded": "yes"}, 20001),
        (RIGHT | {"FallbackFrom": NUMBER}, 21664),  # without a service
        (_without("From", MessagingServiceSid="MG" + "9" * 32), 21701),
        (_without("From", MessagingServiceSid="desk"), 20001),
        (RIGHT | {"ContentSid": "hello_world"}, 21655),
        (RIGHT | {"ContentVariables": "{}"}, 21656),  # without a template
        (RIGHT | {"ContentSid": TEMPLATE, "ContentVariables": "1=Ana"}, 21656),
        (RIGHT | {"ContentSid": TEMPLATE, "ContentVariables": '{"1": 1}'}, 21656),
        (RIGHT | {"PersistentAction": "Office, Montréal"}, 20001),
        (
            {
                "To": f"whatsapp:{CUSTOMER}",
                "From": WHATSAPP_NUMBER,
                "MediaUrl": [PICTURE, PICTURE],
            },
            21623,
        ),
    ],
)
def test_a_wrong_form_is_refused(twilio: FakeTwilio, form: dict[str, Any], code: int) -> None:
    answer = httpx.post(twilio.url + MESSAGES, data=form, auth=(ACCOUNT_SID, AUTH_TOKEN))

    assert answer.status_code in {400, 404}
    assert answer.json()["code"] == code
    assert answer.json()["status"] == answer.status_code
    assert not twilio.sent
    assert len(twilio.refusals) == 1


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("POST", MESSAGES, {"data": RIGHT, "auth": None}, 401),
        ("POST", MESSAGES, {"data": RIGHT, "auth": (ACCOUNT_SID, "wrong")}, 401),
        (
            "POST",
            MESSAGES,
            {"data": RIGHT, "auth": None, "headers": {"Authorization": "Basic"}},
            401,
        ),
        ("POST", MESSAGES, {"json": RIGHT}, 415),
        ("POST", MESSAGES, {"files": {"Body": "hi"}}, 415),
        ("PUT", MESSAGES, {}, 405),
        ("PUT", MESSAGES, {"data": RIGHT}, 405),
        ("POST", MESSAGES.removesuffix(".json"), {"data": RIGHT}, 404),
        ("POST", MESSAGES.replace(ACCOUNT_SID, "AC" + "2" * 32), {"data": RIGHT}, 404),
        ("POST", "/v3/Indicators/Typing.json", {"json": {"channel": "WHATSAPP"}}, 404),
        ("POST", "/v2/Indicators/Typing.json", {"json": {"channel": "whatsapp"}}, 415),
        ("POST", "/v2/Indicators/Typing.json", {"data": {"channel": "whatsapp"}}, 400),
        (
            "POST",
            "/v2/Indicators/Typing.json",
            {"data": {"channel": "rcs", "messageId": "SM" + "a" * 32}},
            400,
        ),
        (
            "POST",
            "/v2/Indicators/Typing.json",
            {"data": {"channel": "whatsapp", "messageId": "wamid.A"}},
            400,
        ),
    ],
)
def test_a_wrong_request_is_refused(
    twilio: FakeTwilio, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    request = {"auth": (ACCOUNT_SID, AUTH_TOKEN)} | options

    answer = httpx.request(method, twilio.url + path, **request)

    assert answer.status_code == status
    assert not twilio.sent
    assert not twilio.typing


def test_who_has_opted_out_gets_nothing(twilio: FakeTwilio, client: Client) -> None:
    twilio.opted_out.add(CUSTOMER)

    with pytest.raises(TwilioRestException) as caught:
        client.messages.create(to=CUSTOMER, from_=NUMBER, body="hi")

    assert (caught.value.status, caught.value.code) == (400, 21610)


def test_both_shapes_of_errors_are_the_sdks(twilio: FakeTwilio, client: Client) -> None:
    twilio.fail_next(
        Fault(error_response(429, 20429, "Too Many Requests", Retry_After="2")),
        Fault(problem_response(503, 20503, "Service Unavailable")),
    )

    with pytest.raises(TwilioRestException) as old:
        client.messages.create(to=CUSTOMER, from_=NUMBER, body="hi")
    with pytest.raises(TwilioServiceException) as new:
        client.messages.create(to=CUSTOMER, from_=NUMBER, body="hi")

    assert (old.value.status, old.value.code, new.value.code) == (429, 20429, 20503)


def test_media_is_behind_a_redirect_that_takes_no_credentials(twilio: FakeTwilio) -> None:
    url = twilio.add_media(b"jpeg", "image/jpeg")
    account = (ACCOUNT_SID, AUTH_TOKEN)

    refused = httpx.get(url)
    first = httpx.get(url, auth=account)
    kept = httpx.get(first.headers["location"], auth=account)
    fetched = httpx.get(first.headers["location"])

    assert [each.status_code for each in (refused, first, kept)] == [401, 307, 400]
    assert (fetched.content, fetched.headers["content-type"]) == (b"jpeg", "image/jpeg")


def test_media_can_be_deleted(twilio: FakeTwilio) -> None:
    url = twilio.add_media(b"jpeg")
    account = (ACCOUNT_SID, AUTH_TOKEN)

    assert httpx.delete(url, auth=account).status_code == 204
    assert httpx.get(url, auth=account).status_code == 404


@pytest.mark.parametrize(
    "webhook",
    [
        WEBHOOKS.inbound_text("Ça va? 😀"),
        WEBHOOKS.inbound_text("", FutureField="x"),
        WEBHOOKS.inbound_media(PICTURE, PICTURE, text="look"),
        WEBHOOKS.inbound_rcs(ButtonPayload="yes"),
        WEBHOOKS.inbound_whatsapp(Latitude="45.5", Longitude="-73.6"),
        WEBHOOKS.status("SM" + "a" * 32, "failed", ErrorCode="30003"),
        WEBHOOKS.signed([("Digits", "2"), ("Digits", "1"), ("Digits", "1")]),
    ],
)
def test_the_sdk_accepts_the_signature_of_a_webhook(webhook: SignedWebhook) -> None:
    fields: dict[str, list[str]] = {}
    for name, value in parse_qsl(webhook.body.decode(), keep_blank_values=True):
        fields.setdefault(name, []).append(value)

    class Form(dict[str, list[str]]):
        getlist = dict.__getitem__

    given = webhook.headers["X-Twilio-Signature"]
    assert RequestValidator(AUTH_TOKEN).validate(WEBHOOKS.url, Form(fields), given)

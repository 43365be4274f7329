"""The fake of SendGrid, driven by the vendor's SDK and by requests written from its docs."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from python_http_client import exceptions as sdk_errors
from sendgrid import EventWebhook, SendGridAPIClient
from sendgrid.helpers import mail as sdk

from channels_app.testing.fakes import sendgrid_webhooks as webhooks
from channels_app.testing.fakes.sendgrid import API_KEY, FakeSendGrid
from channels_app.testing.fakes.server import Fault, Response

MAIL: dict[str, Any] = {
    "personalizations": [{"to": [{"email": "ana@x.example"}]}],
    "from": {"email": "support@example.org"},
    "subject": "Hello",
    "content": [{"type": "text/plain", "value": "Hi"}],
}


@pytest.fixture
def sendgrid() -> Iterator[FakeSendGrid]:
    with FakeSendGrid().serving() as fake:
        yield fake


def post(fake: FakeSendGrid, body: Any = MAIL, key: str = API_KEY, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.post(f"{fake.url}/v3/mail/send", **({"json": body, "headers": headers} | more))


def test_a_mail_of_the_vendors_sdk_is_taken(sendgrid: FakeSendGrid) -> None:
    mail = sdk.Mail(
        sdk.From("support@example.org", "Support"),
        sdk.To("ana@x.example", "Ana"),
        "Hello",
        plain_text_content="Hi",
        html_content="<p>Hi</p>",
    )
    mail.reply_to = sdk.ReplyTo("reply+token@in.example.org")
    mail.header = sdk.Header("In-Reply-To", "<1@x.example>")
    mail.custom_arg = sdk.CustomArg("rk_event", "e1")
    mail.attachment = sdk.Attachment("aGk=", "hi.txt", "text/plain", "attachment")

    answer = SendGridAPIClient(API_KEY, host=sendgrid.url).send(mail)

    assert (answer.status_code, answer.body) == (202, b"")
    assert answer.headers["X-Message-Id"] == sendgrid.sent[0].id
    assert [part.type for part in sendgrid.sent[0].request.content] == ["text/plain", "text/html"]


def test_the_vendors_sdk_reads_refusals(sendgrid: FakeSendGrid) -> None:
    with pytest.raises(sdk_errors.UnauthorizedError) as refused:
        SendGridAPIClient("wrong", host=sendgrid.url).client.mail.send.post(request_body=MAIL)

    assert refused.value.to_dict["errors"][0]["field"] is None


def changed(**fields: Any) -> dict[str, Any]:
    return MAIL | fields


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in MAIL.items() if key != name}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (without("from"), "from"),
        (without("subject"), "subject"),
        (without("content"), "content"),
        (without("personalizations"), "personalizations"),
        (changed(colour="red"), "colour"),
        (changed(subject=""), "subject"),
        (changed(subject="a\r\nBcc: all@x.example"), "subject"),
        (changed(content=[]), "content"),
        (changed(content=[{"type": "text/plain", "value": ""}]), "content.0.value"),
        # text/plain comes first
        (
            changed(
                content=[
                    {"type": "text/html", "value": "<p>a"},
                    {"type": "text/plain", "value": "a"},
                ]
            ),
            None,
        ),
        (changed(**{"from": {"email": "nobody"}}), "from.email"),
        (changed(**{"from": "support@example.org"}), "from"),
        (changed(headers={"Subject": "x"}), "headers"),
        (changed(headers={"X-Note": "é"}), "headers"),
        (changed(headers={"X-Note": "a\nb"}), "headers"),
        (changed(headers={"X-Note": 1}), "headers.X-Note"),
        (changed(attachments=[{"content": "%%%", "filename": "a"}]), "attachments.0.content"),
        (changed(attachments=[{"content": "aGk="}]), "attachments.0.filename"),
        (changed(custom_args={"a": "b" * 10_000}), "custom_args"),
        (changed(personalizations=[{"to": []}]), "personalizations.0.to"),
        (
            changed(personalizations=[{"to": [{"email": "a@x.example"}] * 2}]),
            "personalizations.0",
        ),
    ],
)
def test_what_is_not_documented_is_refused(
    sendgrid: FakeSendGrid, body: dict[str, Any], field: str | None
) -> None:
    answer = post(sendgrid, body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert sendgrid.sent == []


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"headers": {}}, 401),
        ({"headers": {"Authorization": f"Basic {API_KEY}"}}, 401),
        ({"json": None, "content": b"{"}, 415),
        ({"json": None, "data": {"a": "b"}}, 415),
    ],
)
def test_wrong_requests_are_refused(
    sendgrid: FakeSendGrid, more: dict[str, Any], status: int
) -> None:
    assert post(sendgrid, **more).status_code == status


def test_a_sender_that_is_not_verified_is_refused() -> None:
    with FakeSendGrid(verified=["other.example"]).serving() as fake:
        answer = post(fake)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "from")


def test_a_fault_takes_no_mail(sendgrid: FakeSendGrid) -> None:
    sendgrid.fail_next(Fault(response=Response(503)))

    assert [post(sendgrid).status_code, post(sendgrid).status_code] == [503, 202]
    assert len(sendgrid.sent) == 1


def test_the_vendors_sdk_proves_a_webhook() -> None:
    headers, body = webhooks.status_events([webhooks.event("delivered")])

    assert body.endswith(b"]\r\n")
    assert EventWebhook(webhooks.EVENT_PUBLIC_KEY).verify_signature(
        body.decode(),
        headers["x-twilio-email-event-webhook-signature"],
        headers["x-twilio-email-event-webhook-timestamp"],
    )


def test_a_posted_mail_is_a_form(sendgrid: FakeSendGrid) -> None:
    headers, body = webhooks.inbound_parsed({"text": "Hi"}, files=[("a.txt", "text/plain", b"x")])

    assert headers["content-type"] == "multipart/form-data; boundary=xYzZY"
    assert body.startswith(b"--xYzZY\r\n")
    assert body.endswith(b"--xYzZY--\r\n")
    assert b'name="attachment1"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nx\r\n' in body

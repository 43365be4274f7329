"""Webhooks of every kind that the vendors of mail post, and mails of every kind in them."""

from email.message import EmailMessage

from channels_app.providers.base.standard_webhooks import sign_headers
from channels_app.testing.fakes import elasticemail_webhooks, sendgrid_webhooks
from channels_app.testing.fakes.http_webhook import SECRET
from rooms.domain.frozen import utc_now
from tests.providers.mail.reports import arf, dsn
from tests.providers.mail.samples import make_mime
from tests.webhooks.honest_messages import Posted

PICTURE = b"\x89PNG" + bytes(40)


def mails() -> list[bytes]:
    """Return mails: words, HTML with a picture, files, a mail in a mail, reports."""
    rich = make_mime("hi", html='<p>hi <img src="cid:p1"></p>', In_Reply_To="<m0@x.example>")
    rich.add_attachment(PICTURE, "image", "png", filename="é.png", cid="<p1>")
    forward = make_mime("see below", Subject="=?utf-8?Q?d=C3=A9j=C3=A0?=", Cc="a@x, b@y")
    inner = EmailMessage()
    inner["From"] = "bea@x.example"
    inner.set_content("inside")
    forward.add_attachment(inner)
    automatic = make_mime("away", Auto_Submitted="auto-replied", References="<a@x> <b@y>")
    automatic["Authentication-Results"] = "mx.example.org; dmarc=pass"
    written = [make_mime(), rich, forward, automatic]
    return [*(each.as_bytes() for each in written), dsn(), dsn("delayed"), arf()]


def smtp() -> tuple[Posted, ...]:
    return tuple(
        Posted(sign_headers([SECRET], webhook_id="m1", at=utc_now(), body=mail), mail)
        for mail in mails()
    )


def sendgrid() -> tuple[Posted, ...]:
    made = sendgrid_webhooks
    kinds = ("processed", "delivered", "bounce", "open", "spamreport", "dropped", "unsubscribe")
    events = [made.event(kind, reason="x", status="5.1.1", type="blocked") for kind in kinds]
    taken_apart = {
        "headers": "From: Ana <ana@customer.example>\nMessage-ID: <m1@customer.example>\n",
        "text": "hi",
        "html": "<p>hi</p>",
        "charsets": '{"text": "utf-8", "html": "iso-8859-1", "subject": "UTF-8"}',
    }
    posted = [
        made.status_events(events),
        *(made.inbound_raw(mail) for mail in mails()),
        made.inbound_parsed(taken_apart, files=[("a.png", "image/png", PICTURE)]),
    ]
    return tuple(Posted(*each) for each in posted)


def elasticemail() -> tuple[Posted, ...]:
    made = elasticemail_webhooks
    mail = {
        "from_email": "ana@customer.example",
        "body_text": "hi",
        "header": "X-A: b",
        "msg_id": "1",
    }
    posted = [
        made.signed(mail),
        made.classic(made.notification("Sent")),
        made.classic(made.notification("Error", category="NoMailbox", message="x"), post=True),
        made.signed(made.notification("AbuseReport", postback="e1")),
        made.inbound(files=[("a.png", PICTURE)], header="Message-ID: <m1@customer.example>"),
    ]
    return tuple(Posted(*each) for each in posted)

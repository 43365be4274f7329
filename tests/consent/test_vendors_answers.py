"""Vendors that answer a word themselves say so."""

import pytest

from channels_app.providers.base.webhook import WebhookRequest
from channels_app.providers.telnyx.parsing import parse_request
from channels_app.testing.fakes.telnyx_webhooks import inbound_sms
from rooms import InboundMessage
from rooms.domain.standing import ConsentWord


@pytest.mark.parametrize(
    ("answered", "word"),
    [
        ("STOP", ConsentWord.STOP),
        ("start", ConsentWord.START),
        ("HELP", ConsentWord.HELP),
        ("INFO", None),
        (None, None),
    ],
)
def test_telnyx_tells_what_it_has_answered(answered: str | None, word: ConsentWord | None) -> None:
    headers, body = inbound_sms("whatever", autoresponse_type=answered)
    request = WebhookRequest("POST", "https://example.org/webhooks/sms/telnyx/sms", headers, body)

    [message] = [item for item in parse_request(request, "sms") if isinstance(item, InboundMessage)]

    assert message.consent_word is word

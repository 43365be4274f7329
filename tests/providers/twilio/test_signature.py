"""Which webhooks are proved to be Twilio's."""

from urllib.parse import urlencode

import pytest

from channels_app.providers.base.webhook import WebhookRefused, WebhookRequest
from channels_app.providers.twilio.signature import require_signature, verify_payload
from channels_app.providers.twilio.sms import TwilioSMSProvider
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks

# The first six are of twilio-python's own tests of its validator.
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675309"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
]
TWICE = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
]
JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
MESSAGE = [
    ("MessageSid", "SM00000000000000000000000000000001"),
    ("AccountSid", "AC00000000000000000000000000000001"),
    ("From", "+15145550123"),
    ("To", "+15145550199"),
    ("Body", "Ça va? 😀"),
    ("NumMedia", "0"),
    ("Empty", ""),
]
OWN_URL = "https://hooks.example.org/webhooks/sms/twilio?tenant=7"
OWN = "lByvuE3OZd6k5ibgj5cWlSjY2wg="


def _signed(url: str, body: bytes, signature: str) -> WebhookRequest:
    return WebhookRequest("POST", url, {"x-twilio-signature": signature}, body)


@pytest.mark.parametrize(
    ("token", "url", "body", "signature"),
    [
        (TOKEN, URL, urlencode(CALL).encode(), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        # Signed with the port that the address does not name.
        (TOKEN, URL, urlencode(CALL).encode(), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        # Named here, signed without and with it.
        (
            TOKEN,
            URL.replace(".com/", ".com:443/"),
            urlencode(CALL).encode(),
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            TOKEN,
            URL.replace("https", "http"),
            urlencode(CALL).encode(),
            "0ZXoZLH/DfblKGATFgpif+LLRf4=",
        ),
        # Each of a field's distinct values counts.
        (TOKEN, URL, urlencode(TWICE).encode(), "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        # JSON is proved by its hash in the address.
        (TOKEN, f"{URL}&bodySHA256={JSON_HASH}", JSON_BODY, "a9nBmqA0ju/hNViExpshrM61xv4="),
        # Letters and pictures, and a field without a value.
        ("tok_0001", OWN_URL, urlencode(MESSAGE).encode(), OWN),
    ],
)
def test_what_twilio_signed_is_proved(token: str, url: str, body: bytes, signature: str) -> None:
    require_signature(_signed(url, body, signature), [token])

    assert verify_payload(body, signature, url, [token])


BODY = urlencode(MESSAGE).encode()


@pytest.mark.parametrize(
    "request_",
    [
        _signed(OWN_URL, BODY.replace(b"NumMedia=0", b"NumMedia=1"), OWN),
        _signed(OWN_URL, BODY.replace(b"&Empty=", b""), OWN),
        _signed(OWN_URL, BODY + b"&Extra=1", OWN),
        _signed(OWN_URL, b"", OWN),
        _signed(OWN_URL, b"\xff\xfe", OWN),
        _signed(OWN_URL.replace("tenant=7", "tenant=8"), BODY, OWN),
        _signed(OWN_URL.replace("hooks", "evil"), BODY, OWN),
        _signed(OWN_URL.replace("https", "http"), BODY, OWN),
        _signed(OWN_URL.replace("twilio?", "twilio/?"), BODY, OWN),
        _signed(OWN_URL, BODY, "m" + OWN[1:]),
        _signed(OWN_URL, BODY, OWN[:-1]),
        _signed(OWN_URL, BODY, ""),
        _signed(OWN_URL, BODY, "lBÿ€"),
        _signed("not an address", BODY, OWN),
        WebhookRequest("POST", OWN_URL, {}, BODY),
    ],
    ids=[
        "changed value",
        "dropped empty field",
        "added field",
        "no body",
        "no form",
        "changed query",
        "other host",
        "other scheme",
        "other path",
        "flipped signature",
        "cut signature",
        "empty signature",
        "signature not in ASCII",
        "no address",
        "no header",
    ],
)
def test_what_twilio_did_not_sign_is_refused(request_: WebhookRequest) -> None:
    with pytest.raises(WebhookRefused):
        require_signature(request_, ["tok_0001"])


def test_another_accounts_token_proves_nothing() -> None:
    with pytest.raises(WebhookRefused, match="does not match"):
        require_signature(_signed(OWN_URL, BODY, OWN), ["tok_0002"])


def test_json_with_another_hash_is_refused() -> None:
    url = f"{URL}&bodySHA256={JSON_HASH}"
    request = _signed(url, JSON_BODY.replace(b"true", b"null"), "a9nBmqA0ju/hNViExpshrM61xv4=")

    with pytest.raises(WebhookRefused):
        require_signature(request, [TOKEN])


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_token_everything_is_refused(secrets: list[str]) -> None:
    with pytest.raises(WebhookRefused):
        require_signature(_signed(OWN_URL, BODY, OWN), secrets)


def test_either_token_is_taken_while_they_are_exchanged() -> None:
    require_signature(_signed(OWN_URL, BODY, OWN), ["tok_new", "tok_0001"])


def test_an_ipv6_host_keeps_its_colons() -> None:
    hooks = TwilioWebhooks("https://[2001:db8::1]:8443/hook", "tok")
    headers, body = hooks.inbound_text()

    require_signature(_signed(hooks.url, body, headers["X-Twilio-Signature"]), ["tok"])


def test_without_its_address_a_body_proves_nothing(sms: TwilioSMSProvider) -> None:
    hooks = TwilioWebhooks(OWN_URL)
    headers, body = hooks.inbound_text()
    signature = headers["X-Twilio-Signature"]

    assert sms.verify_signature(body, signature, url=OWN_URL)
    assert not sms.verify_signature(body, signature)
    assert not sms.verify_signature(body, "", url=OWN_URL)


async def test_a_provider_proves_by_its_account(sms: TwilioSMSProvider) -> None:
    headers, body = TwilioWebhooks(OWN_URL).inbound_text()
    lower = {name.lower(): value for name, value in headers.items()}

    await sms.verify(WebhookRequest("POST", OWN_URL, lower, body))
    with pytest.raises(WebhookRefused):
        await sms.verify(WebhookRequest("POST", OWN_URL, lower, body + b"&a=1"))

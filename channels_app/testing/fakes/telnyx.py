"""Telnyx's messaging API, version 2: SMS, MMS, RCS and the capabilities of phones.

Sources: the SDK telnyx 4.189.0 for Python (paths in `resources.messages` and
`resources.messaging.rcs`, answers as in `OutboundMessagePayload`, `RcSendResponse`,
`RcsCapabilities`), the example answers of "Send a message" and "Send an RCS message" in the API
reference, the pages "API error codes", "Messaging Error Code Reference", "40300", "40318", "API
Rate Limiting" and "Idempotency". Unconfirmed: the codes and statuses of refused bodies other than
10004 and 10016, the status of 40302, and 10015 for a key that is used with another body.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import unquote
from uuid import uuid4

from pydantic import ValidationError

from channels_app.testing.fakes.server import FakeVendor, Request, Response
from channels_app.testing.fakes.telnyx_desk import (
    AGENT_ID,
    ORGANIZATION_ID,
    PROFILE_ID,
    TelnyxDesk,
)
from channels_app.testing.fakes.telnyx_desk import (
    refusal as refusal,
)
from channels_app.testing.fakes.telnyx_rcs_requests import RcsRequest
from channels_app.testing.fakes.telnyx_requests import MAX_PARTS, SmsRequest, Wire, count_parts

API_KEY = "KEY0123456789ABCDEF_test"
RECEIVED_AT = "2026-01-01T00:00:00.000+00:00"
FEATURES = ["RICHCARD_STANDALONE", "RICHCARD_CAROUSEL", "ACTION_OPEN_URL", "ACTION_DIAL"]

IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9_:-]{1,255}")
CAPABILITIES = re.compile(r"/v2/messaging/rcs/capabilities/([^/]+)/([^/]+)")

Body = TypeVar("Body", bound=Wire)


@dataclass(frozen=True)
class TelnyxMessage:
    """One message that was taken."""

    id: str
    request: SmsRequest | RcsRequest
    idempotency_key: str | None = None


class FakeTelnyx(FakeVendor):
    """Serves one account: its key, its profile and its RCS agent are the constants above.

    Attributes:
        sent: What was taken, oldest first; a replayed request is in it once.
        blocked: Phone numbers that have sent STOP.
        desk: What can be looked up.
        features: What phones can do by RCS; phones that are not in it cannot do RCS.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[TelnyxMessage] = []
        self.blocked: set[str] = set()
        self.desk = TelnyxDesk()
        self.features: dict[str, list[str]] = {}
        self._answers: dict[tuple[str, str], tuple[bytes, Response]] = {}

    @property
    def api(self) -> str:
        """The address that stands for https://api.telnyx.com/v2."""
        return f"{self.url}/v2"

    def answer(self, request: Request) -> Response:
        """Take a message, tell what a phone can do, or look something up."""
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            raise refusal(401, "10009", "Authentication failed")
        if request.method == "GET" and (told := self.desk.answer(request)):
            return told
        if request.query:
            raise refusal(400, "10015", "Bad Request", detail="these endpoints take no query")
        match request.method, request.path:
            case "POST", "/v2/messages":
                return self._once(request, self._take_sms)
            case "POST", "/v2/messages/rcs":
                return self._once(request, self._take_rcs)
        found = CAPABILITIES.fullmatch(request.path)
        if request.method != "GET" or found is None:
            raise refusal(404, "10005", "Resource not found")
        return self._tell_features(unquote(found[1]), unquote(found[2]))

    # -- what is asked

    def _once(self, request: Request, take: Any) -> Response:
        """Answer a key that was used before with the first answer, if that was a success."""
        key = request.headers.get("idempotency-key")
        if key is None:
            taken: Response = take(request, None)
            return taken
        if not IDEMPOTENCY_KEY.fullmatch(key):
            raise refusal(400, "10015", "Bad Request", pointer="/Idempotency-Key")
        known = self._answers.get((request.path, key))
        if known is None:
            known = self._answers[request.path, key] = (request.body, take(request, key))
        if known[0] != request.body:
            raise refusal(422, "10015", "Bad Request", detail="the key was used with another body")
        return known[1]

    def _take_sms(self, request: Request, key: str | None) -> Response:
        body = read(request, SmsRequest)
        self._refuse_blocked(body.to)
        encoding, parts = count_parts(body.text or "")
        if parts > MAX_PARTS and not body.media_urls:
            raise refusal(422, "40302", "Message too large", pointer="/text")
        message = self._keep(body, key)
        return Response(body={"data": _sms_data(message.id, body, encoding, parts)})

    def _take_rcs(self, request: Request, key: str | None) -> Response:
        body = read(request, RcsRequest)
        if body.agent_id != AGENT_ID:
            raise refusal(404, "10005", "Resource not found", pointer="/agent_id")
        self._refuse_blocked(body.to)
        message = self._keep(body, key)
        return Response(body={"data": _rcs_data(message.id, body)})

    def _tell_features(self, agent_id: str, phone: str) -> Response:
        if agent_id != AGENT_ID or phone not in self.features:
            raise refusal(404, "10005", "Resource not found")
        data = {
            "record_type": "rcs.capabilities",
            "agent_id": agent_id,
            "agent_name": "Test Agent",
            "phone_number": phone,
            "features": self.features[phone],
        }
        return Response(body={"data": data})

    def _refuse_blocked(self, number: str) -> None:
        if number in self.blocked:
            detail = f"Messages cannot be sent to '{number}' due to an existing block rule."
            raise refusal(409, "40300", "Blocked due to STOP message", detail=detail)

    def _keep(self, body: SmsRequest | RcsRequest, key: str | None) -> TelnyxMessage:
        if body.messaging_profile_id not in (None, PROFILE_ID):
            raise refusal(404, "10005", "Resource not found", pointer="/messaging_profile_id")
        message = TelnyxMessage(str(uuid4()), body, key)
        self.sent.append(message)
        return message


def too_many_requests(reset_s: int) -> Response:
    """Return what is answered above the rate limit, with the seconds until it is over."""
    answer = refusal(429, "10011", "Too many requests").response
    headers = {"x-ratelimit-limit": "50", "x-ratelimit-remaining": "0"}
    return Response(429, answer.body, headers | {"x-ratelimit-reset": str(reset_s)})


def read(request: Request, kind: type[Body]) -> Body:
    """Read a JSON body; the first thing wrong with it is what is refused.

    Raises:
        Refused: If it is not JSON, or not what the endpoint takes.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type != "application/json":
        raise refusal(415, "10014", "Unsupported Media Type")
    try:
        return kind.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
    if first["type"] == "json_invalid":
        raise refusal(400, "10023", "Invalid JSON")
    pointer = "/" + "/".join(map(str, first["loc"]))
    if first["type"] == "missing":
        raise refusal(422, "10004", "Missing required parameter", pointer=pointer)
    if "E.164" in first["msg"]:
        raise refusal(400, "10016", first["msg"].partition(", ")[2], pointer=pointer)
    status = HTTPStatus.BAD_REQUEST if first["type"] == "extra_forbidden" else 422
    raise refusal(status, "10015", "Bad Request", detail=first["msg"], pointer=pointer)


def _sms_data(message_id: str, body: SmsRequest, encoding: str, parts: int) -> dict[str, Any]:
    return {
        "record_type": "message",
        "direction": "outbound",
        "id": message_id,
        "type": "MMS" if body.media_urls else "SMS",
        "organization_id": ORGANIZATION_ID,
        "messaging_profile_id": body.messaging_profile_id or PROFILE_ID,
        "from": {"phone_number": body.from_, "carrier": "TELNYX LLC", "line_type": "VoIP"},
        "to": [_queued(body.to)],
        "cc": [],
        "text": body.text,
        "subject": body.subject,
        "media": [{"url": url} for url in body.media_urls],
        "webhook_url": body.webhook_url,
        "webhook_failover_url": body.webhook_failover_url,
        "encoding": encoding,
        "parts": parts,
        "tags": [],
        "cost": None,
        "received_at": RECEIVED_AT,
        "sent_at": None,
        "completed_at": None,
        "valid_until": None,
        "errors": [],
    }


def _rcs_data(message_id: str, body: RcsRequest) -> dict[str, Any]:
    return {
        "record_type": "message",
        "direction": "outbound",
        "id": message_id,
        "type": "RCS",
        "organization_id": ORGANIZATION_ID,
        "messaging_profile_id": body.messaging_profile_id,
        "from": {"agent_id": body.agent_id, "carrier": "Telnyx", "agent_name": "Test Agent"},
        "to": [_queued(body.to)],
        "body": body.agent_message.model_dump(mode="json", by_alias=True, exclude_unset=True),
        "received_at": RECEIVED_AT,
        "wait_seconds": 0.0,
    }


def _queued(number: str) -> dict[str, str]:
    return {
        "phone_number": number,
        "status": "queued",
        "carrier": "T-MOBILE USA, INC.",
        "line_type": "Wireless",
    }

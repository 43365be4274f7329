"""A site that takes our webhooks and posts its own, on loopback.

There is no vendor: the body is the one we document, the signature is Standard Webhooks
(standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`; compared with the package
`standardwebhooks` 1.1.0). It is checked here with code of its own, so that the signer is not its
own witness.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
TOLERANCE_S = 300

WebhookPost: TypeAlias = tuple[dict[str, str], bytes]
Id = Annotated[str, StringConstraints(min_length=1)]


class Content(BaseModel):
    """What an event says; which fields belong to which type is the sender's to know."""

    model_config = ConfigDict(extra="allow", strict=True)

    type: Literal[
        "text", "rich", "media", "location", "audio", "video", "composite", "template",
        "edit", "delete", "reaction", "system", "tool_call",
    ]  # fmt: skip


class Body(BaseModel):
    """What we post."""

    model_config = ConfigDict(extra="forbid", strict=True)

    recipient_id: Id
    channel_id: Id
    room_id: Id
    event_id: Id
    type: Id
    content: Content
    metadata: dict[str, Any] = Field(default_factory=dict)


class FakeReceiver(FakeVendor):
    """Takes webhooks at `/hook`, knows a repeated one by its id, and signs its own.

    Attributes:
        secrets: The secrets it verifies with; signatures of any of them count. None: unsigned.
        sent: The bodies that were taken, each webhook id once.
        ids: Their webhook ids.
        reply: Makes the answer to a webhook id.
    """

    def __init__(self, *secrets: str, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.secrets = secrets
        self.sent: list[Body] = []
        self.ids: list[str] = []
        self.reply: Callable[[str], Response] = lambda name: Response(200, {"message_id": name})
        self._clock = clock

    @property
    def hook(self) -> str:
        """The address that webhooks are taken at."""
        return f"{self.url}/hook"

    def answer(self, request: Request) -> Response:
        """Take a webhook."""
        if (request.method, request.path) != ("POST", "/hook"):
            raise Refused(Response(404, "no such address"))
        if request.headers.get("content-type") != "application/json":
            raise Refused(Response(415, "application/json is wanted"))
        webhook_id = self._verify(request)
        try:
            body = Body.model_validate_json(request.body)
        except ValidationError as invalid:
            raise Refused(Response(422, {"detail": str(invalid)})) from invalid
        if webhook_id not in self.ids:
            self.ids.append(webhook_id)
            self.sent.append(body)
        return self.reply(webhook_id)

    def _verify(self, request: Request) -> str:
        webhook_id = request.headers.get("webhook-id", "")
        stamp = request.headers.get("webhook-timestamp", "")
        if not webhook_id or not stamp.isdigit():
            raise Refused(Response(400, "webhook-id and webhook-timestamp are wanted"))
        if abs(self._clock() - int(stamp)) > TOLERANCE_S:
            raise Refused(Response(400, "too old or too new"))
        if not self.secrets:
            return webhook_id
        given = request.headers.get("webhook-signature", "").split(" ")
        for secret in self.secrets:
            plain = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
            known = request.headers.get("x-roomkit-signature") == plain
            if known and sign(secret, webhook_id, int(stamp), request.body) in given:
                return webhook_id
        raise Refused(Response(401, "bad signature"))

    # -- what it posts to us

    def inbound(
        self, fields: Mapping[str, Any], *, webhook_id: str = "msg_1", stamp: int | None = None
    ) -> WebhookPost:
        """Return a signed request with any JSON object; `stamp` in unix seconds."""
        body = json.dumps(fields).encode()
        stamp = int(self._clock()) if stamp is None else stamp
        signatures = [sign(secret, webhook_id, stamp, body) for secret in self.secrets]
        headers = {
            "Content-Type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": " ".join(signatures),
        }
        return headers, body

    def inbound_text(self, body: str = "Salut", **fields: Any) -> WebhookPost:
        """Return a signed text message."""
        return self.inbound({"sender_id": "u1", "body": body, "external_id": "m-1", **fields})


def sign(secret: str, webhook_id: str, stamp: int, body: bytes) -> str:
    """Return one entry of `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([webhook_id.encode(), str(stamp).encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()

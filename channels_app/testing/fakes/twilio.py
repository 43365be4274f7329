"""Twilio on loopback: Messages, their media, typing in WhatsApp, and what an account has.

Sources: twilio-python 9.13.0 `MessageList` (paths), `messaging.v2.TypingIndicatorInstance`; Twilio
Docs "Message Resource", "Media Resource", "Typing Indicators resource". Unconfirmed: the statuses
of a wrong content type (415) and a wrong method (405), and what the storage says to credentials.
What `twilio_account` serves has its sources there.
"""

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response
from channels_app.testing.fakes.twilio_account import TwilioAccountDesk
from channels_app.testing.fakes.twilio_answers import (
    ACCOUNT_PATH,
    ACCOUNT_SID,
    AUTH_TOKEN,
    NUMBER,
    RCS_AGENT,
    SERVICE_SID,
    WHATSAPP_NUMBER,
    error_response,
    message_resource,
    not_found,
)
from channels_app.testing.fakes.twilio_requests import (
    Form,
    InvalidForm,
    MessageForm,
    TypingForm,
    read_form,
)

FORM = "application/x-www-form-urlencoded"
MESSAGE_PATH = re.compile(r"/Messages/((?:SM|MM)[0-9a-f]{32})\.json")
MEDIA_PATH = re.compile(r"/Messages/(MM[0-9a-f]{32})/Media/(ME[0-9a-f]{32})")


@dataclass(frozen=True)
class SentMessage:
    """A message that was taken: its id, what was asked, and the resource that was answered."""

    sid: str
    form: MessageForm
    resource: dict[str, Any]


@dataclass(frozen=True)
class Media:
    """A file of an inbound message."""

    content: bytes
    content_type: str


class FakeStorage(FakeVendor):
    """Where Twilio keeps files: another host, by addresses that are signed.

    Like the real one it refuses a request that brings credentials besides the signed address.
    """

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, Media] = {}

    def answer(self, request: Request) -> Response:
        """Serve a file."""
        if "authorization" in request.headers:
            raise Refused(Response(400, "Only one auth mechanism allowed"))
        media = self.files.get(request.path.removeprefix("/"))
        if request.method != "GET" or media is None:
            raise Refused(Response(404, "not found"))
        return Response(200, media.content, {"Content-Type": media.content_type})


class FakeTwilio(FakeVendor):
    """One account with one number for text messages, WhatsApp and RCS each, and one service.

    Attributes:
        sent: The messages that were taken, oldest first.
        typing: The typing indicators that were taken.
        opted_out: Recipients who have answered STOP; as in `To`.
        desk: What can be read about the account, and its API keys.
        storage: The host to which media addresses lead; it serves as long as this does.
    """

    def __init__(self) -> None:
        super().__init__()
        self.credentials = {ACCOUNT_SID: AUTH_TOKEN}
        self.senders = {NUMBER, WHATSAPP_NUMBER, RCS_AGENT}
        self.services = {SERVICE_SID}
        self.sent: list[SentMessage] = []
        self.typing: list[TypingForm] = []
        self.opted_out: set[str] = set()
        self.desk = TwilioAccountDesk()
        self.storage = FakeStorage()

    @contextmanager
    def serving(self) -> Iterator[Self]:
        """Listen until the block ends, the storage too."""
        with self.storage.serving(), super().serving():
            yield self

    def add_media(self, content: bytes, content_type: str = "image/jpeg") -> str:
        """Keep a file of an inbound message and return its `MediaUrl`; it must be serving."""
        number = len(self.storage.files) + 1
        message, media = f"MM{number:032x}", f"ME{number:032x}"
        self.storage.files[media] = Media(content, content_type)
        return f"{self.url}{ACCOUNT_PATH}/{ACCOUNT_SID}/Messages/{message}/Media/{media}"

    def answer(self, request: Request) -> Response:
        """Take a request as Twilio does.

        Raises:
            Refused: If credentials, path, method or fields are not as documented.
        """
        self._check_credentials(request)
        if request.method == "GET" and (told := self.desk.answer(request, self.services)):
            return told
        if request.path == "/v2/Indicators/Typing.json":
            return self._only(request, "POST", self._show_typing)
        below = request.path.removeprefix(f"{ACCOUNT_PATH}/{ACCOUNT_SID}")
        if below == "/Messages.json":
            return self._only(request, "POST", self._create)
        if message := MESSAGE_PATH.fullmatch(below):
            sid = message[1]
            return self._only(request, "GET", lambda _: self._fetch(sid, request))
        if media := MEDIA_PATH.fullmatch(below):
            return self._media(media[2], request)
        raise not_found(request)

    # -- resources

    def _create(self, request: Request) -> Response:
        form = _read(request, MessageForm)
        self._check_account(form)
        kind = "MM" if form.MediaUrl else "SM"
        sid = f"{kind}{len(self.sent) + 1:032x}"
        resource = message_resource(sid, form)
        self.sent.append(SentMessage(sid, form, resource))
        return Response(201, resource)

    def _fetch(self, sid: str, request: Request) -> Response:
        for message in self.sent:
            if message.sid == sid:
                return Response(200, message.resource)
        raise not_found(request)

    def _media(self, sid: str, request: Request) -> Response:
        if sid not in self.storage.files:
            raise not_found(request)
        if request.method == "DELETE":
            del self.storage.files[sid]
            return Response(204)
        return self._only(
            request, "GET", lambda _: Response(307, headers={"Location": self._address(sid)})
        )

    def _address(self, sid: str) -> str:
        return f"{self.storage.url}/{sid}?Signature=fake"

    def _show_typing(self, request: Request) -> Response:
        self.typing.append(_read(request, TypingForm))
        return Response(200, {"success": True})

    # -- checks

    def _check_credentials(self, request: Request) -> None:
        expected = {
            base64.b64encode(f"{user}:{secret}".encode()).decode()
            for user, secret in (self.credentials | self.desk.keys).items()
        }
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or given not in expected:
            raise Refused(error_response(401, 20003, "Authenticate"))

    def _check_account(self, form: MessageForm) -> None:
        """Refuse what this account may not do."""
        if form.MessagingServiceSid and form.MessagingServiceSid not in self.services:
            raise Refused(error_response(404, 21701, "The Messaging Service does not exist"))
        if form.From and form.From not in self.senders:
            raise Refused(self._unknown_sender(form.From))
        if form.To in self.opted_out:
            raise Refused(error_response(400, 21610, "Attempt to send to unsubscribed recipient"))

    def _unknown_sender(self, sender: str) -> Response:
        if ":" in sender:
            return error_response(
                400, 63007, "Twilio could not find a Channel with the specified From address"
            )
        return error_response(
            400, 21606, "The From phone number is not a valid, SMS-capable number of your account"
        )

    def _only(self, request: Request, method: str, take: Callable[[Request], Response]) -> Response:
        if request.method != method:
            raise Refused(error_response(405, 20004, "Method not allowed"))
        return take(request)


def _read(request: Request, shape: type[Form]) -> Form:
    if request.headers.get("content-type", "").partition(";")[0] != FORM:
        raise Refused(error_response(415, 20001, "Unsupported Media Type"))
    try:
        return read_form(request.form, shape)
    except InvalidForm as error:
        raise Refused(error_response(400, error.code, str(error))) from None
    except ValueError:
        raise Refused(error_response(400, 20001, "The body is no form")) from None

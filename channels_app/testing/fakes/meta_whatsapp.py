"""The WhatsApp Cloud API of one business number.

Sources: "WhatsApp Cloud API: Messages", "Media" (retrieve URL, download), "Error codes",
"Business phone numbers" (the number, the numbers of an account); responses
as in pywa 4.5.0 `GraphAPI.send_raw_request` and `get_media_url`. Unconfirmed: which code a missing
media address answers after it has expired (404 here).
"""

import base64
import hashlib
from dataclasses import dataclass

from channels_app.testing.fakes.meta import INVALID_PARAMETER, NO_SUCH_OBJECT, FakeGraph
from channels_app.testing.fakes.meta_whatsapp_schema import (
    MESSAGE,
    READ_MARK,
    AnyMessage,
    ReadMark,
    TemplateMessage,
)
from channels_app.testing.fakes.meta_whatsapp_webhooks import WhatsAppWebhooks
from channels_app.testing.fakes.server import Request, Response

PHONE_NUMBER_ID = "106540352242922"
WABA_ID = "102290129340398"
DOWNLOADS = "/whatsapp_business/attachments/"

NO_PERMISSION = 200
NOT_WHATSAPP = 131026
WINDOW_CLOSED = 131047
NO_SUCH_TEMPLATE = 132001
WRONG_PARAMETER_COUNT = 132000


@dataclass(frozen=True)
class SentWhatsApp:
    """A message that was taken."""

    id: str
    message: AnyMessage

    @property
    def to(self) -> str:
        """The phone number, group or business-scoped id."""
        return self.message.to or self.message.recipient or ""


@dataclass
class MediaFile:
    """A file that a person sent; its address is good until `version` goes up."""

    content: bytes
    mime_type: str
    version: int = 1

    @property
    def sha256(self) -> str:
        """The digest as Meta tells it, in hex."""
        return hashlib.sha256(self.content).hexdigest()


class FakeWhatsAppCloud(FakeGraph):
    """Takes messages, reads and media requests of one number.

    Attributes:
        sent: The messages that were taken, oldest first.
        read_marks: What we marked as read, oldest first.
        templates: How many gaps the body of each approved template has, by name and language.
        closed: Recipients who wrote more than 24 hours ago; they get templates only.
        not_on_whatsapp: Recipients that Meta cannot reach.
        media: The files that people sent, by id.
        may_manage: Whether the token may look at the number and its account.
        has_number: Whether the account has the number.
    """

    def __init__(self, phone_number_id: str = PHONE_NUMBER_ID, waba_id: str = WABA_ID) -> None:
        super().__init__()
        self.phone_number_id = phone_number_id
        self.hooks = WhatsAppWebhooks(self.app_secret, waba_id, phone_number_id)
        self.sent: list[SentWhatsApp] = []
        self.read_marks: list[ReadMark] = []
        self.templates: dict[tuple[str, str], int] = {}
        self.closed: set[str] = set()
        self.not_on_whatsapp: set[str] = set()
        self.may_manage = True
        self.has_number = True
        self.media: dict[str, MediaFile] = {}

    def answer(self, request: Request) -> Response:
        """Take a request as graph.facebook.com or the media host would."""
        if request.path == DOWNLOADS:
            return self._download(request)
        node = self.node_of(request)
        if request.method == "POST" and node == f"/{self.phone_number_id}/messages":
            return self._post(request)
        if request.method == "GET" and node.lstrip("/") in self.media:
            return self._locate(request, node.lstrip("/"))
        if request.method == "GET" and (told := self._tell(request, node.lstrip("/"))):
            return told
        raise self.refusal(
            INVALID_PARAMETER,
            f"Unsupported {request.method.lower()} request. Object with ID '{node.lstrip('/')}' "
            "does not exist, cannot be loaded due to missing permissions, or does not support this "
            "operation.",
            subcode=NO_SUCH_OBJECT,
        )

    def _tell(self, request: Request, node: str) -> Response | None:
        """Describe the number or its account; None if it is something else."""
        self.check_proof(request)
        number = {"id": self.phone_number_id, "display_phone_number": "+1 514-555-0199"}
        if not self.may_manage:
            raise self.refusal(NO_PERMISSION, "(#200) You do not have the necessary permissions")
        if node == self.phone_number_id:
            return Response(200, number)
        if node == f"{self.hooks.waba_id}/phone_numbers":
            return Response(200, {"data": [number] if self.has_number else []})
        return None

    # -- messages

    def _post(self, request: Request) -> Response:
        if self.names(request, "status"):
            self.read_marks.append(self.read(request, READ_MARK))
            return Response(200, {"success": True})
        message = self.read(request, MESSAGE)
        self._check_recipient(message)
        if isinstance(message, TemplateMessage):
            self._check_template(message)
        sent = SentWhatsApp(self._wamid(), message)
        self.sent.append(sent)
        return Response(200, self._receipt(sent))

    def _check_recipient(self, message: AnyMessage) -> None:
        to = _digits(message.to) if message.to else message.recipient
        if to in self.not_on_whatsapp:
            raise self.refusal(NOT_WHATSAPP, "(#131026) Message undeliverable")
        if to in self.closed and not isinstance(message, TemplateMessage):
            raise self.refusal(
                WINDOW_CLOSED,
                "(#131047) Re-engagement message",
                "Message failed to send because more than 24 hours have passed since the customer "
                "last replied to this number.",
            )

    def _check_template(self, message: TemplateMessage) -> None:
        template = message.template
        gaps = self.templates.get((template.name, template.language.code))
        if gaps is None:
            raise self.refusal(
                NO_SUCH_TEMPLATE,
                "(#132001) Template name does not exist in the translation",
                f"template name ({template.name}) does not exist in {template.language.code}",
            )
        given = len(template.body_parameters())
        if given != gaps:
            raise self.refusal(
                WRONG_PARAMETER_COUNT,
                "(#132000) Number of parameters does not match the expected number of params",
                f"body: number of localizable_params ({given}) does not match {gaps}",
            )

    def _receipt(self, sent: SentWhatsApp) -> dict[str, object]:
        message = sent.message
        contact = {"input": sent.to}
        if message.to is None:
            contact["user_id"] = sent.to
        elif message.recipient_type == "individual":
            contact["wa_id"] = _digits(sent.to)
        receipt = {"id": sent.id}
        if isinstance(message, TemplateMessage):
            receipt["message_status"] = "accepted"
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [receipt]}

    def _wamid(self) -> str:
        inner = f"HBgLMTUxNDU1NTAx{self.next_number():08d}".encode()
        return f"wamid.{base64.b64encode(inner).decode()}"

    # -- media

    def _locate(self, request: Request, media_id: str) -> Response:
        for name, value in request.query:
            if (name, value) != ("phone_number_id", self.phone_number_id):
                raise self.refusal(INVALID_PARAMETER, f"(#100) Param {name} is not valid: {value}")
        file = self.media[media_id]
        return Response(
            200,
            {
                "messaging_product": "whatsapp",
                "url": f"{self.url}{DOWNLOADS}?mid={media_id}&ext={file.version}&hash=ATx",
                "mime_type": file.mime_type,
                "sha256": file.sha256,
                "file_size": len(file.content),
                "id": media_id,
            },
        )

    def _download(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Response(401, {"error": "unauthorized"})
        asked = dict(request.query)
        file = self.media.get(asked.get("mid", ""))
        if file is None or asked.get("ext") != str(file.version) or "hash" not in asked:
            return Response(404, "")
        return Response(200, file.content)


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))

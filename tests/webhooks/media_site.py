"""A vendor whose messages hold files, and the host that has them."""

from typing import Any, ClassVar

from channels_app.channels.sms import SMSChannel
from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.media import DEFAULT_MAX_BYTES, FetchedMedia, download
from channels_app.providers.base.webhook import MessageEdited, WebhookItem, WebhookRequest
from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response
from rooms.domain.content import CompositeContent, EventContent, MediaContent, TextContent
from rooms.domain.echo import EchoMessage
from rooms.domain.message import InboundMessage
from tests.webhooks.toy_vendor import CHANNEL, ToyProvider

PNG = b"\x89PNG\r\n\x1a\n a picture"


class FileHost(FakeVendor):
    """Serves files by path; to `/away?<address>` it answers with a redirect.

    Attributes:
        files: The bytes by path.
    """

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {"/cat.png": PNG}

    def answer(self, request: Request) -> Response:
        """Serve a file to whoever shows the vendor's word."""
        if request.path == "/away":
            return Response(302, headers={"Location": request.query[0][1]})
        if request.headers.get("x-word") != "vendor" or request.path not in self.files:
            raise Refused(Response(404, "not found"))
        return Response(200, self.files[request.path], {"Content-Type": "image/png"})


class FilesProvider(ToyProvider):
    """The toy vendor, whose messages name files.

    Args:
        host: Where these are; the settings name it, so that it may be in our own network.
    """

    slug: ClassVar[str] = "toy"

    def __init__(self, host: FileHost) -> None:
        super().__init__()
        self._host = host.url

    async def fetch_media(
        self, url: str, *, sha256: str | None = None, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> FetchedMedia:
        def headers_of(asked: str) -> dict[str, str]:
            return {"X-Word": "vendor"} if asked.startswith(f"{self._host}/") else {}

        return await download(
            url, headers_of=headers_of, own_url=self._host, sha256=sha256, max_bytes=max_bytes
        )

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        return [_read(item, channel_id) for item in request.json_object()["items"]]


def _read(item: dict[str, Any], channel_id: str) -> WebhookItem:
    content = _content(item)
    if item["kind"] == "edit":
        return MessageEdited(
            channel_id=channel_id,
            sender_id=item["sender"],
            provider_message_id=item["id"],
            content=content,
        )
    if item["kind"] == "echo":
        return EchoMessage(
            channel_id=channel_id,
            recipient_id=item["sender"],
            sender_id="+15550199",
            content=content,
            provider_message_id=item["id"],
        )
    return InboundMessage(
        channel_id=channel_id,
        sender_id=item["sender"],
        content=content,
        provider_message_id=item["id"],
        external_id=item["id"],
        metadata={"media": {"sha256": item["sha256"]}} if item.get("sha256") else {},
    )


def _content(item: dict[str, Any]) -> EventContent:
    files = [
        MediaContent(url=url, mime_type=item["type"], filename=url.rpartition("/")[2] or None)
        for url in item["files"]
    ]
    if not item["text"]:
        return files[0]
    return CompositeContent(parts=[TextContent(body=item["text"]), *files])


def files_channel(host: FileHost) -> TransportChannel:
    return SMSChannel(CHANNEL, provider=FilesProvider(host))


def with_files(*urls: str, text: str = "", id: str = "m-1", **more: Any) -> dict[str, Any]:
    """Return an item that names files."""
    item = {"kind": "message", "sender": "+15550001", "id": id, "text": text, "files": urls}
    return {**item, "type": "image/png", **more}

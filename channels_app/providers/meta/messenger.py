"""Facebook Messenger by Meta's Send API."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from channels_app.providers.base.messenger import MessengerProvider
from channels_app.providers.base.webhook import WebhookItem, WebhookReply, WebhookRequest
from channels_app.providers.meta.checking import check_messenger
from channels_app.providers.meta.config import MessengerConfig
from channels_app.providers.meta.errors import MESSENGER
from channels_app.providers.meta.graph import Graph, id_missing, send_all
from channels_app.providers.meta.messenger_messages import build_messages
from channels_app.providers.meta.messenger_parsing import parse_messenger, parse_messenger_webhook
from channels_app.providers.meta.signature import answer_handshake, is_signed, verify_signed
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType, ChannelType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject

__all__ = ["FacebookMessengerProvider", "MessengerConfig", "parse_messenger_webhook"]

VENDOR = "Messenger"
WINDOW = timedelta(hours=24)
HUMAN_WINDOW = timedelta(days=7)
MACHINES = (ChannelType.AI, ChannelType.SYSTEM)

# A page can change or take back nothing that it has sent.
CAPABILITIES = ChannelCapabilities(
    media_types=[kind for kind in ChannelMediaType if kind is not ChannelMediaType.LOCATION],
    max_length=2000,
    supports_threading=True,
    supports_reactions=True,
    supports_read_receipts=True,
    supports_typing=True,
    supports_templates=True,
    supports_buttons=True,
    max_buttons=3,
    supports_cards=True,
    supports_quick_replies=True,
    supports_media=True,
    # A recording or film may go as a file: the kind of attachment is chosen by its type.
    supported_media_types=["*/*"],
    max_media_size_bytes=25 * 1024 * 1024,
    supports_audio=True,
    supports_video=True,
)


class FacebookMessengerProvider(MessengerProvider):
    """One Facebook page.

    Args:
        config: Page, token and secrets.
    """

    slug = "meta"
    config_model = MessengerConfig

    def __init__(self, config: MessengerConfig) -> None:
        self._config = config
        self._graph = Graph(config, config.page_access_token, MESSENGER, VENDOR)
        self._path = f"{config.page_id or 'me'}/messages"

    @property
    def name(self) -> str:
        """`messenger`."""
        return "messenger"

    def capabilities(self) -> ChannelCapabilities:
        """Return what the Send API lets a page show."""
        return CAPABILITIES

    def reply_window(self, event: RoomEvent) -> timedelta:
        """Return how long the page may answer: a day; what a person wrote a week, with the tag."""
        is_tagged = self._config.human_agent_tag and _is_by_a_person(event)
        return HUMAN_WINDOW if is_tagged else WINDOW

    # -- sending

    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to a page-scoped user id.

        More than 24 hours after the person's last message the outcome is WINDOW_CLOSED, unless the
        event is a template, or a person wrote it and the page may use the HUMAN_AGENT tag.
        """
        result = await self._send(event, to, {})
        is_late = result.outcome is SendOutcome.WINDOW_CLOSED and not result.provider_message_ids
        if is_late and self._config.human_agent_tag and _is_by_a_person(event):
            tag = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
            return await self._send(event, to, tag)
        return result

    async def send_reaction(self, chat: str, sender: str, message_id: str, emoji: str) -> None:
        """Put an emoji on a message of a person; the empty one takes ours away.

        `sender` is not needed here.

        Raises:
            SendProblem: If Messenger does not take it.
        """
        sign = {"reaction": emoji} if emoji else {}
        action = "react" if emoji else "unreact"
        await self._act(chat, action, payload={"message_id": message_id, **sign})

    async def mark_read(self, message_ids: list[str], chat: str, sender: str = "") -> None:
        """Show a person that everything they wrote was seen; Messenger knows no single messages.

        Raises:
            SendProblem: If Messenger does not take it.
        """
        await self._act(chat, "mark_seen")

    async def send_typing(self, to: str, *, is_typing: bool = True, media: str = "text") -> None:
        """Show that an answer is written, or that it no longer is.

        Raises:
            SendProblem: If Messenger does not take it.
        """
        await self._act(to, "typing_on" if is_typing else "typing_off")

    async def _send(self, event: RoomEvent, to: str, more: Mapping[str, str]) -> ProviderResult:
        def build() -> list[JsonObject]:
            return [{**body, **more} for body in build_messages(event, to, self._config)]

        return await send_all(build, self._post)

    async def _post(self, body: JsonObject) -> tuple[str, dict[str, Any]]:
        answer = await self._graph.post(self._path, body)
        if not answer.get("message_id"):
            raise id_missing(VENDOR)
        return str(answer["message_id"]), {}

    async def _act(self, to: str, action: str, **more: Any) -> None:
        body = {"recipient": {"id": to}, "sender_action": action, **more}
        await self._graph.post(self._path, body)

    # -- webhooks

    async def verify(self, request: WebhookRequest) -> None:
        """Prove that the app's secret signed a webhook.

        Raises:
            WebhookRefused: If it did not, or if no secret is configured.
        """
        verify_signed(request, self._config.app_secret)

    def verify_signature(self, payload: bytes, signature: str) -> bool:
        """Tell whether an `X-Hub-Signature-256` fits a body."""
        return is_signed(payload, signature, self._config.app_secret)

    def handshake(self, request: WebhookRequest) -> WebhookReply | None:
        """Echo the challenge by which Meta proves the webhook's address.

        Raises:
            WebhookRefused: If the token is wrong or none is configured.
        """
        return answer_handshake(request, self._config.verify_token)

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a webhook: everything that is about our page, in order.

        Raises:
            MalformedWebhook: If nothing of it can be read.
        """
        return parse_messenger(
            request.json_object(), channel_id, page_id=self._config.page_id, provider=self.name
        )

    async def check(self) -> None:
        """Ask Meta whether token, secret and page belong together; nothing is sent.

        Raises:
            CheckFailed: If not, or if Meta could not be asked.
        """
        await check_messenger(self._graph, self._config)

    async def close(self) -> None:
        """Close the connections."""
        await self._graph.close()


def _is_by_a_person(event: RoomEvent) -> bool:
    return event.source.channel_type not in MACHINES

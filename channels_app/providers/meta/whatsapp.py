"""WhatsApp by Meta's Cloud API."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from channels_app.providers.base.media import DEFAULT_MAX_BYTES, FetchedMedia
from channels_app.providers.base.webhook import WebhookItem, WebhookReply, WebhookRequest
from channels_app.providers.base.whatsapp import WhatsAppProvider
from channels_app.providers.meta.checking import check_whatsapp
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.errors import WHATSAPP, outcome_of_report
from channels_app.providers.meta.graph import Graph, id_missing, send_all
from channels_app.providers.meta.media import MediaFetcher
from channels_app.providers.meta.signature import answer_handshake, is_signed, verify_signed
from channels_app.providers.meta.templates import build_whatsapp_template
from channels_app.providers.meta.whatsapp_addresses import envelope_to
from channels_app.providers.meta.whatsapp_messages import build_messages, build_reaction
from channels_app.providers.meta.whatsapp_parsing import parse_whatsapp
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject

VENDOR = "WhatsApp"
WINDOW = timedelta(hours=24)
ADDRESSES: tuple[str, ...] = ("wa_id", "user_id")

# A business can change or take back nothing that it has sent.
CAPABILITIES = ChannelCapabilities(
    media_types=list(ChannelMediaType),
    max_length=4096,
    supports_threading=True,
    supports_reactions=True,
    supports_read_receipts=True,
    supports_typing=True,
    supports_templates=True,
    supports_rich_text=True,
    supports_buttons=True,
    max_buttons=10,
    supports_quick_replies=True,
    supports_media=True,
    # A recording or film may go as a file: the kind of message is chosen by its type.
    supported_media_types=["*/*"],
    supports_audio=True,
    supports_video=True,
)


class WhatsAppCloudProvider(WhatsAppProvider):
    """One business number.

    Args:
        config: Number, token and secrets.
    """

    slug = "meta"
    config_model = WhatsAppCloudConfig

    def __init__(self, config: WhatsAppCloudConfig) -> None:
        self._config = config
        self._graph = Graph(config, config.access_token, WHATSAPP, VENDOR)
        self._media = MediaFetcher(config, self._graph)

    @property
    def name(self) -> str:
        """`whatsapp_cloud`."""
        return "whatsapp_cloud"

    def capabilities(self) -> ChannelCapabilities:
        """Return what the Cloud API lets a business show."""
        return CAPABILITIES

    def reply_window(self, event: RoomEvent) -> timedelta:
        """Return how long WhatsApp takes more than templates: a day after the person's message."""
        return WINDOW

    # -- sending

    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to a phone number, a business-scoped user id or a group id.

        More than 24 hours after the person's last message only templates are taken; the outcome of
        anything else is then WINDOW_CLOSED.
        """
        return await send_all(lambda: build_messages(event, to, self._config), self._post)

    async def send_template(
        self,
        to: str,
        template_name: str,
        params: Mapping[str, Any] | None = None,
        *,
        language: str | None = None,
    ) -> ProviderResult:
        """Send an approved template, in the config's language unless another one is named.

        `params` fills the gaps: of the body by number (`1`, `2` …) or by name; `header`,
        `button_reply_0` and `button_url_0` fill the others'.
        """
        code = language or self._config.template_language
        template = build_whatsapp_template(template_name, code, params or {})
        content = {"type": "template", "template": template}
        return await send_all(lambda: [{**envelope_to(to), **content}], self._post)

    async def send_reaction(self, chat: str, sender: str, message_id: str, emoji: str) -> None:
        """Put an emoji on a message of a chat; the empty one takes ours away.

        `sender` is not needed here.

        Raises:
            SendProblem: If WhatsApp does not take it.
            Unsendable: If `chat` is no address.
        """
        await self._post({**envelope_to(chat), **build_reaction(message_id, emoji)})

    async def mark_read(self, message_ids: list[str], chat: str = "", sender: str = "") -> None:
        """Show a person that their messages were read; `chat` and `sender` are not needed here.

        Raises:
            SendProblem: If WhatsApp does not take it.
        """
        for message_id in message_ids:
            await self._mark(message_id)

    async def show_typing(self, message_id: str) -> None:
        """Show for up to 25 seconds that an answer is written; also marks the message as read.

        Raises:
            SendProblem: If WhatsApp does not take it.
        """
        await self._mark(message_id, typing_indicator={"type": "text"})

    async def _mark(self, message_id: str, **more: Any) -> None:
        mark = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        await self._graph.post(self._path, {**mark, **more})

    async def _post(self, body: JsonObject) -> tuple[str, dict[str, Any]]:
        answer = await self._graph.post(self._path, body)
        try:
            message_id = str(answer["messages"][0]["id"])
        except (KeyError, IndexError, TypeError):
            raise id_missing(VENDOR) from None
        # The number that WhatsApp made of ours may differ: replies come from that one.
        contact: JsonObject = next(iter(answer.get("contacts") or []), {})
        return message_id, {key: contact[key] for key in ADDRESSES if key in contact}

    @property
    def _path(self) -> str:
        return f"{self._config.phone_number_id}/messages"

    def outcome_of_report(self, code: str) -> SendOutcome | None:
        """Return what WhatsApp's code of a reported failure says of sending again."""
        return outcome_of_report(code)

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
        """Read a webhook: everything that is about our number, in order.

        Raises:
            MalformedWebhook: If nothing of it can be read.
        """
        return parse_whatsapp(request.json_object(), channel_id, self._config, self.name)

    async def fetch_media(
        self, url: str, *, sha256: str | None = None, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> FetchedMedia:
        """Return a file that a person sent, by its media id or the address in its content.

        Raises:
            SendProblem: If Meta does not know the id or does not answer.
            MediaUnavailable: If the file is gone, too large, elsewhere or another one.
        """
        return await self._media.fetch(url, sha256=sha256, max_bytes=max_bytes)

    async def check(self) -> None:
        """Ask Meta whether token, secret, number and account belong together; nothing is sent.

        Raises:
            CheckFailed: If not, or if Meta could not be asked.
        """
        await check_whatsapp(self._graph, self._config)

    async def close(self) -> None:
        """Close the connections."""
        await self._graph.close()

"""Microsoft Teams as a provider: a bot, by the Bot Connector's REST interface."""

import json
from contextlib import suppress
from typing import ClassVar

import httpx

from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.media import DEFAULT_MAX_BYTES, FetchedMedia, download
from channels_app.providers.base.teams import TeamsProvider
from channels_app.providers.base.webhook import (
    MalformedWebhook,
    WebhookItem,
    WebhookRefused,
    WebhookReply,
    WebhookRequest,
)
from channels_app.providers.teams.activities import CAPABILITIES, build_activity
from channels_app.providers.teams.checking import check_credentials
from channels_app.providers.teams.config import TeamsConfig
from channels_app.providers.teams.connector import Connector
from channels_app.providers.teams.conversation_store import (
    ConversationReferenceStore,
    InMemoryConversationReferenceStore,
)
from channels_app.providers.teams.conversations import Conversations
from channels_app.providers.teams.items import parse_items
from channels_app.providers.teams.references import References
from channels_app.providers.teams.sending import Messages
from channels_app.providers.teams.signature import check_call, read_key_id, read_token
from channels_app.providers.teams.signing_keys import SigningKeys
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import TextContent
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject

FIRST_WORDS = "👋"


class BotFrameworkTeamsProvider(TeamsProvider):
    """One bot in Teams.

    A bot can only write where it has been added: each verified activity tells where that is, and is
    remembered in the store. Keep it where every process finds it; the default forgets everything
    when the process ends.

    Args:
        config: The bot.
        conversation_store: Where conversations are remembered.
    """

    slug: ClassVar[str] = "botframework"
    config_model = TeamsConfig
    extra = "teams"

    def __init__(
        self,
        config: TeamsConfig,
        *,
        conversation_store: ConversationReferenceStore | None = None,
    ) -> None:
        self._config = config
        self._client = VendorClient("Teams", timeout=config.timeout)
        self._keys = SigningKeys(config.openid_url, self._client)
        self._references = References(conversation_store or InMemoryConversationReferenceStore())
        self._connector = Connector(config, self._client)
        self._messages = Messages(self._connector, self._references)
        self._conversations = Conversations(config, self._connector, self._references)

    @property
    def conversation_store(self) -> ConversationReferenceStore:
        """Where conversations are remembered."""
        return self._references.store

    def capabilities(self) -> ChannelCapabilities:
        """Return what a bot can show in Teams."""
        return CAPABILITIES

    # -- out

    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to `to`, the id of a conversation that the bot was heard in."""
        return await self._messages.send(event, to)

    async def create_personal_conversation(
        self, service_url: str, user_id: str, *, tenant_id: str | None = None
    ) -> str:
        """Open the chat with one person and return its id; the app must be installed for them.

        Args:
            service_url: As an activity of their tenant gave it.
            user_id: Their account in Teams (`29:…`) or their Entra object id.
            tenant_id: Their tenant; a single-tenant bot knows it.

        Raises:
            ValueError: If the tenant is not known.
            SendProblem: If Teams opens none; its `result` says why.
        """
        return await self._conversations.open_chat(service_url, user_id, tenant_id)

    async def create_channel_conversation(
        self,
        service_url: str,
        channel_id: str,
        *,
        tenant_id: str | None = None,
        text: str = FIRST_WORDS,
    ) -> str:
        """Begin a thread in a channel and return its id.

        Args:
            service_url: As an activity of that tenant gave it.
            channel_id: The channel's (`19:…@thread.tacv2`).
            tenant_id: Its tenant.
            text: The thread's first message: Teams opens none without.

        Raises:
            SendProblem: If Teams opens none; its `result` says why.
        """
        first = build_activity(TextContent(body=text))
        return await self._conversations.open_thread(service_url, channel_id, first, tenant_id)

    async def list_members(self, conversation_id: str) -> list[JsonObject]:
        """Return who is in a conversation, as Teams tells it, and remember their addresses.

        Raises:
            LookupError: If the conversation is not known.
            SendProblem: If Teams does not tell; its `result` says why.
        """
        return [member async for member in self._conversations.members(conversation_id)]

    # -- in

    async def verify(self, request: WebhookRequest) -> None:
        """Prove that the Bot Connector posted an activity, and remember where it came from.

        Raises:
            WebhookRefused: If it did not.
            SendProblem: If Microsoft's keys cannot be fetched: nobody knows, so it should come
                again.
        """
        token = read_token(request.header("authorization"))
        key = await self._keys.find(read_key_id(token))
        activity = check_call(self._config, token, key, request.body)
        with suppress(MalformedWebhook):  # `parse` says so, and the webhook is kept for a person
            await self._references.remember(activity)

    def verify_signature(self, payload: bytes, signature: str) -> bool:
        """Tell whether the Bot Connector posted a body under an `Authorization` header.

        Blocks the thread while Microsoft's keys are fetched, once a day; `verify` does not.
        """
        try:
            token = read_token(signature)
            key = self._keys.find_now(read_key_id(token), timeout=self._config.timeout)
            check_call(self._config, token, key, payload)
        except (WebhookRefused, SendProblem, httpx.HTTPError):
            return False
        return True

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a verified activity.

        Raises:
            MalformedWebhook: If it is none.
        """
        return parse_items(request.json_object(), channel_id)

    def reply(self, request: WebhookRequest) -> WebhookReply:
        """Answer an invoke, which Teams waits for, with an empty object; anything else with 200."""
        try:
            kind = json.loads(request.body).get("type")
        except (ValueError, AttributeError):
            kind = None
        if kind == "invoke":
            return WebhookReply(body="{}", content_type="application/json")
        return WebhookReply()

    async def fetch_media(
        self, url: str, *, sha256: str | None = None, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> FetchedMedia:
        """Return a file by the address in its content; pictures in a text take the bot's token.

        Raises:
            MediaUnavailable: If it cannot be had.
            SendProblem: If there is no token to be had.
        """
        headers = await self._connector.headers_for(url)
        return await download(
            url,
            headers_of=lambda asked: headers if asked == url else {},
            # A whole origin is named in tests and behind gateways.
            own_url=next((host for host in self._config.service_hosts if "://" in host), ""),
            sha256=sha256,
            max_bytes=max_bytes,
        )

    async def save_conversation_reference(self, activity_dict: JsonObject) -> None:
        """Remember where an activity came from, which the caller has verified.

        Raises:
            MalformedWebhook: If it is no activity.
        """
        await self._references.remember(activity_dict)

    async def check(self) -> None:
        """Ask Microsoft for a token, which takes the app, its directory and its secret.

        Raises:
            CheckFailed: If there is none to be had.
        """
        await check_credentials(self._config, self._client)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

"""RCS by Telnyx, with SMS and MMS for phones that cannot do it."""

from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.outcomes import refused
from channels_app.providers.base.rcs import RCSDeliveryResult, RCSProvider
from channels_app.providers.base.webhook import WebhookItem, WebhookRequest
from channels_app.providers.telnyx.checking import check_agent, check_profile
from channels_app.providers.telnyx.client import TelnyxAPI, make_key
from channels_app.providers.telnyx.config import TelnyxRCSConfig as TelnyxRCSConfig
from channels_app.providers.telnyx.errors import UNREADABLE, outcome_of_delivery, read_refusal
from channels_app.providers.telnyx.outgoing import NotSendable, build_callback
from channels_app.providers.telnyx.parsing import parse_request
from channels_app.providers.telnyx.rcs_outgoing import MAX_SUGGESTIONS, MAX_TEXT, build_rcs
from channels_app.providers.telnyx.signature import TelnyxSignature
from channels_app.providers.telnyx.sms import parse_telnyx_webhook
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.progress import name_send

CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.RICH, ChannelMediaType.MEDIA],
    max_length=MAX_TEXT,
    supports_read_receipts=True,
    supports_rich_text=True,
    supports_buttons=True,
    max_buttons=MAX_SUGGESTIONS,
    supports_cards=True,
    supports_quick_replies=True,
    supports_media=True,
)


class TelnyxRCSProvider(RCSProvider):
    """Sends events as RCS messages; text, each file and the cards of one event go out apart.

    Args:
        config: The account and its agent.
        public_key: Verifies webhooks; wins over the one in `config`.

    Raises:
        ValueError: If the public key is none.
    """

    takes_idempotency_key: ClassVar[bool] = True
    slug: ClassVar[str] = "telnyx"
    config_model = TelnyxRCSConfig

    def __init__(self, config: TelnyxRCSConfig, public_key: str | None = None) -> None:
        self._config = config
        self._signature = TelnyxSignature(public_key or config.public_key)
        self._api = TelnyxAPI(
            api_key=config.api_key, base_url=config.base_url, timeout=config.timeout
        )

    @property
    def sender_id(self) -> str:
        """The agent that recipients see."""
        return self._config.agent_id

    def capabilities(self) -> ChannelCapabilities:
        """Return what Telnyx passes on to phones that can do RCS."""
        return CAPABILITIES

    async def send(self, event: RoomEvent, to: str, *, fallback: bool = True) -> RCSDeliveryResult:
        """Send one event to the phone number `to` (E.164), by SMS if need be and `fallback`.

        What it went out as is known from the status webhook only: Telnyx falls back later.
        """
        return _as_rcs(await self._send(event, to, fallback=fallback))

    async def check_capability(self, phone_number: str) -> bool:
        """Tell whether the phone (E.164) can receive RCS.

        Raises:
            SendProblem: If Telnyx does not tell; the phone may be able to, so send all the same.
        """
        path = f"/messaging/rcs/capabilities/{quote(self.sender_id, safe='')}"
        response = await self._api.get(f"{path}/{quote(phone_number, safe='')}")
        if response.status_code == httpx.codes.NOT_FOUND:
            return False
        if not response.is_success:
            raise SendProblem(read_refusal(response))
        return bool(_features_of(response))

    def outcome_of_report(self, code: str) -> SendOutcome | None:
        """Return what Telnyx's code of a reported failure says of sending again."""
        return outcome_of_delivery(code)

    async def verify(self, request: WebhookRequest) -> None:
        """Check the Ed25519 signature and that it is at most five minutes old."""
        self._signature.verify(request)

    def verify_signature(
        self, payload: bytes, signature: str, timestamp: str | None = None
    ) -> bool:
        """Tell whether a webhook's body, signature and timestamp belong together and are of now."""
        return self._signature.holds(payload, signature, timestamp)

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read a message, or the status of one for each of its recipients."""
        return parse_request(request, channel_id)

    async def check(self) -> None:
        """Ask whether the key works, and agent and profile are there; nothing is sent.

        Raises:
            CheckFailed: If not, or if Telnyx could not be asked.
        """
        await check_agent(self._api, self._config.agent_id)
        if self._config.messaging_profile_id:
            await check_profile(self._api, self._config.messaging_profile_id)

    async def close(self) -> None:
        """Free the connections."""
        await self._api.close()

    async def _send(self, event: RoomEvent, to: str, *, fallback: bool) -> ProviderResult:
        profile = self._config.messaging_profile_id
        if not profile:
            problem = "Telnyx sends RCS only by a profile: set messaging_profile_id"
            return refused(SendOutcome.REJECTED, "missing_messaging_profile", problem)
        try:
            messages = build_rcs(event.content)
        except NotSendable as error:
            return refused(SendOutcome.REJECTED, error.code, str(error))
        about = self._about(to, profile) | build_callback(self._config.webhook_url, event.id)
        sender = self._config.fallback_from if fallback else None
        bodies = [about | message.body(fallback=fallback, sender=sender) for message in messages]
        return await self._api.send(
            "/messages/rcs", bodies, key=make_key(name_send(event), self.sender_id, to)
        )

    def _about(self, to: str, profile: str) -> JsonObject:
        return {
            "type": "RCS",
            "agent_id": self.sender_id,
            "messaging_profile_id": profile,
            "to": to,
        }


def parse_telnyx_rcs_webhook(
    payload: dict[str, Any], channel_id: str, *, strict: bool = True
) -> InboundMessage:
    """Read the message that somebody has written to the agent; see `parse_telnyx_webhook`.

    Raises:
        MalformedWebhook: If it is not what Telnyx sends or, if `strict`, no message to us.
    """
    return parse_telnyx_webhook(payload, channel_id, strict=strict)


def _as_rcs(result: ProviderResult) -> RCSDeliveryResult:
    return RCSDeliveryResult.model_validate(result.model_dump(exclude={"channel_used"}))


def _features_of(response: httpx.Response) -> list[str]:
    """Return what a phone can do by RCS; none if it cannot.

    Raises:
        SendProblem: If the answer does not tell.
    """
    try:
        features = response.json()["data"]["features"]
    except (ValueError, LookupError, TypeError):
        problem = "Telnyx: the answer names no features"
        raise SendProblem(refused(SendOutcome.UNKNOWN, UNREADABLE, problem)) from None
    return list(features or [])

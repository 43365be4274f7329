"""Webhooks out and in."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

import httpx

from channels_app.providers.base.checking import CheckFailed
from channels_app.providers.base.guarded_http import GuardedTransport
from channels_app.providers.base.http import HTTPProvider
from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.base.standard_webhooks import verify
from channels_app.providers.base.webhook import (
    MalformedWebhook,
    WebhookItem,
    WebhookReply,
    WebhookRequest,
)
from channels_app.providers.http_webhook.body import build_body, build_id
from channels_app.providers.http_webhook.config import HTTPProviderConfig
from channels_app.providers.http_webhook.endpoints import EndpointStore, InMemoryEndpointStore
from channels_app.providers.http_webhook.errors import GONE, read_refusal
from channels_app.providers.http_webhook.parsing import read_message
from channels_app.providers.http_webhook.signature import build_headers
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import utc_now


class WebhookHTTPProvider(HTTPProvider):
    """Posts each event to one address, signed, and never into our own network unless allowed.

    A receiver that answers 410 gets no more until a person opens its address again. That is kept in
    the store: give it one that all processes share, the default forgets it when the process ends.

    Args:
        config: The receiver.
        endpoint_store: Where closed addresses are remembered.
        clock: Tells the moment of signing.
    """

    takes_idempotency_key: ClassVar[bool] = True
    slug: ClassVar[str] = "http"
    config_model = HTTPProviderConfig

    def __init__(
        self,
        config: HTTPProviderConfig,
        *,
        endpoint_store: EndpointStore | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._config = config
        self._clock = clock
        self._endpoints = endpoint_store or InMemoryEndpointStore()
        self._transport = GuardedTransport(
            allow_private=config.allow_private_hosts, allow_http=config.allow_http
        )
        self._client = VendorClient(
            "Webhook", timeout=config.timeout, headers=config.headers, transport=self._transport
        )

    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Post one event for `to`, an id that the receiver understands.

        The id of the message is the receiver's, if it answers `{"message_id": …}`, else the
        webhook's own.
        """
        url = self._config.webhook_url
        if await self._endpoints.is_closed(url):
            return refused(SendOutcome.REJECTED, GONE, "the receiver wants no more webhooks")
        body, webhook_id = build_body(event, to), build_id(event, to)
        proof = build_headers(
            self._config.secrets, webhook_id=webhook_id, at=self._clock(), body=body
        )
        try:
            response = await self._client.request(
                "POST",
                url,
                content=body,
                headers={"Content-Type": "application/json", **proof},
            )
        except SendProblem as problem:
            return problem.result
        if not response.is_success:
            refusal = read_refusal(response)
            if refusal.code == GONE:
                await self._endpoints.close(url, room_id=event.room_id)
            return refusal
        return accepted(_message_id(response) or webhook_id)

    async def verify(self, request: WebhookRequest) -> None:
        """Check the Standard Webhooks signature, by any secret, and that it is of now."""
        verify(request, self._config.secrets)

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read one message."""
        return [
            read_message(
                request.json_object(), channel_id, webhook_id=request.header("webhook-id") or None
            )
        ]

    def reply(self, request: WebhookRequest) -> WebhookReply:
        """Return 200, or 422 for what is no message: repeating that would change nothing."""
        try:
            self.parse(request, "")
        except MalformedWebhook as problem:
            return WebhookReply(status=422, body=str(problem))
        return WebhookReply()

    async def check(self) -> None:
        """Find out whether the address may be posted to, and its host is known; nothing is posted.

        Raises:
            CheckFailed: If not.
        """
        try:
            patience = {"timeout": {"connect": self._config.timeout}}
            request = httpx.Request("POST", self._config.webhook_url, extensions=patience)
            await self._transport.find_addresses(request)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            words = f"this address is not posted to: {error}"
            raise CheckFailed(words, field="webhook_url") from None
        except httpx.TransportError as error:
            raise CheckFailed(f"the host was not found: {error}", field="webhook_url") from None
        if await self._endpoints.is_closed(self._config.webhook_url):
            words = "this address answered 410 Gone: open it again under Closed endpoints"
            raise CheckFailed(words, field="webhook_url")

    async def close(self) -> None:
        """Free the connections."""
        await self._client.close()


def _message_id(response: httpx.Response) -> str | None:
    """Return the receiver's own id of the message; it need not have one, nor speak JSON."""
    try:
        answer = response.json()
    except ValueError:
        return None
    given = answer.get("message_id") if isinstance(answer, dict) else None
    return str(given) if isinstance(given, str | int) and given else None

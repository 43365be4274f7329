"""Vendors as the processes of a cluster see them: clients of the tests' fake server."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx

from channels_app.providers.base.ai import (
    AIContext,
    AIProvider,
    AIResponse,
    ProviderError,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
)
from channels_app.providers.base.sms import SMSProvider
from rooms import ProviderResult, RoomEvent

TIMEOUT_S = 30.0


class FakeSMS(SMSProvider):
    """Sends text messages to the fake server.

    Args:
        url: Where the fake server listens.
        channel_id: What the server knows this vendor by.
    """

    def __init__(self, url: str, channel_id: str) -> None:
        self._url = f"{url}/send/{channel_id}"
        self._channel_id = channel_id
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S)

    @property
    def from_number(self) -> str:
        """The default sender, a number reserved for fiction."""
        return "+15550100000"

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Send one event; after a broken line nobody knows whether it arrived."""
        message = {
            "room": event.room_id,
            "event": event.id,
            "index": event.index,
            "text": getattr(event.content, "body", ""),
            "key": f"{event.id}:{self._channel_id}" if self.takes_idempotency_key else None,
        }
        try:
            answer = await self._client.post(self._url, json=message)
        except httpx.TransportError as error:
            return ProviderResult(success=False, error=str(error), metadata=_facts_of(error))
        said: dict[str, Any] = answer.json()
        if answer.is_success:
            return ProviderResult(success=True, provider_message_id=said["id"])
        facts = {"code": said["code"], "retryable": said["retryable"]}
        return ProviderResult(success=False, error=said["code"], metadata=facts)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class KeyedSMS(FakeSMS):
    """The same by a vendor that drops what it has seen under the same key."""

    takes_idempotency_key = True


class FakeModel(AIProvider):
    """Streams the fake server's answer word by word."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/generate"
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S)

    @property
    def model_name(self) -> str:
        """Always `fake`."""
        return "fake"

    @property
    def supports_streaming(self) -> bool:
        """Always."""
        return True

    @property
    def supports_structured_streaming(self) -> bool:
        """Always."""
        return True

    async def generate(self, context: AIContext) -> AIResponse:
        """Answer at once."""
        words, _ = await self._ask(context)
        return AIResponse(content="".join(words), finish_reason="stop")

    async def generate_stream(self, context: AIContext) -> AsyncIterator[str]:
        """Answer word by word, with the server's pause between two."""
        words, pause_s = await self._ask(context)
        for word in words:
            yield word
            await asyncio.sleep(pause_s)

    async def generate_structured_stream(self, context: AIContext) -> AsyncIterator[StreamEvent]:
        """Answer word by word."""
        async for word in self.generate_stream(context):
            yield StreamTextDelta(text=word)
        yield StreamDone(finish_reason="stop")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, context: AIContext) -> tuple[list[str], float]:
        question = {"room": _room_of(context), "question": str(context.messages[-1].content)}
        try:
            answer = await self._client.post(self._url, json=question)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise ProviderError(f"no answer: {error}", retryable=True, provider="fake") from error
        said: dict[str, Any] = answer.json()
        return said["words"], said["pause_s"]


def _facts_of(error: httpx.TransportError) -> dict[str, Any]:
    known = isinstance(error, httpx.ConnectError)
    return {
        "code": type(error).__name__,
        "retryable": True,
        "outcome": None if known else "unknown",
    }


def _room_of(context: AIContext) -> str:
    return context.room.room.id if context.room else ""

"""Making the calls of one event in one chat."""

from collections.abc import Sequence
from typing import Any

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.outcomes import accepted
from channels_app.providers.telegram.access import BotAPI
from channels_app.providers.telegram.calls import Call
from channels_app.providers.telegram.errors import (
    ALREADY_SO,
    MARKUP_UNREADABLE,
    MIGRATED,
    TOO_LATE,
    Refusal,
)
from channels_app.providers.telegram.ids import join_id
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.json import JsonObject

MAY_BE_REPEATED = (SendOutcome.THROTTLED, SendOutcome.TRANSIENT)


class Conversation:
    """One event on its way into one chat.

    Args:
        api: The bot's.
        chat: Who is written to; the supergroup that a group has become takes its place.
    """

    def __init__(self, api: BotAPI, chat: int | str) -> None:
        self._api = api
        self._chat = chat
        self._ids: list[str] = []
        self._facts: JsonObject = {}

    async def make(self, calls: Sequence[Call]) -> ProviderResult:
        """Make the calls in order, until one is refused.

        Once a part was taken, the event must not be sent again as a whole: what could be repeated
        is then reported as unknown, with the ids of the parts that are out.
        """
        for call in calls:
            try:
                self._ids += await self._make(call)
            except SendProblem as problem:
                return self._broken_off(problem.result, len(calls))
        return accepted(*self._ids, metadata=self._facts)

    async def _make(self, call: Call) -> list[str]:
        """Make one call and return the ids of the messages that it made."""
        try:
            return self._ids_in(
                await self._api.call(call.method, **call.fields, chat_id=self._chat)
            )
        except Refusal as refusal:
            if refusal.code in ALREADY_SO:
                return []
            if refusal.code == MARKUP_UNREADABLE and call.plain:
                return await self._make(call.without_markup())
            if refusal.code in TOO_LATE and call.instead:
                return [made for other in call.instead for made in await self._make(other)]
            if refusal.code == MIGRATED and self._move(refusal.migrated_to):
                return await self._make(call)
            raise

    def _move(self, chat: int | None) -> bool:
        """Write to the supergroup from now on; tell whether that is news."""
        if chat is None or "migrated_to" in self._facts:
            return False
        self._chat = chat
        self._facts = {"migrated_to": str(chat)}
        return True

    def _ids_in(self, result: Any) -> list[str]:
        messages = result if isinstance(result, list) else [result]
        return [
            join_id(self._chat, message["message_id"])
            for message in messages
            if isinstance(message, dict) and "message_id" in message
        ]

    def _broken_off(self, result: ProviderResult, parts: int) -> ProviderResult:
        if not self._ids:
            return result
        outcome = result.outcome or SendOutcome.UNKNOWN
        facts = {"parts": parts, "messages_sent": len(self._ids), "cause": str(outcome)}
        return result.model_copy(
            update={
                "outcome": SendOutcome.UNKNOWN if outcome in MAY_BE_REPEATED else outcome,
                "provider_message_id": self._ids[0],
                "provider_message_ids": list(self._ids),
                "metadata": {**self._facts, **facts},
            }
        )

"""The messages of feeds that have no form of their own: one JSON object each.

    {"sender_id": "ana", "text": "hello", "external_id": "42", "metadata": {"page": "/cart"}}

`external_id` and `metadata` may be missing. A message that comes again under the same `external_id`
is not stored again.
"""

import logging
from collections.abc import Callable
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rooms.domain.content import TextContent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

logger = logging.getLogger("roomkit.channels.sources")

Parser: TypeAlias = Callable[[str | bytes], InboundMessage | None]
"""Reads one item of a feed: None says that it is no message, an error that it is malformed."""


class JsonMessage(BaseModel):
    """What a feed sends; fields that are not named here are kept with the raw message."""

    model_config = ConfigDict(extra="allow", strict=True, hide_input_in_errors=True)

    sender_id: Annotated[str, Field(min_length=1)]
    text: str
    external_id: str | None = None
    metadata: JsonObject = {}


def json_parser(channel_id: str) -> Parser:
    """Return what reads the default form for a channel."""

    def parse(item: str | bytes) -> InboundMessage:
        given = JsonMessage.model_validate_json(item)
        return InboundMessage(
            channel_id=channel_id,
            sender_id=given.sender_id,
            content=TextContent(body=given.text),
            external_id=given.external_id,
            metadata=given.metadata,
            raw_payload=given.model_dump(exclude_unset=True),
        )

    return parse


class Reader:
    """Reads the items of a feed; a malformed one is logged and counted, and ends nothing."""

    def __init__(self, parser: Parser, *, source: str, channel_id: str) -> None:
        self._malformed = 0
        self._parser = parser
        self._facts = {"source": source, "channel_id": channel_id}

    @property
    def counted(self) -> str | None:
        """How many could not be read, for people; None if all could."""
        return str(self._malformed) if self._malformed else None

    def read(self, item: str | bytes) -> InboundMessage | None:
        """Return the message of an item, None if it holds none."""
        try:
            return self._parser(item)
        except ValidationError as error:  # names the fields, but shows no content
            self._note(str(error.errors(include_input=False, include_url=False)))
        except Exception as error:  # a parser of the host's own: one bad item must not end the feed
            self._note(type(error).__name__)
        return None

    def _note(self, reason: str) -> None:
        self._malformed += 1
        logger.warning("malformed item of a source", extra={**self._facts, "reason": reason})

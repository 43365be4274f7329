"""From the timeline of a room to the turns of a model: who spoke, in which role, with what."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from channels_app.ai.kept_turns import KeptTurn, KeptTurns, TurnKey
from channels_app.ai.wording import describe
from channels_app.providers.base.ai import AIImagePart, AIMessage, AIPart, AITextPart
from rooms.domain.content import CompositeContent, EventContent, MediaContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import EventStatus, ParticipantRole
from rooms.domain.event import RoomEvent
from rooms.domain.media import kept_id_of

COLLEAGUE = "a colleague"
"""How a model is told of somebody of the site's own people who has given no name."""

Part: TypeAlias = AITextPart | AIImagePart


class Transcript:
    """Reads events as one agent: what it said itself is `assistant`, everything else `user`.

    Args:
        context: The room, for the names of its participants.
        channel_id: The agent.
        vision: Whether pictures may be shown to the model.
        names: Whether to write who spoke before what was said.
        kept: The turns this agent was given with earlier questions.
    """

    def __init__(
        self,
        context: RoomContext,
        *,
        channel_id: str,
        vision: bool,
        names: bool,
        kept: KeptTurns,
    ) -> None:
        self._context = context
        self._channel_id = channel_id
        self._vision = vision
        self._names = names
        self._kept = kept
        self._names_read: dict[str, str] = {}

    def messages(self, events: Iterable[RoomEvent]) -> list[AIMessage]:
        """Return the turns of the events that may be told and say anything, in their order."""
        room_id = self._context.room.id
        known = self._kept.of(room_id)
        used: dict[TurnKey, KeptTurn] = {}
        messages = []
        for event in events:
            name = self._signature(event)
            key = (id(event), self._vision, name)
            turn = used[key] = known.get(key) or KeptTurn(event, self._told(event, name))
            if turn.message is not None:
                messages.append(turn.message)
        self._kept.keep(room_id, used)
        return messages

    def message(self, event: RoomEvent) -> AIMessage | None:
        """Return one event as a turn, or None when there is nothing in it to read or see."""
        return self._build(event, self._signature(event))

    def _told(self, event: RoomEvent, name: str | None) -> AIMessage | None:
        return self._build(event, name) if _may_be_told(event) else None

    def _signature(self, event: RoomEvent) -> str | None:
        """Return the name to write before an event, or None when it needs none."""
        if not self._names or event.source.channel_id == self._channel_id:
            return None
        author = author_of(event)
        if author not in self._names_read:
            self._names_read[author] = self._read_name(author)
        return self._names_read[author]

    def _build(self, event: RoomEvent, name: str | None) -> AIMessage | None:
        if event.source.channel_id == self._channel_id:
            text = describe(event.content)
            return AIMessage(role="assistant", content=text) if text else None
        parts = _parts(event.content, vision=self._vision)
        if not parts:
            return None
        parts = parts if name is None else _signed(parts, name)
        return AIMessage(role="user", content=_joined(parts))

    def _read_name(self, author: str) -> str:
        participant = self._context.get_participant(author)
        is_ours = participant is not None and participant.role is ParticipantRole.AGENT
        given = participant.display_name if participant else None
        name = given or (COLLEAGUE if is_ours else author)
        # A name must not be able to end its brackets and speak for somebody else.
        return " ".join(name.replace("[", "(").replace("]", ")").split())


def author_of(event: RoomEvent) -> str:
    """Return who spoke: the participant, or the channel of an agent or a system."""
    return event.source.participant_id or event.source.channel_id


def needs_names(events: Iterable[RoomEvent], channel_id: str) -> bool:
    """Tell whether more than one author besides the agent itself has spoken."""
    authors = {author_of(event) for event in events if event.source.channel_id != channel_id}
    return len(authors) > 1


def _may_be_told(event: RoomEvent) -> bool:
    return event.status is not EventStatus.BLOCKED and not event.metadata.get("deleted")


def _parts(content: EventContent, *, vision: bool) -> list[Part]:
    if vision and isinstance(content, CompositeContent):
        return [part for each in content.parts for part in _parts(each, vision=vision)]
    if vision and isinstance(content, MediaContent) and _can_be_seen(content):
        return [*_text_part(content.caption), _picture(content)]
    return _text_part(describe(content))


def _text_part(text: str | None) -> list[Part]:
    return [AITextPart(text=text)] if text else []


def _can_be_seen(content: MediaContent) -> bool:
    """Tell whether a model may look at a file; one without an address nobody can fetch."""
    return content.mime_type.startswith("image/") and not kept_id_of(content.url)


def _picture(content: MediaContent) -> AIImagePart:
    return AIImagePart(url=content.url, mime_type=content.mime_type)


def _signed(parts: Sequence[Part], name: str) -> list[Part]:
    first = parts[0]
    if isinstance(first, AITextPart):
        return [AITextPart(text=f"[{name}] {first.text}"), *parts[1:]]
    return [AITextPart(text=f"[{name}]"), *parts]


def _joined(parts: Sequence[Part]) -> str | list[AIPart]:
    """Return plain text where there is nothing but text: every model takes that."""
    texts = [part.text for part in parts if isinstance(part, AITextPart)]
    return "\n".join(texts) if len(texts) == len(parts) else [*parts]

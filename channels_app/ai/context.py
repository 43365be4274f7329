"""Everything a model is given for one answer, put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels_app.ai.audience import audience_of, limits_line
from channels_app.ai.kept_turns import KeptTurns
from channels_app.ai.memory import MemoryResult
from channels_app.ai.transcript import Transcript, needs_names
from channels_app.providers.base.ai import AIContext, AIMessage
from rooms.domain.binding import ChannelBinding
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent


@dataclass(frozen=True, kw_only=True)
class GenerationSettings:
    """How an agent generates; the metadata of a binding may say otherwise for its room.

    Attributes:
        temperature: Sampling temperature, as the vendor defines it.
        max_tokens: Upper bound of the answer, in tokens.
        thinking_budget: How many tokens the model may think before it answers; None is off.
    """

    system_prompt: str | None
    temperature: float
    max_tokens: int
    thinking_budget: int | None = None

    def overridden_by(self, metadata: Mapping[str, Any]) -> "GenerationSettings":
        """Return what holds in a room; a key that is there wins.

        None clears the prompt and the budget; the two numbers a model needs stay as they are.
        """
        temperature, max_tokens = metadata.get("temperature"), metadata.get("max_tokens")
        return GenerationSettings(
            system_prompt=metadata.get("system_prompt", self.system_prompt),
            temperature=self.temperature if temperature is None else temperature,
            max_tokens=self.max_tokens if max_tokens is None else max_tokens,
            thinking_budget=metadata.get("thinking_budget", self.thinking_budget),
        )


@dataclass(frozen=True, kw_only=True)
class Question:
    """One event an agent is asked about, and the room as that agent may see it.

    Attributes:
        vision: Whether pictures may be shown to the model.
        kept: The turns of the agent's earlier questions.
    """

    channel_id: str
    event: RoomEvent
    binding: ChannelBinding
    context: RoomContext
    vision: bool
    kept: KeptTurns


def build_context(
    question: Question, settings: GenerationSettings, remembered: MemoryResult
) -> AIContext | None:
    """Build a model's input: remembered messages, then events, then the question itself.

    Returns:
        None when there is nothing in the question to read or see.
    """
    current = question.event
    history = [event for event in remembered.events if event.id != current.id]
    transcript = _transcript(question, [*history, current])
    asked = transcript.message(current)
    if asked is None:
        return None
    metadata = question.binding.metadata
    effective = settings.overridden_by(metadata)
    audience = audience_of(question.context, question.channel_id)
    return AIContext(
        messages=[*remembered.messages, *transcript.messages(history), _as_user(asked)],
        system_prompt=_prompt(effective.system_prompt, limits_line(audience)),
        temperature=effective.temperature,
        max_tokens=effective.max_tokens,
        thinking_budget=effective.thinking_budget,
        room=question.context,
        target_capabilities=audience,
        target_media_types=audience.media_types if audience else [],
    )


def _transcript(question: Question, events: list[RoomEvent]) -> Transcript:
    names = question.binding.metadata.get("speaker_names")
    return Transcript(
        question.context,
        channel_id=question.channel_id,
        vision=question.vision,
        names=needs_names(events, question.channel_id) if names is None else bool(names),
        kept=question.kept,
    )


def _as_user(message: AIMessage) -> AIMessage:
    """Whoever asked: a model answers the user."""
    return message if message.role == "user" else message.model_copy(update={"role": "user"})


def _prompt(system_prompt: str | None, limits: str) -> str | None:
    return "\n\n".join(filter(None, (system_prompt, limits))) or system_prompt

"""Asking an agent the questions of a case, in rooms of its own that nobody else sees."""

from collections.abc import Sequence

from channels_app.ai.channel import AIChannel
from channels_app.evaluation.answers import Answered
from channels_app.evaluation.cases import Case, Exchange, Spoken
from channels_app.evaluation.tape import Tape
from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding
from rooms.domain.content import TextContent, text_of
from rooms.domain.context import RoomContext
from rooms.domain.delivery import ProviderResult
from rooms.domain.enums import ChannelCategory, ChannelType, EventStatus
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.message import InboundMessage
from rooms.domain.output import ChannelOutput
from rooms.kit import RoomKit
from rooms.stores.memory import InMemoryStore

LINE, CUSTOMER, COLLEAGUE = "evaluation-line", "customer", "colleague"
SAID_NOTHING = "the agent said nothing"
WHOLE = "completed"


class SilentLine(Channel):
    """A line to a customer who is not there: what is sent goes nowhere."""

    channel_type = ChannelType.WEBSOCKET
    keeps_outbox = False
    sender_is_participant = True

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Return the question."""
        source = EventSource(
            channel_id=self.channel_id,
            channel_type=self.channel_type,
            participant_id=message.sender_id,
        )
        return RoomEvent(room_id=context.room.id, source=source, content=message.content)

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Drop what is sent."""
        return ChannelOutput(provider_result=ProviderResult(success=True))


class Replay:
    """One agent, answering one case after the other in a kit that lives in memory.

    The site's hooks, its budgets and its channels have no part in it.

    Args:
        agent: With tools that are taped; closed with this.
        organization_id: Whose agent it is.
    """

    def __init__(self, agent: AIChannel, *, organization_id: str | None = None) -> None:
        self._agent = agent
        self._organization_id = organization_id
        self._kit = RoomKit(InMemoryStore())
        self._kit.register_channel(SilentLine(LINE))
        self._kit.register_channel(agent)

    async def answer(self, case: Case, tape: Tape) -> list[Answered]:
        """Ask every question of a case.

        Before each one the agent finds what was said then, not what it has said just now: else the
        customer's next question would not fit.
        """
        said, answers = [*case.opening], []
        for exchange in case.exchanges:
            said += exchange.asked
            if exchange.is_ours:
                answers.append(await self._ask(exchange, said, tape))
            said += exchange.between
        return answers

    async def close(self) -> None:
        """Close the agent, and its model's provider with it."""
        await self._kit.close()

    async def _ask(self, exchange: Exchange, said: Sequence[Spoken], tape: Tape) -> Answered:
        room = await self._kit.create_room(organization_id=self._organization_id)
        await self._tell(room.id, said[:-1])
        await self._kit.attach_channel(room.id, LINE)
        await self._kit.attach_channel(
            room.id, self._agent.channel_id, category=ChannelCategory.INTELLIGENCE
        )
        question = TextContent(body=said[-1].text)
        result = await self._kit.process_inbound(
            InboundMessage(channel_id=LINE, sender_id=CUSTOMER, content=question), room_id=room.id
        )
        answer, end_reason = await self._find_answer(room.id, result.event)
        return Answered(
            customer="\n".join(line.text for line in exchange.asked),
            recorded=exchange.recorded,
            answer=answer,
            error=_describe(result.error, answer, end_reason),
            tools=tape.take_called(),
        )

    async def _tell(self, room_id: str, said: Sequence[Spoken]) -> None:
        """Put into a room what was said before; nobody is asked about that."""
        for line in said:
            event = self._event(room_id, line)
            await self._kit.store.add_event_auto_index(room_id, event)

    def _event(self, room_id: str, line: Spoken) -> RoomEvent:
        if line.author == "agent":
            source = EventSource(
                channel_id=self._agent.channel_id, channel_type=self._agent.channel_type
            )
        else:
            author = CUSTOMER if line.author == "customer" else COLLEAGUE
            source = EventSource(
                channel_id=LINE, channel_type=SilentLine.channel_type, participant_id=author
            )
        return RoomEvent(
            room_id=room_id,
            source=source,
            content=TextContent(body=line.text),
            status=EventStatus.DELIVERED,
        )

    async def _find_answer(self, room_id: str, question: RoomEvent | None) -> tuple[str, str]:
        """Return what was said to a question, and why no more was."""
        if question is None:
            return "", ""
        events = await self._kit.store.list_events(room_id, after_index=question.index)
        ours = [each for each in events if each.source.channel_id == self._agent.channel_id]
        reasons = [str(each.metadata.get("loop_end_reason") or WHOLE) for each in ours]
        return "\n".join(text_of(each.content) for each in ours), reasons[-1] if reasons else ""


def _describe(error: Exception | None, answer: str, end_reason: str) -> str:
    if error is not None:
        return f"{type(error).__name__}: {error}"
    if not answer:
        return SAID_NOTHING
    return "" if end_reason == WHOLE else end_reason

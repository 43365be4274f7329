"""From the items of a turn to what the framework is given: a stream, or a whole answer."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from channels_app.ai.ledger import BudgetExceeded
from channels_app.ai.pipeline import AIPipeline, PipelineState
from channels_app.ai.records import EndReason
from channels_app.ai.store import LostRun
from channels_app.ai.surroundings import Surroundings
from channels_app.ai.turn.assignment import TurnSettings
from channels_app.ai.turn.items import Ended, TextDelta
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.json import JsonObject
from rooms.pipeline.answers import reply_key

logger = logging.getLogger("roomkit.ai")

STORED_WITHIN_S = 10.0
LOOK_EVERY_S = 0.05


class Answering:
    """Reads one turn to its end.

    Attributes:
        facts: What is stored with the answer; complete once the turn has ended.
    """

    def __init__(
        self,
        state: PipelineState,
        pipeline: AIPipeline,
        settings: TurnSettings,
        surroundings: Surroundings,
    ) -> None:
        self.facts: JsonObject = {}
        self._state = state
        self._pipeline = pipeline
        self._settings = settings
        self._surroundings = surroundings

    async def deltas(self) -> AsyncGenerator[str, None]:
        """Yield the text of the answer.

        Raises:
            ProviderError: If the model could not answer and nothing else is said.
            StoreUnavailableError: If the turn has to be taken again, here or elsewhere.
        """
        state = self._state
        held = ""
        try:
            async with aclosing(self._pipeline.generation(state)) as items:
                async for item in items:
                    if isinstance(item, TextDelta):
                        held += item.text
                        # An answer of nothing but white space is none, so it waits for a word.
                        if state.said or not held.isspace():
                            state.said += held
                            yield held
                            held = ""
                    elif isinstance(item, Ended):
                        state.ended = item
        except LostRun as lost:
            raise StoreUnavailableError("another process answers this question now") from lost
        finally:
            self._note_facts()
        if words := self._last_words():
            state.said += words
            yield words
        await self._conclude()

    async def whole(self) -> str:
        """Return the whole text of the answer.

        Raises:
            ProviderError: If the model could not answer and nothing else is said.
            StoreUnavailableError: If the turn has to be taken again, here or elsewhere.
        """
        async with aclosing(self.deltas()) as deltas:
            try:
                async for _ in deltas:
                    pass
            except StoreUnavailableError:
                raise
            except Exception as error:
                # A partial answer is told as far as it goes; whoever runs the site learns why.
                if not self._state.said.strip():
                    raise
                self._state.outcome.error = error
        return self._state.said

    def _note_facts(self) -> None:
        """Tell the framework how the turn went, as far as it went."""
        state, turn = self._state, self._state.turn
        if turn is None:
            return
        self.facts["ai_usage"] = turn.recorder.run.usage
        if self._settings.version_id is not None:
            self.facts["ai_version"] = self._settings.version_id
        if state.ended is not None:
            state.outcome.reason = state.ended.reason.value
            state.outcome.parked = state.ended.reason is EndReason.WAITING
        state.outcome.tasks += turn.progress.tasks
        state.outcome.observations += turn.progress.observations

    def _last_words(self) -> str:
        """Return what is said in the place of an answer that could not be given."""
        ended = self._state.ended
        if ended is None or self._state.said.strip():
            return ""
        if ended.reason is EndReason.ERROR:
            return self._settings.failure_text or ""
        return ended.error.text if isinstance(ended.error, BudgetExceeded) else ""

    async def _conclude(self) -> None:
        state, ended = self._state, self._state.ended
        await self._pipeline.conclude(state, self._surroundings)
        if state.error is not None:
            state.outcome.error = state.error
        error = ended.error if ended else None
        if isinstance(error, BudgetExceeded):
            await self._hand_over(error)
        elif error is not None and ended is not None and self._has_said_sorry(ended):
            state.outcome.error = error
        elif error is not None:
            raise error

    def _has_said_sorry(self, ended: Ended) -> bool:
        return ended.reason is EndReason.ERROR and self._state.said == self._settings.failure_text

    async def _hand_over(self, exceeded: BudgetExceeded) -> None:
        """Give the room to people: an agent without money is no use to anybody."""
        logger.warning("a budget is used up", extra={"budget": exceeded.budget})
        host = self._surroundings.host
        if host is None:
            return
        room_id = self._state.assignment.room_id
        if self._state.said:
            # What was said last must be stored first: a room of another owner takes no answer.
            self._surroundings.tasks.spawn(self._hand_over_later())
        else:
            await host.queue_room(room_id, reason=EndReason.BUDGET.value)

    async def _hand_over_later(self) -> None:
        host, clock, assignment = (
            self._surroundings.host,
            self._surroundings.clock,
            self._state.assignment,
        )
        if host is None:
            return
        key = reply_key(assignment.event.id, assignment.channel_id, assignment.segment)
        deadline = clock.monotonic() + STORED_WITHIN_S
        while clock.monotonic() < deadline:
            if await host.store.check_idempotency(assignment.room_id, key):
                break
            await clock.sleep(LOOK_EVERY_S)
        await host.queue_room(assignment.room_id, reason=EndReason.BUDGET.value)

"""The one generator behind every answer of an agent, streamed or not."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress

from channels_app.ai.ledger import BudgetExceeded
from channels_app.ai.records import AgentStep, EndReason, StepKind
from channels_app.ai.store import LostRun
from channels_app.ai.turn.items import Ended, Item, TextDelta, ToolsEnded, ToolsStarted
from channels_app.ai.turn.model_call import ModelCall
from channels_app.ai.turn.parts import TurnParts, assemble, make_call
from channels_app.ai.turn.resuming import PastAnswer
from channels_app.ai.turn.telling import Thoughts
from channels_app.ai.turn.tool_round import RoundPlan
from channels_app.providers.base.ai import AIMessage
from rooms.domain.errors import StoreUnavailableError


class Turn:
    """One turn: asks the model, runs its tools, asks again, until there is nothing more to say.

    Attributes:
        progress: How far it has come.
        recorder: What is written down of it.
        ended: How it ended, as soon as that is clear.
    """

    def __init__(self, parts: TurnParts) -> None:
        self._parts = parts
        self._workings = assemble(parts)
        self.progress = self._workings.progress
        self.recorder = self._workings.recorder
        self.ended: Ended | None = None
        self._call: ModelCall | None = None
        self._is_written = False

    @property
    def latency_ms(self) -> float:
        """How long it has been going on."""
        return self._workings.weighing.latency_ms

    async def items(self) -> AsyncGenerator[Item, None]:
        """Yield the turn; its last item is `Ended`.

        Raises:
            LostRun: If another process has begun the turn anew.
            StoreUnavailableError: If what was done cannot be written down.
        """
        self._workings.weighing.begin()
        self._parts.loops.start(self._workings.loop)
        try:
            async with aclosing(self._until_the_end()) as items:
                async for item in items:
                    yield item
            if self.ended is not None:
                await self._finish(self.ended)
                yield self.ended
        finally:
            self._let_go()

    async def _until_the_end(self) -> AsyncGenerator[Item, None]:
        """Yield all but the end; whatever breaks on the way is the end."""
        try:
            async with aclosing(self._open()) as opening:
                async for item in opening:
                    yield item
            while self.ended is None:
                async with aclosing(self._round()) as items:
                    async for item in items:
                        yield item
        except (LostRun, StoreUnavailableError):
            raise  # no end: the turn is taken up again
        except Exception as error:  # RFC §6.4: what fails in a turn ends it, nothing else
            self.ended = Ended(EndReason.ERROR, error)
            await self._drop_call()

    # -- opening

    async def _open(self) -> AsyncGenerator[Item, None]:
        """Open the run while the model is asked already; take up what an earlier attempt left."""
        self.recorder.begin()
        if not self._expects_earlier():
            await self._start_call()
        earlier = await self.recorder.opened()
        self._parts.loops.rename(self._workings.loop, self.recorder.run.id)
        if earlier:
            await self._drop_call()
            self.ended = None
            async with aclosing(self._take_up(earlier)) as items:
                async for item in items:
                    yield item

    def _expects_earlier(self) -> bool:
        """Tell whether the run is likely to be there; asking a model in vain would cost money."""
        asking = self._parts.assignment.asking
        return asking is not None and (asking.segment > 0 or asking.is_repeated)

    async def _take_up(self, steps: Sequence[AgentStep]) -> AsyncGenerator[Item, None]:
        """Do again what is written down, ask nobody twice, and settle what was left open."""
        await self._workings.directing.refresh_tools()
        for past in self._workings.resuming.replay(steps, self.progress):
            if past.segment == self.recorder.run.segment and past.shown:
                self.progress.said += past.shown
                yield TextDelta(past.shown)
            if past.ended is not None:
                self._end(past.ended)
            elif past.calls:
                async with aclosing(self._settle_past(past)) as items:
                    async for item in items:
                        yield item
            if self.ended is not None:
                return

    async def _settle_past(self, past: PastAnswer) -> AsyncGenerator[Item, None]:
        if past.is_open:
            await self._workings.steered.fetch()
        if past.is_open and self._workings.loop.is_cancelled:
            self._end(EndReason.CANCELLED)  # also what people approved of before they said stop
            return
        plan = await self._workings.resuming.settle(past, self.recorder.run.id)
        if any(result.is_kept_apart for result in plan.results):
            self._workings.results.has_any = True
        async with aclosing(self._use(plan, past.message, past.text)) as items:
            async for item in items:
                yield item

    # -- one round

    async def _round(self) -> AsyncGenerator[Item, None]:
        """Ask the model, weigh what it says, and use the tools it calls."""
        if self._call is None:
            await self._start_call()
        call, self._call = self._call, None
        if call is None:
            return
        said_before = len(self.progress.said)
        async with aclosing(self._listen(call)) as items:
            async for item in items:
                yield item
        if self.ended is not None:
            return
        buffer, answer = call.buffer, self._note_answer(call, said_before)
        if await self._goes_on(call, answer) and buffer.calls:
            plan = await self._workings.rounds.plan(buffer.calls, answer.round)
            async with aclosing(self._use(plan, buffer.message(), buffer.text)) as items:
                async for item in items:
                    yield item

    async def _start_call(self) -> None:
        """Apply what was steered, see whether to go on, and begin to ask the model."""
        workings = self._workings
        await workings.directing.steer()
        if workings.loop.is_cancelled:
            self._end(EndReason.CANCELLED)
        # Whoever begins a turn has just asked whether it may.
        elif self.progress.generations and (reason := await workings.weighing.told_to_stop()):
            self._end(reason)
        if self.ended is not None:
            return
        if self.progress.generations:
            await workings.directing.refresh_tools()
        call = make_call(self._parts, self.progress)
        try:
            await call.start(
                workings.loop,
                workings.steered,
                run_id=self.recorder.run.id,
                seq=self.progress.generations,
            )
        except BudgetExceeded as error:
            self._end(EndReason.BUDGET, error)
        else:
            self._call = call

    async def _listen(self, call: ModelCall) -> AsyncGenerator[Item, None]:
        """Pass on what the model writes; a failure of it ends the turn."""
        around, workings = self._parts.surroundings, self._workings
        thoughts = Thoughts(self._parts.assignment, workings.telling, around.hooks, around.clock)
        begins_round = True
        try:
            items = call.items(
                workings.loop, workings.tracing, thoughts, streaming=self._parts.streaming
            )
            async with aclosing(items):
                async for item in items:
                    if isinstance(item, TextDelta):
                        yield TextDelta(self.progress.say(item.text, begins_round=begins_round))
                        begins_round = False
                    else:
                        yield item
        except Exception as error:  # RFC §6.4: a model that fails ends its turn, nothing else
            self.recorder.note(
                self.recorder.failed_step(
                    error,
                    name=call.asker.provider.model_name,
                    round_number=self.progress.generations,
                )
            )
            if call.usage:
                self.recorder.add_usage(call.usage, call.cost)
            self._end(EndReason.ERROR, error)
        finally:
            try:
                await thoughts.end()
            finally:
                await call.close()

    def _note_answer(self, call: ModelCall, said_before: int) -> AgentStep:
        """Add the answer to the turn and return its step."""
        recorder = self.recorder
        if call.asker.compactions:
            recorder.note(recorder.side_step(StepKind.COMPACTION, {}, name="compaction"))
        step = recorder.answer_step(
            call.buffer,
            name=call.asker.provider.model_name,
            shown=self.progress.said[said_before:],
            facts={
                "round": self.progress.generations,
                "cost": call.cost,
                "duration_ms": call.duration_ms,
                "request": call.sizes,
                "usage": call.usage,
            },
        )
        self.progress.note_answer(call.buffer, call.thinking)
        recorder.add_usage(call.usage, call.cost)
        return step

    async def _goes_on(self, call: ModelCall, answer: AgentStep) -> bool:
        """Note the answer, and tell whether the turn goes on behind it."""
        if self._workings.loop.is_cancelled:
            self._end(EndReason.CANCELLED)
        elif reason := await self._workings.weighing.weigh(call.buffer, self.progress):
            self._end(reason)
        if self.ended is None:
            self.recorder.note(answer)
            if not call.buffer.calls:
                self._workings.directing.nudge()
            return True
        response = {**answer.response, "ended": self.ended.reason.value}
        self.recorder.note(answer.model_copy(update={"response": response}))
        return False

    async def _use(
        self, plan: RoundPlan, answer: AIMessage, text: str
    ) -> AsyncGenerator[Item, None]:
        """Use the tools of a round and put what they say behind the answer that called them."""
        workings = self._workings
        workings.weighing.warn_of_length(self.progress, self.recorder.run.id)
        calls = tuple(ready.call for ready in plan.ready)
        await workings.rounds.write_down(plan)
        if calls:
            yield ToolsStarted(calls, plan.number)
            await workings.telling.tools_started(calls, plan.number)
            results = await workings.rounds.run(plan)
            await workings.telling.tools_ended(results, plan.number)
            yield ToolsEnded(results, plan.number)
        self.progress.note_tools(text, tuple(plan.results))
        if plan.pending:
            self._end(EndReason.WAITING)
            return
        self.progress.context.messages += [answer, workings.rounds.message(plan)]
        if plan.must_stop:
            workings.directing.force_answer()

    # -- the end

    def _end(self, reason: EndReason, error: Exception | None = None) -> None:
        if self.ended is None:
            self.ended = Ended(reason, error)

    async def _finish(self, ended: Ended) -> None:
        await self.recorder.end(ended, rounds=self.progress.tool_rounds)
        self._is_written = True

    def _let_go(self) -> None:
        """Forget the loop; a turn that was called off is written down in the background."""
        self._parts.loops.end(self._workings.loop)
        if not self._is_written:
            self._parts.surroundings.tasks.spawn(self._note_abandoned())

    async def _note_abandoned(self) -> None:
        """Write why a turn was called off; where nobody says why, it will be taken up again."""
        await self._drop_call()
        if self.ended is None and self._workings.loop.is_cancelled:
            self._end(EndReason.CANCELLED)
        if self.ended is None and (reason := await self._workings.weighing.told_to_stop()):
            self._end(reason)
        if self.ended is not None:
            with suppress(LostRun):  # whoever has begun it anew writes it from now on
                await self._finish(self.ended)

    async def _drop_call(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            await call.close()

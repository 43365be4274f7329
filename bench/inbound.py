"""Inbound messages, committed, shown and answered, against the raw insert.

The rooms of one process are locked in its memory. Those of a process among others are leased in the
database. The last figure lets a scripted agent answer each message: it is asked through the outbox
and its answer takes the whole pipeline once more.
"""

import asyncio
from collections.abc import Sequence

from django.db import connection

from bench.chat import Chat, build_kit
from bench.plan import Plan
from bench.raw import RawTable
from bench.samples import Row, Sample, build_row

FEW_WRITERS, MANY_WRITERS = 1, 8


class Contender:
    """One line of the report: a chat and how many speak in it at a time."""

    def __init__(self, what: str, unit: str, chat: Chat, callers: int) -> None:
        self.samples: list[Sample] = []
        self.chat = chat
        self._what = f"{what}, {callers} at a time"
        self._unit = unit
        self._callers = callers

    async def talk(self, slice_s: float) -> None:
        """Take one sample."""
        self.samples.append(await self.chat.talk(callers=self._callers, slice_s=slice_s))

    def build_row(self, yardstick: Sequence[Sample]) -> Row:
        """Sum up the samples."""
        ratio_of = f"of raw with {MANY_WRITERS} writers"
        return build_row(
            self._what, self._unit, self.samples, yardstick=yardstick, ratio_of=ratio_of
        )


def measure_inbound(plan: Plan) -> list[Row]:
    """Measure raw inserts and inbound messages in turn."""
    raw, contenders = RawTable(), _enter(plan)
    chats = {contender.chat for contender in contenders}
    few: list[Sample] = []
    many: list[Sample] = []
    with asyncio.Runner() as loop:
        for chat in chats:
            loop.run(chat.open())
        for _ in range(plan.rounds):
            few.append(raw.fill(writers=FEW_WRITERS, slice_s=plan.slice_s))
            many.append(raw.fill(writers=MANY_WRITERS, slice_s=plan.slice_s))
            for contender in contenders:
                loop.run(contender.talk(plan.slice_s))
        for chat in chats:
            loop.run(chat.close())
    for chat in chats:
        chat.check()
    return [
        build_row("raw INSERT + commit, 1 writer", "rows", few),
        build_row(f"raw INSERT + commit, {MANY_WRITERS} writers", "rows", many),
        *(contender.build_row(many) for contender in contenders),
    ]


def _enter(plan: Plan) -> list[Contender]:
    """Return who is measured; on SQLite there is one process, and no lease."""
    alone = Chat(build_kit(), _name_rooms("alone", plan))
    contenders = [Contender("inbound", "events", alone, callers) for callers in plan.callers]
    if connection.vendor == "postgresql":
        leased = Chat(build_kit(leased=True), _name_rooms("leased", plan))
        contenders += [
            Contender("inbound, rooms leased", "events", leased, callers)
            for callers in plan.callers
        ]
    answered = Chat(build_kit(), _name_rooms("answered", plan), answered=True)
    return [*contenders, Contender("inbound and answer", "messages", answered, max(plan.callers))]


def _name_rooms(prefix: str, plan: Plan) -> list[str]:
    return [f"{prefix}-{number}" for number in range(plan.rooms)]

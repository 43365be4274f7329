"""A draft that reviewers judge and its author mends, until they approve (RFC §19.7)."""

import asyncio
from dataclasses import dataclass, field

from channels_app.orchestration.company import Company, Order, Stopped, Work
from channels_app.orchestration.plan import LoopPlan
from channels_app.orchestration.verdict import FORM, Verdict, read_verdict
from rooms.domain.json import JsonObject


@dataclass
class Drafting:
    """One answer on its way.

    Args:
        company: Lets agents work.
        room_id: The conversation.
        key: Names the answer in it, so that a turn that is taken up finds the work done for it.
        plan: Who drafts and who judges.
        is_stopped: Asked before each task.

    Attributes:
        draft: The latest draft; '' before the first.
        approved: Whether every reviewer approved of it.
        iteration: Which draft it is, from 1.
        error: Why there is no further draft; '' if nothing went wrong.
        stopped: Whether the work has become pointless.
    """

    company: Company
    room_id: str
    key: str
    plan: LoopPlan
    is_stopped: Stopped
    draft: str = ""
    approved: bool = False
    iteration: int = 0
    error: str = ""
    stopped: bool = False
    feedback: list[str] = field(default_factory=list)

    async def run(self, question: str, context: JsonObject) -> None:
        """Draft and review until it is approved, tried often enough, stopped or failed."""
        while self.iteration < self.plan.max_iterations and not self.approved:
            if self.stopped or not await self._write(question, context):
                return
            await self._let_review(question)

    async def _write(self, question: str, context: JsonObject) -> bool:
        wish = (
            "Write the answer to this message. Answer with its text and nothing else.\n\n"
            f"{question}"
        )
        known = dict(context)
        if self.draft:
            known |= {"your last draft": self.draft, "feedback": self.feedback}
        work = await self._do(self.plan.entry, wish, known, name=f"draft:{self.iteration + 1}")
        self.error = work.error
        if work.error:
            return False
        self.draft = work.output
        self.iteration += 1
        return True

    async def _let_review(self, question: str) -> None:
        if self.plan.mode == "parallel":
            verdicts = await asyncio.gather(
                *(self._review(reviewer, question) for reviewer in self.plan.reviewers)
            )
        else:
            verdicts = await self._review_in_turn(question)
        self.feedback = [verdict.feedback for verdict in verdicts if not verdict.approved]
        self.approved = not self.feedback

    async def _review_in_turn(self, question: str) -> list[Verdict]:
        """Ask one after the other; what the first disapproves of the rest need not read."""
        verdicts: list[Verdict] = []
        for reviewer in self.plan.reviewers:
            verdicts.append(await self._review(reviewer, question))
            if not verdicts[-1].approved:
                break
        return verdicts

    async def _review(self, reviewer: str, question: str) -> Verdict:
        wish = (
            "Judge whether this answer to a message is good as it is.\n\n"
            f"Message: {question}\n\nAnswer: {self.draft}\n\n{FORM}"
        )
        name = f"review:{self.iteration}:{reviewer}"
        work = await self._do(reviewer, wish, {}, name=name)
        if work.error:
            return Verdict(approved=False, feedback=f"{reviewer} gave no review: {work.error}.")
        return read_verdict(work.output)

    async def _do(self, agent_id: str, task: str, context: JsonObject, *, name: str) -> Work:
        if self.stopped or await self.is_stopped():
            self.stopped = True
            return Work(error="stopped")
        return await self.company.do(
            Order(
                room_id=self.room_id,
                key=f"{self.key}:{name}",
                agent_id=agent_id,
                task=task,
                context=context,
                timeout_s=self.plan.task_timeout_s,
            )
        )

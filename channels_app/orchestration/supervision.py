"""A supervisor and its workers on one task: framed, done, reviewed, mended."""

import asyncio
import json
from dataclasses import dataclass, field

from channels_app.orchestration.company import Company, Order, Stopped, Work
from channels_app.orchestration.plan import AgentCard, SupervisorPlan
from channels_app.orchestration.verdict import FORM, FORM_WITH_NEXT, Verdict, read_verdict
from rooms.domain.json import JsonObject

STOPPED = "the conversation was taken over meanwhile"


@dataclass(frozen=True)
class Piece:
    """One worker's part.

    Attributes:
        feedback: What the supervisor did not approve of, or why the worker failed.
        next_task: What the supervisor wants of whoever comes next.
    """

    worker: str
    output: str
    approved: bool
    feedback: str = ""
    next_task: str = ""

    def told(self) -> JsonObject:
        """Return it as the supervisor is told it."""
        status = "completed" if self.approved else "failed"
        said = {"worker": self.worker, "status": status, "output": self.output}
        return said if self.approved else said | {"feedback": self.feedback}


@dataclass
class Supervision:
    """Runs the workers of a room's plan.

    Args:
        company: Lets agents work.
        room_id: The conversation.
        key: Names the work in it, so that a turn that is taken up finds what was done of it.
        plan: Who works, and how.
        is_stopped: Asked before each task.
    """

    company: Company
    room_id: str
    key: str
    plan: SupervisorPlan
    is_stopped: Stopped
    done: list[Piece] = field(default_factory=list)

    async def run(self, task: str) -> str:
        """Return what the workers made of a task, as JSON for the supervisor."""
        if self.plan.mode == "parallel":
            self.done = await asyncio.gather(
                *(self._piece(worker, task) for worker in self.plan.workers)
            )
        else:
            await self._one_by_one(task)
        complete = all(p.approved for p in self.done) and len(self.done) == len(self.plan.workers)
        told = {
            "status": "completed" if complete else "failed",
            "results": [piece.told() for piece in self.done],
        }
        return json.dumps(told, ensure_ascii=False)

    async def run_one(self, worker: str, task: str) -> str:
        """Return what one worker made of a task, as JSON; it is not reviewed."""
        work = await self._do(worker, task, {}, name=worker)
        return json.dumps(_unreviewed(worker, work).told(), ensure_ascii=False)

    async def _one_by_one(self, task: str) -> None:
        """Let each go on from what those before it have made; a failure ends the chain."""
        framed = ""
        for worker in self.plan.workers:
            piece = await self._piece(worker, task, framed)
            self.done.append(piece)
            if not piece.approved:
                return
            framed = piece.next_task

    async def _piece(self, worker: AgentCard, task: str, framed: str = "") -> Piece:
        own = framed or await self._frame(worker, task)
        context: JsonObject = {"task as a whole": task}
        if self.done:
            context["results so far"] = [piece.told() for piece in self.done]
        verdict = Verdict(approved=False)
        work = Work()
        for revision in range(self.plan.max_revisions + 1):
            name = f"{worker.agent_id}:{revision}"
            work = await self._do(worker.agent_id, own, context, name=name)
            if work.error:
                return _unreviewed(worker.agent_id, work)
            verdict = await self._review(worker, own, work, name=f"{name}:review")
            if verdict.approved:
                break
            context |= {"your last result": work.output, "feedback": verdict.feedback}
        return Piece(
            worker.agent_id, work.output, verdict.approved, verdict.feedback, verdict.next_task
        )

    async def _frame(self, worker: AgentCard, task: str) -> str:
        """Let the supervisor word a worker's task; one that cannot is no reason to stop."""
        if not self.plan.refine_task:
            return task
        known = f" ({worker.description})" if worker.description else ""
        wish = (
            f"Word the part of this task that {worker.agent_id}{known} is to do. Answer with the "
            f"words of that part and nothing else.\n\nTask: {task}"
        )
        name = f"{worker.agent_id}:frame"
        work = await self._do(self.plan.entry, wish, self._so_far(), name=name)
        return task if work.error else work.output

    async def _review(self, worker: AgentCard, task: str, work: Work, *, name: str) -> Verdict:
        form = FORM_WITH_NEXT if self._has_next(worker) else FORM
        wish = (
            f"Judge whether {worker.agent_id} has done this task.\n\nTask: {task}\n\n"
            f"Result: {work.output}\n\n{form}"
        )
        review = await self._do(self.plan.entry, wish, self._so_far(), name=name)
        if review.error:
            return Verdict(approved=False, feedback=f"There was no review: {review.error}.")
        return read_verdict(review.output)

    def _has_next(self, worker: AgentCard) -> bool:
        return self.plan.mode == "sequential" and worker != self.plan.workers[-1]

    def _so_far(self) -> JsonObject:
        return {"results so far": [piece.told() for piece in self.done]} if self.done else {}

    async def _do(self, agent_id: str, task: str, context: JsonObject, *, name: str) -> Work:
        if await self.is_stopped():
            return Work(error=STOPPED)
        return await self.company.do(
            Order(
                room_id=self.room_id,
                key=f"{self.key}:{name}",
                agent_id=agent_id,
                task=task,
                context=dict(context),
                timeout_s=self.plan.task_timeout_s,
                share_channels=tuple(self.plan.share_channels),
            )
        )


def _unreviewed(worker: str, work: Work) -> Piece:
    return Piece(worker, work.output, approved=not work.error, feedback=work.error)

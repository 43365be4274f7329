"""Processes of the agent's site: `python -m tests.faults.agent_processes`, told what by stdin.

Each line of JSON asks for one process, which is forked from this one because a fresh start takes
seconds; its pid is answered. `do` names the function below that it runs, `die_at` the step at which
it kills itself, the rest are arguments. {"wait": pid} answers how a process ended, {"kill": pid}
ends it first.
"""

import asyncio
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import django

django.setup()

# Loaded once for all, though this process needs neither.
import celery.worker.worker  # noqa: E402, F401

import channels_app.providers.anthropic.client  # noqa: E402, F401
from channels_app.ai.records import DecisionState  # noqa: E402
from channels_app.models import AgentRun, AgentStep, ToolApproval  # noqa: E402 - apps must be ready first
from channels_app.services.approvals import Decision, record_decision  # noqa: E402
from roomkit_project.celery import app  # noqa: E402
from rooms import DeliveryPolicy, InboundMessage, TextContent, Worker  # noqa: E402
from rooms.domain.job import OPEN_STATES, DeliveryState  # noqa: E402
from rooms.kit import RoomKit  # noqa: E402
from rooms.models import Delivery, Event  # noqa: E402
from rooms.runtime import get_kit  # noqa: E402
from tests.faults import agent_site  # noqa: E402, F401 - loaded once for all
from tests.faults.agent_nursery import QUESTION  # noqa: E402

DONE_WITHIN_S = 30
OPEN = [state.value for state in OPEN_STATES]


def ask(room: str) -> None:
    """Take the customer's question in; where this process works as well, see it through."""
    asyncio.run(_ask(room))


def work(name: str) -> None:
    """Be a Celery worker."""
    queues = ["-Q", "deliver,ai,default", "--concurrency", "4"]
    app.worker_main(["worker", "--pool", "threads", "-n", f"{name}@%h", *queues])


def resume(rooms: Sequence[str], *, waits: bool = False) -> None:
    """Take up what dead processes left, until nothing is open.

    Args:
        rooms: The rooms to look at.
        waits: Whether turns may then wait for people.
    """
    asyncio.run(_resume(rooms, OPEN_STATES if waits else {*OPEN_STATES, DeliveryState.PARKED}))


def decide(room: str) -> None:
    """Approve of what an agent asks, as a person does."""
    for asked in ToolApproval.objects.filter(room_id=room):
        approved = Decision(DecisionState.APPROVED)
        assert record_decision(approval_id=asked.pk, decision=approved, decided_by="ada")


def go_on(room: str) -> None:
    """Let a parked turn go on, and see it through."""
    asyncio.run(_go_on(room))


def tell(rooms: Sequence[str], to: str) -> None:
    """Write what is stored of rooms to a file."""
    Path(to).write_text(json.dumps({room: _told(room) for room in rooms}))


def _told(room: str) -> dict[str, Any]:
    events = Event.objects.filter(room_id=room, type="message").order_by("index")
    steps = AgentStep.objects.filter(run__room_id=room, kind="tool").order_by("seq")
    return {
        "timeline": [event.content.get("body") for event in events],
        "open": Delivery.objects.filter(room_id=room, state__in=OPEN).count(),
        "runs": [run.status for run in AgentRun.objects.filter(room_id=room)],
        "tools": [[step.name, step.state] for step in steps],
    }


async def _ask(room: str) -> None:
    kit = get_kit()
    await kit.create_room(room)
    await kit.attach_channel(room, "web-chat")
    # Twice is better than never: what was sent in the instant of the death may be sent again.
    at_least_once = DeliveryPolicy.AT_LEAST_ONCE
    phone = {"phone_number": "+15550100"}
    await kit.attach_channel(room, "sms", metadata=phone, delivery_policy=at_least_once)
    await kit.attach_channel(room, "assistant")
    question = TextContent(body=QUESTION)
    await kit.process_inbound(
        InboundMessage(channel_id="web-chat", sender_id="noor", content=question, room_id=room)
    )
    if kit.pipeline.parts.dispatch.waker is None:
        await _until_done(kit, [room])
    await kit.close()


async def _go_on(room: str) -> None:
    kit = get_kit()
    [question] = [e for e in await kit.store.list_events(room) if e.source.channel_id == "web-chat"]
    await kit.reopen_turn(room, question.id, "assistant")
    await _until_done(kit, [room])
    await kit.close()


async def _resume(rooms: Sequence[str], states: Collection[DeliveryState]) -> None:
    kit = get_kit()
    working = asyncio.create_task(Worker(kit, sweep_seconds=0.05).run())
    await _until_done(kit, rooms, states)
    working.cancel()
    await kit.close()


async def _until_done(
    kit: RoomKit, rooms: Sequence[str], states: Collection[DeliveryState] = OPEN_STATES
) -> None:
    async with asyncio.timeout(DONE_WITHIN_S):
        for room in rooms:
            while any(job.state in states for job in await kit.store.list_deliveries(room)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # the other side is a database, it rings no bell


# -- forking them

KINDS: dict[str, Callable[..., None]] = {
    each.__name__: each for each in (ask, work, resume, decide, go_on, tell)
}


def fork(do: str, die_at: str = "", **arguments: Any) -> int:
    """Start a process; return its pid."""
    pid = os.fork()
    if pid:
        return pid
    os.dup2(2, 1)  # the other is for answers
    os.environ["FAULT_AT"] = die_at
    code = 1
    try:
        KINDS[do](**arguments)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Do what each line asks for, until there are no more; then nothing stays behind."""
    running: set[int] = set()
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        if "do" in asked:
            answer = fork(**asked)
            running.add(answer)
        else:
            answer = end(asked.get("wait") or asked["kill"], at_once="kill" in asked)
            running -= {*asked.values()}
        os.write(1, f"{answer}\n".encode())
    for pid in running:
        end(pid, at_once=True)


def end(pid: int, *, at_once: bool) -> int:
    """Wait for a process, killed first or not; return its exit code, negative for a signal."""
    if at_once:
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    serve()

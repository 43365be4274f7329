"""Delegation: an agent does a task in a room of its own, the conversation goes on (RFC §20)."""

from hooks.triggers import HookTrigger
from rooms.delegated.host import TaskHost
from rooms.delegated.records import child_room_id, depth_of, named_task_id
from rooms.delegated.rights import rights_of
from rooms.delegated.runner import RoomTaskRunner, TaskRunner
from rooms.delegated.strategies import BackgroundTaskDeliveryStrategy, ContextOnlyDelivery
from rooms.delegated.task import DelegatedTask, OnComplete
from rooms.domain.binding import ChannelBinding
from rooms.domain.enums import AgentResponsePolicy, ChannelCategory, EventType, OwnerKind
from rooms.domain.errors import (
    ChannelNotFoundError,
    ChannelNotRegisteredError,
    RoomAlreadyExistsError,
    RoomClosedError,
    RoomNotFoundError,
)
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import new_id
from rooms.domain.json import JsonObject
from rooms.domain.room import Room
from rooms.pipeline.records import build_record


class Delegation:
    """Opens the rooms of tasks and hands the tasks to the runner.

    Attributes:
        runner: Who has them done.
    """

    def __init__(
        self,
        kit: TaskHost,
        runner: TaskRunner | None,
        strategy: BackgroundTaskDeliveryStrategy | None,
    ) -> None:
        self._kit = kit
        self._parts = kit.pipeline.parts
        self.runner = runner or RoomTaskRunner()
        if isinstance(self.runner, RoomTaskRunner):
            self.runner.bind(kit, strategy or ContextOnlyDelivery())

    async def delegate(  # noqa: PLR0913 - the published signature
        self,
        room_id: str,
        agent_id: str,
        task: str,
        *,
        context: JsonObject | None = None,
        share_channels: list[str] | None = None,
        notify: str | None = None,
        on_complete: OnComplete | None = None,
        delivery_strategy: BackgroundTaskDeliveryStrategy | None = None,
        wait: bool = False,
        timeout: float | None = None,
        idempotency_key: str | None = None,
    ) -> DelegatedTask:
        """Have an agent do a task in a child room; the room itself goes on meanwhile.

        Args:
            room_id: The room that needs the result.
            agent_id: A registered agent; it need not be attached to the room.
            task: What to do, in words.
            context: What the agent should know for it; it reads this with the task.
            share_channels: Channels of the room that take part in the child room, with exactly the
                rights they have here.
            notify: The channel of the room that is told the result: an agent reads it, a transport
                passes it on; None leaves it to who waits and to hooks.
            on_complete: Called with the result before who waits goes on, while this process lives.
            delivery_strategy: How `notify` is told; None takes the kit's, which by default lets an
                agent read the result without asking it. One of your own class counts only if this
                process sees the end: give it to the kit instead where there are several.
            wait: Return only once the task has ended.
            timeout: After how many seconds without an answer it has failed; None never.
            idempotency_key: Names the task in the room. Asked for again under its key, by any
                process, it is the task that was begun then, or its result, whatever else is said.

        Raises:
            ValueError: If there is no task, the channel is no agent, or tasks are nested too deep.
            ChannelNotRegisteredError: If the agent is not registered.
            ChannelNotFoundError: If a channel to share or to notify is not attached to the room.
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If it takes no more events.
        """
        parent, bindings = await self._load(room_id)
        await self._check(parent, agent_id, task)
        shared = [_require(bindings, room_id, channel_id) for channel_id in share_channels or ()]
        if notify is not None:
            _require(bindings, room_id, notify)
        task_id, was_there = await self._name(room_id, idempotency_key)
        made = DelegatedTask(
            id=task_id,
            child_room_id=child_room_id(room_id, task_id),
            parent_room_id=room_id,
            agent_id=agent_id,
            task=task,
            notify=notify,
            delivery=delivery_strategy,
            timeout=timeout,
            organization_id=parent.organization_id,
            was_there=was_there,
        )
        if not was_there:
            await self._begin(made, parent, context or {}, bindings.get(agent_id), shared)
        await self.runner.submit(self._kit, made, context=context, on_complete=on_complete)
        if wait:
            await made.wait()
        return made

    async def look_after(self) -> int:
        """Do the worker's chore for tasks; return how many have ended or were told of."""
        if not isinstance(self.runner, RoomTaskRunner):
            return 0
        return await self.runner.desk.look_after()

    async def close(self) -> None:
        """Let go of what the runner holds."""
        await self.runner.close()

    async def _name(self, room_id: str, key: str | None) -> tuple[str, bool]:
        """Return the id of a task, and whether it was begun already.

        A runner of the host's own knows that by the id.
        """
        if key is None:
            return new_id(), False
        task_id = named_task_id(room_id, key)
        if not isinstance(self.runner, RoomTaskRunner):
            return task_id, False
        return task_id, await self.runner.desk.find(task_id) is not None

    async def _begin(
        self,
        task: DelegatedTask,
        parent: Room,
        context: JsonObject,
        agent: ChannelBinding | None,
        shared: list[ChannelBinding],
    ) -> None:
        """Make the room of a task; a process that died may have made a part of it."""
        await self._open_child(task, parent, context, is_shared=bool(shared))
        await self._attach(task, agent, shared)
        await self._tell(task)

    async def _load(self, room_id: str) -> tuple[Room, dict[str, ChannelBinding]]:
        snapshot = await self._parts.store.load_snapshot(room_id)
        if snapshot is None:
            raise RoomNotFoundError(room_id)
        room = snapshot.context.room
        if not room.accepts_events:
            raise RoomClosedError(room_id, room.status.value)
        return room, {each.channel_id: each for each in snapshot.context.bindings}

    async def _check(self, parent: Room, agent_id: str, task: str) -> None:
        if not task.strip():
            raise ValueError("a task needs words that say what to do, got an empty text")
        deepest = self._parts.limits.max_chain_depth
        if depth_of(parent.id) >= deepest:
            raise ValueError(
                f"room {parent.id!r} is nested in {deepest} tasks already: agents that delegate to "
                "each other would never end (RoomKit(max_chain_depth=...) sets the limit)"
            )
        await self._parts.channels.find(agent_id)
        owner = self._parts.channels.organization_of(agent_id)
        if owner is not None and owner != parent.organization_id:
            raise ChannelNotRegisteredError(agent_id)
        if self._parts.channels.require(agent_id).category is not ChannelCategory.INTELLIGENCE:
            raise ValueError(f"channel {agent_id!r} is no agent: tasks are done by agents")

    async def _open_child(
        self, task: DelegatedTask, parent: Room, context: JsonObject, *, is_shared: bool
    ) -> None:
        """Open the room of a task, of the same organization.

        Where people take part, it has the same owner, so that a take-over holds there too.
        """
        now = self._parts.clock.now()
        room = Room(
            id=task.child_room_id,
            organization_id=parent.organization_id,
            metadata={
                "parent_room_id": parent.id,
                "task_id": task.id,
                "task_agent_id": task.agent_id,
                "task_input": task.task,
                "task_context": context,
                "task_status": task.status.value,
            },
            agent_response_policy=AgentResponsePolicy.ADDRESSED_ONLY,
            owner_kind=parent.owner_kind if is_shared else OwnerKind.AI,
            owner_id=parent.owner_id if is_shared else None,
            created_at=now,
            updated_at=now,
        )
        try:
            await self._kit.pipeline.openings.open(room)
        except RoomAlreadyExistsError:
            known = await self._parts.store.get_room(room.id)
            if known is None or known.metadata.get("task_id") != task.id:
                raise

    async def _attach(
        self, task: DelegatedTask, agent: ChannelBinding | None, shared: list[ChannelBinding]
    ) -> None:
        """Attach the agent, with no more rights than it has in the parent, and who is shared."""
        child = task.child_room_id
        rights = {} if agent is None else rights_of(agent)
        rights["category"] = ChannelCategory.INTELLIGENCE
        await self._kit.attach_channel(child, task.agent_id, **rights)
        for binding in shared:
            if binding.channel_id != task.agent_id:
                await self._kit.attach_channel(child, binding.channel_id, **rights_of(binding))

    async def _tell(self, task: DelegatedTask) -> None:
        """Write the delegation down on the parent's timeline and fire ON_TASK_DELEGATED."""
        record = _delegated(task)
        records = self._kit.pipeline.records
        async with self._parts.locks.locked(task.parent_room_id):
            await records.write(record)
        await records.tell(HookTrigger.ON_TASK_DELEGATED, record)


def _require(bindings: dict[str, ChannelBinding], room_id: str, channel_id: str) -> ChannelBinding:
    if channel_id not in bindings:
        raise ChannelNotFoundError(room_id, channel_id)
    return bindings[channel_id]


def _delegated(task: DelegatedTask) -> RoomEvent:
    data: JsonObject = {
        "task_id": task.id,
        "child_room_id": task.child_room_id,
        "parent_room_id": task.parent_room_id,
        "agent_id": task.agent_id,
        "task": task.task,
        "notify": task.notify,
    }
    record = build_record(task.parent_room_id, EventType.TASK_DELEGATED, "task_delegated", data)
    return record.model_copy(update={"idempotency_key": f"task:{task.id}:delegated"})

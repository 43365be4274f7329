"""Forgetting what agents remember of a message that is changed or deleted."""

from weakref import WeakSet

from channels_app.ai.backing import store_beside
from channels_app.ai.host import AgentHost
from channels_app.ai.memory.indexing import entry_id
from hooks.engine import HookEngine
from hooks.registration import HookRegistration
from hooks.triggers import HookExecution, HookTrigger
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory
from rooms.domain.event import RoomEvent

TRIGGERS = (HookTrigger.ON_EVENT_UPDATED, HookTrigger.ON_EVENT_DELETED)
NAME = "roomkit.forget_summaries"

_following: "WeakSet[HookEngine[RoomContext]]" = WeakSet()


def forget_what_changes(host: AgentHost) -> None:
    """Have summaries of the room, and texts of the message, forgotten with each edit and deletion.

    Once per kit, however often called. A text is kept again when an agent sees the message anew.
    """
    if host.hook_engine in _following:
        return
    _following.add(host.hook_engine)

    async def forget(event: RoomEvent, context: RoomContext) -> None:
        kept = store_beside(host.store)
        await kept.summaries.forget(event.room_id)
        agents = [b for b in context.bindings if b.category is ChannelCategory.INTELLIGENCE]
        texts = [entry_id(agent.channel_id, event.id) for agent in agents]
        await kept.knowledge.remove(ids=texts)

    for trigger in TRIGGERS:
        host.hook_engine.register(HookRegistration(trigger, HookExecution.ASYNC, forget, name=NAME))

"""Whether an event may enter the room: what hooks say, and its source's right (steps 9 to 11)."""

from hooks.triggers import HookTrigger
from rooms.domain.enums import ChannelType
from rooms.domain.event import RoomEvent
from rooms.pipeline import permissions
from rooms.pipeline.filing import keep_files
from rooms.pipeline.linking import Linking
from rooms.pipeline.parts import Parts
from rooms.pipeline.planning import ROUTED_TO
from rooms.pipeline.scene import Scene
from rooms.pipeline.waiting import return_at_commit

Verdict = tuple[str | None, str | None]
"""Who blocked an event and why; two Nones let it pass."""


class Judging:
    """Asks the hooks, then the source's binding."""

    def __init__(self, parts: Parts, linking: Linking) -> None:
        self._parts = parts
        self._linking = linking

    async def judge(self, scene: Scene) -> Verdict:
        """Return whether the event of a scene is blocked; hooks may have changed it."""
        if scene.draft.blocked_code:
            return scene.draft.blocked_code, scene.draft.blocked_code
        with return_at_commit():
            blocked_by, reason = await self._ask_hooks(scene)
        if blocked_by:
            return blocked_by, reason
        await self._linking.aim(scene)  # a hook may have rewritten the edit
        code = _source_gate(scene)
        return code, code

    async def _ask_hooks(self, scene: Scene) -> Verdict:
        outcome = await self._parts.hooks.run_sync_hooks(
            scene.room_id, HookTrigger.BEFORE_BROADCAST, scene.event, scene.context
        )
        scene.hooks = outcome
        scene.event = _keep_identity(scene.event, outcome.event)
        if scene.event is not scene.draft.event:  # a hook may have added files
            scene.event = await keep_files(self._parts.media, scene.event)
        if outcome.routed_to is not None:
            metadata = {**scene.event.metadata, ROUTED_TO: list(outcome.routed_to)}
            scene.event = scene.event.model_copy(update={"metadata": metadata})
        if outcome.allowed:
            return None, None
        return outcome.blocked_by or "hook", outcome.reason


def _source_gate(scene: Scene) -> str | None:
    if scene.source is not None:
        return permissions.source_gate(scene.source)
    speaks = scene.event.source.channel_type is ChannelType.SYSTEM
    return None if speaks else "source_not_attached"


def _keep_identity(before: RoomEvent, after: RoomEvent) -> RoomEvent:
    """Undo what a hook must not change: who sent the event, where it stands and how deep."""
    if after is before:
        return before
    kept = ("id", "room_id", "source", "index", "chain_depth", "idempotency_key", "type")
    return after.model_copy(update={name: getattr(before, name) for name in kept})

"""People across rooms: two identities made one, told apart again, and addresses that change."""

from rooms.domain.identity_merge import IdentityMerge
from rooms.pipeline.moves import AddressMoves
from rooms.pipeline.parts import Parts


class Identities:
    """Keeps the directory of people in order."""

    def __init__(self, parts: Parts, moves: AddressMoves) -> None:
        self._parts = parts
        self._moves = moves

    async def merge_identities(
        self,
        survivor_id: str,
        merged_id: str,
        *,
        user_id: str | None = None,
        reason: str | None = None,
    ) -> IdentityMerge:
        """Make two identities one: addresses and participants of the second go to the first.

        The second stays and leads to the first wherever it is still named. `unmerge_identities`
        takes it back within 30 days.

        Args:
            survivor_id: The identity that goes on.
            merged_id: The identity that is taken in.
            user_id: Who decided it, as the host names its users.
            reason: Why.

        Raises:
            IdentityNotFoundError: If one does not exist, or not in the organization of the other.
            IdentityMergeRefusedError: If they are one already, or one of them was merged before.
        """
        merge = await self._parts.store.merge_identities(
            survivor_id, merged_id, user_id=user_id, reason=reason
        )
        await self._tell("identities_merged", merge)
        return merge

    async def unmerge_identities(
        self, merge_id: str, *, user_id: str | None = None
    ) -> IdentityMerge:
        """Tell two merged identities apart again; what came after the merge stays with the first.

        Raises:
            IdentityMergeNotFoundError: If there is no such merge.
            IdentityMergeRefusedError: If 30 days are over, it was undone before, or the survivor
                was merged itself since then.
        """
        merge = await self._parts.store.unmerge_identities(merge_id, user_id=user_id)
        await self._tell("identities_unmerged", merge)
        return merge

    async def change_address(
        self, channel_id: str, old: str, new: str, *, token: str = ""
    ) -> list[str]:
        """Let an address be another from now on: in rooms, in bindings and in the directory.

        Args:
            channel_id: The channel that knows the address.
            old: The address that was left.
            new: The address that took its place.
            token: Tells this change from an earlier one between the same two addresses; with the
                same token it is recorded once.

        Returns:
            The rooms in which the old address was known.

        Raises:
            ChannelNotRegisteredError: If there is no such channel.
        """
        channel = self._parts.channels.require(channel_id)
        return await self._moves.move(channel, old, new, token=token)

    async def _tell(self, news: str, merge: IdentityMerge) -> None:
        # No room: a person may be in many.
        await self._parts.news.emit(
            news,
            organization_id=merge.organization_id,
            merge_id=merge.id,
            survivor_id=merge.survivor_id,
            merged_id=merge.merged_id,
        )

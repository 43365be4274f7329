"""Conversations of a Teams bot in the site's database, where every process finds them."""

from channels_app.models import ConversationReference
from channels_app.providers.teams.conversation_store import ConversationReferenceStore
from channels_app.services import conversation_references as writes
from rooms.domain.json import JsonObject
from rooms.runtime import get_kit
from rooms.stores.orm import OrmStore
from rooms.stores.orm.executor import DatabaseThreads


class DatabaseConversationReferenceStore(ConversationReferenceStore):
    """Keeps references in the database of the site's rooms.

    Args:
        bot: Tells several bots of one site apart.

    Raises:
        TypeError: From every method, if the site's kit keeps its rooms elsewhere.
        StoreUnavailableError: From every method, if the database cannot be reached.
    """

    def __init__(self, bot: str = "") -> None:
        self._bot = bot

    async def save(self, conversation_id: str, reference: JsonObject) -> None:
        """Keep a reference in place of the former one."""
        await _threads().run(
            writes.save_reference,
            bot=self._bot,
            conversation_id=conversation_id,
            reference=reference,
        )

    async def get(self, conversation_id: str) -> JsonObject | None:
        """Return a reference, or None."""
        return (await _threads().run(self._read, conversation_id)).get(conversation_id)

    async def delete(self, conversation_id: str) -> None:
        """Forget a reference; an unknown one is no error."""
        await _threads().run(
            writes.delete_reference, bot=self._bot, conversation_id=conversation_id
        )

    async def list_all(self) -> dict[str, JsonObject]:
        """Return every reference by its conversation id."""
        return await _threads().run(self._read)

    def _read(self, *conversation_ids: str) -> dict[str, JsonObject]:
        rows = ConversationReference.objects.filter(bot=self._bot)
        if conversation_ids:
            rows = rows.filter(conversation_id__in=conversation_ids)
        return dict(rows.values_list("conversation_id", "reference"))


def _threads() -> DatabaseThreads:
    """Return where the site's store speaks to the database."""
    store = get_kit().store
    if not isinstance(store, OrmStore):
        raise TypeError(
            f"references are kept in the database, but rooms in a {type(store).__name__}"
        )
    return store.threads

"""Opening conversations, and who is in them."""

from collections.abc import AsyncIterator

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.outcomes import refused
from channels_app.providers.teams.config import MULTI_TENANT, TeamsConfig
from channels_app.providers.teams.connector import Connector, read_object
from channels_app.providers.teams.conversation_store import PERSONAL
from channels_app.providers.teams.references import CHANNEL, References
from rooms.domain.delivery import SendOutcome
from rooms.domain.json import JsonObject

PAGE_SIZE = 500


class Conversations:
    """The conversations of one bot."""

    def __init__(self, config: TeamsConfig, connector: Connector, references: References) -> None:
        self._config = config
        self._connector = connector
        self._references = references

    async def open_chat(self, service_url: str, user_id: str, tenant_id: str | None) -> str:
        """Open the chat with one person, or find the one there is; return its id.

        Raises:
            ValueError: If nobody says in which tenant.
            SendProblem: If Teams opens none.
        """
        tenant = self._tenant(tenant_id)
        if tenant is None:
            raise ValueError("a multi-tenant bot must name the person's tenant_id")
        members = [{"id": user_id}]
        opened = await self._open(
            service_url, {"isGroup": False, "members": members, "tenantId": tenant}
        )
        chat = {"id": opened, "conversationType": PERSONAL, "tenantId": tenant}
        await self._keep(service_url, chat, user={"id": user_id})
        return opened

    async def open_thread(
        self, service_url: str, channel_id: str, activity: JsonObject, tenant_id: str | None
    ) -> str:
        """Begin a thread in a channel with its first message; return the thread's id.

        Raises:
            SendProblem: If Teams opens none.
        """
        tenant = self._tenant(tenant_id)
        data: JsonObject = {"channel": {"id": channel_id}}
        if tenant is not None:
            data["tenant"] = {"id": tenant}
        opened = await self._open(
            service_url, {"isGroup": True, "channelData": data, "activity": activity}
        )
        thread: JsonObject = {"id": opened, "conversationType": "channel", "isGroup": True}
        await self._keep(service_url, {**thread, "tenantId": tenant} if tenant else thread)
        return opened

    async def members(self, conversation_id: str) -> AsyncIterator[JsonObject]:
        """Yield who is in a conversation, and remember names and addresses.

        Raises:
            LookupError: If the conversation is not known.
            SendProblem: If Teams does not tell.
        """
        reference = await self._references.find(conversation_id)
        if reference is None:
            raise LookupError(f"no reference of conversation {conversation_id!r} is stored")
        service_url = str(reference.get("serviceUrl"))
        path = (conversation_id, "pagedmembers")
        query: dict[str, str | int] = {"pageSize": PAGE_SIZE}
        while True:
            answer = await self._connector.call("GET", service_url, *path, params=query)
            page = read_object(answer)
            for member in page.get("members") or []:
                await self._note(conversation_id, reference, member)
                yield member
            if not page.get("continuationToken"):
                return
            query["continuationToken"] = page["continuationToken"]

    def _tenant(self, tenant_id: str | None) -> str | None:
        own = self._config.tenant_id
        return tenant_id or (None if own == MULTI_TENANT else own)

    async def _open(self, service_url: str, wanted: JsonObject) -> str:
        body = {"bot": {"id": self._config.bot_id}, **wanted}
        opened = read_object(await self._connector.call("POST", service_url, json=body)).get("id")
        if not isinstance(opened, str) or not opened:
            words = "Teams: the answer names no conversation"
            raise SendProblem(refused(SendOutcome.UNKNOWN, "unreadable_answer", words))
        return opened

    async def _keep(
        self, service_url: str, conversation: JsonObject, user: JsonObject | None = None
    ) -> None:
        reference = {
            "channelId": CHANNEL,
            "serviceUrl": service_url,
            "conversation": conversation,
            "bot": {"id": self._config.bot_id},
        }
        await self._references.merge(
            conversation["id"], {**reference, "user": user} if user else reference
        )

    async def _note(self, conversation_id: str, reference: JsonObject, member: JsonObject) -> None:
        aad_object_id = member.get("aadObjectId")
        if aad_object_id:
            await self._references.store.save_with_user_info(
                conversation_id,
                reference,
                aad_object_id=aad_object_id,
                name=member.get("name"),
                email=member.get("email") or member.get("userPrincipalName"),
            )

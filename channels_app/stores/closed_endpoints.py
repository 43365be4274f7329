"""Addresses that want no more webhooks, in the site's database."""

from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from channels.db import database_sync_to_async

from channels_app.models import ClosedEndpoint
from channels_app.providers.http_webhook.endpoints import EndpointStore
from channels_app.services import closed_endpoints as writes
from rooms.probes.diagnosis import Reading, Status
from rooms.runtime import get_kit
from rooms.stores.orm import OrmStore
from rooms.stores.orm.executor import DatabaseThreads

SUBJECT = "Endpoints"
REMEDY = "They answered 410 Gone. Mend the receiver, then open them again in the admin."
SHOWN = 10


class DatabaseEndpointStore(EndpointStore):
    """Remembers in the database of the site's rooms, where people can open an address again.

    Raises:
        TypeError: From every method, if the site's kit keeps its rooms elsewhere.
        StoreUnavailableError: From every method, if the database cannot be reached.
    """

    async def is_closed(self, url: str) -> bool:
        """Tell whether an address wants no more."""
        return await _threads().run(ClosedEndpoint.objects.filter(pk=_digest(url)).exists)

    async def close(self, url: str, *, room_id: str) -> None:
        """Remember that an address wants no more."""
        await _threads().run(
            writes.close_endpoint,
            digest=_digest(url),
            host=urlsplit(url).hostname or "",
            room_id=room_id,
        )


async def read_endpoints() -> Sequence[Reading]:
    """Answer `manage.py doctor`: which addresses are not posted to any more."""
    hosts = await database_sync_to_async(_list_hosts)()
    if not hosts:
        return []
    more = " and others" if len(hosts) > SHOWN else ""
    said = f"nothing is posted any more to {', '.join(hosts[:SHOWN])}{more}"
    return [Reading(subject=SUBJECT, status=Status.WARNING, said=said, remedy=REMEDY)]


def _list_hosts() -> list[str]:
    rows = ClosedEndpoint.objects.order_by("-closed_at").values_list("host", flat=True)
    return list(rows[: SHOWN + 1])


def _digest(url: str) -> str:
    return sha256(url.encode()).hexdigest()


def _threads() -> DatabaseThreads:
    """Return where the site's store speaks to the database."""
    store = get_kit().store
    if not isinstance(store, OrmStore):
        raise TypeError(
            f"endpoints are kept in the database, but rooms in a {type(store).__name__}"
        )
    return store.threads

"""Sending one mail to a port of this machine."""

from typing import Any

from channels_app.providers.smtp.config import SMTPConfig
from channels_app.providers.smtp.email import SMTPProvider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent
from tests.providers.mail.samples import CUSTOMER, make_event


def make_provider(port: int, **config: Any) -> SMTPProvider:
    """Return a provider that speaks in the clear, unless `config` says otherwise."""
    given: dict[str, Any] = {
        "from_email": "support@example.org",
        "from_name": "Support",
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "timeout": 2.0,
    }
    return SMTPProvider(SMTPConfig(**given | config))


async def send(
    port: int,
    event: RoomEvent | None = None,
    *,
    to: str = CUSTOMER,
    subject: str | None = None,
    **config: Any,
) -> ProviderResult:
    """Send an event in the clear, unless `config` says otherwise."""
    provider = make_provider(port, **config)
    try:
        return await provider.send(event or make_event(), to, subject=subject)
    finally:
        await provider.close()

"""Webhooks of the fakes as requests, for cases of the provider suite."""

from collections.abc import Callable, Mapping
from typing import Any

from channels_app.providers.base.webhook import WebhookRequest
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.provider_suite import Trouble
from rooms.domain.content import MediaContent, TextContent
from rooms.domain.delivery import SendOutcome

URL = "https://chat.example.org/webhooks/any/vendor/suite"
JPEG = "https://files.example.org/a.jpg"
PICTURE = MediaContent(url=JPEG, mime_type="image/jpeg")
WORDS = TextContent(body="Ça va ? 😀")


def request(webhook: tuple[Any, ...], url: str = URL) -> WebhookRequest:
    """Return headers, body and perhaps a query as they arrive."""
    headers, body, *query = webhook
    address = f"{url}?{query[0]}" if query and query[0] else url
    lower = {name.lower(): value for name, value in headers.items()}
    return WebhookRequest(method="POST", url=address, headers=lower, body=body)


def posts(make: Callable[[], tuple[Any, ...]], url: str = URL) -> Callable[[Any], WebhookRequest]:
    """Return what posts a webhook that needs no vendor."""
    return lambda vendor: request(make(), url)


def answers(
    outcome: SendOutcome, response: Response, *, before: int = 0, wait: float | None = None
) -> Trouble:
    """Return the trouble that the vendor answers a message in this way.

    Args:
        outcome: What the provider must call it.
        response: The answer.
        before: How many calls go well first.
        wait: The seconds that the answer asks for.
    """

    def arrange(vendor: Any) -> None:
        vendor.fail_next(*[Fault()] * before, Fault(response))

    return Trouble(outcome, arrange, retry_after=wait)


def sets(name: str, *members: str) -> Callable[[Any], None]:
    """Return what puts members into a set of the vendor's."""
    return lambda vendor: getattr(vendor, name).update(members)


def without(*names: str) -> Mapping[str, Any]:
    """Return changes of a config that take settings away."""
    return dict.fromkeys(names)

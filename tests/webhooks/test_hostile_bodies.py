"""Ten thousand hostile webhooks: no 500, nothing kept without proof, and one kind of error."""

import base64
import gc
import json
import logging
import random
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import pytest
from django.test import AsyncClient

from channels_app.models import WebhookReceipt
from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem
from channels_app.testing.fakes.teams import FakeTeams
from rooms import runtime
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore
from tests.webhooks.honest_messages import Posted
from tests.webhooks.hostile_bodies import kinds_of
from tests.webhooks.hostile_json import Place, at_place, places_of
from tests.webhooks.hostile_vendors import Vendor, make_vendors

ALL = 10_000
UNPROVED = 300
REFUSED = {400, 403, 404, 413}
LEAK_BYTES = 10_000_000

# Headers by which vendors prove a webhook, and what forgers write into them.
PROOFS = (
    *("x-twilio-signature", "telnyx-signature-ed25519", "telnyx-timestamp", "authorization"),
    *("x-sinch-webhook-signature", "x-sinch-webhook-signature-timestamp"),
    *("x-sinch-webhook-signature-nonce", "x-sinch-webhook-signature-algorithm"),
    *("x-hub-signature-256", "x-telegram-bot-api-secret-token"),
    *("webhook-id", "webhook-timestamp", "webhook-signature"),
    *("x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"),
    *("x-elasticemail-signature", "x-elasticemail-timestamp"),
)


def _token(head: object) -> str:
    """Return a token of Teams with this head; its claims and signature are none."""
    return (
        f"Bearer {base64.urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip('=')}.e30.x"
    )


def _nested_token() -> str:
    head = b'{"alg":' + b"[" * 3000
    return f"Bearer {base64.urlsafe_b64encode(head).decode().rstrip('=')}.e30.x"


FORGERIES = (
    *("", "x", "sha256=", "v1,", "v1,%%%", "v1=" + "0" * 64, "\xff\xfe", "=" * 100, "a b c"),
    *("9" * 400, "9" * 5000, _nested_token()),
    *("0", "-1", "1.5", "\xb2", "1767225600", "99999999999", "Bearer", "Bearer a.b.c", "Basic !"),
    *(_token({"alg": "RS256", "kid": "key-1"}), _token({"alg": "none"}), _token([]), _token({})),
    *(_token({"alg": "RS256", "kid": ["a"]}), _token({"alg": ["RS256"]}), _token("\ud800")),
)


class Case(NamedTuple):
    """One hostile webhook, and how to make it again."""

    number: int
    vendor: Vendor
    kind: str
    posted: Posted

    @property
    def told(self) -> str:
        return f"{self.kind} no. {self.number} at {self.vendor.path}"


def hostile(vendors: list[Vendor], seed: int, count: int) -> Iterator[Case]:
    """Yield hostile webhooks: every place of every honest one, mixed with all other kinds."""
    every: list[tuple[Vendor, Posted, Place | None]] = [
        (vendor, posted, place)
        for vendor in vendors
        for posted in vendor.honest
        for place in places_of(posted)
    ]
    rng = random.Random(seed)  # noqa: S311 - the same webhooks for a seed
    for _ in range(max(count - len(every), len(every))):
        vendor = rng.choice(vendors)
        every.append((vendor, rng.choice(vendor.honest), None))
    rng.shuffle(every)
    for number, (vendor, posted, place) in enumerate(every[:count]):
        own = random.Random(f"{seed}:{number}")  # noqa: S311 - one webhook alone
        if place is not None:
            yield Case(number, vendor, f"at {place}", at_place(own, posted, place))
        else:
            spoil = own.choice(kinds_of(posted))
            yield Case(number, vendor, spoil.__name__, spoil(own, posted))


def read(case: Case) -> str | None:
    """Let a provider read a webhook as if it were proved; return what went wrong."""
    _, vendor, _, posted = case
    request = vendor.request(posted.body, posted.headers, posted.query)
    try:
        items: Any = vendor.provider.parse(request, vendor.channel_id)
    except MalformedWebhook:
        return None
    except Exception as error:  # every other kind is what this test is about
        return f"{case.told}: {type(error).__name__}: {str(error)[:100]}"
    good = isinstance(items, list) and all(isinstance(each, WebhookItem) for each in items)
    return None if good else f"{case.told}: {items!r}"


def read_all(cases: Iterator[Case], count: int) -> tuple[list[str], int]:
    """Read as many cases; return what went wrong and the bytes that were in use at most."""
    gc.collect()
    tracemalloc.reset_peak()
    wrong = [told for _ in range(count) if (told := read(next(cases)))]
    return wrong, tracemalloc.get_traced_memory()[1]


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Keep no log records: they would be the memory that grows."""
    caplog.set_level(logging.CRITICAL, logger="roomkit")


@pytest.mark.usefixtures("quiet")
def test_whatever_a_proved_webhook_holds_only_one_error_comes_out(seed: int) -> None:
    cases = hostile(make_vendors(), seed, ALL - UNPROVED)
    half = (ALL - UNPROVED) // 2
    tracemalloc.start()
    try:
        wrong, first = read_all(cases, half)
        more_wrong, second = read_all(cases, half)
    finally:
        tracemalloc.stop()

    assert [*wrong, *more_wrong] == []
    assert second - first < LEAK_BYTES


# -- without proof


@pytest.fixture
async def vendors(
    committed_database: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[Vendor]]:
    """Build a site with every vendor's channel."""
    with FakeTeams().serving() as teams:
        made = make_vendors(openid_url=teams.openid_url)
        kit = RoomKit(OrmStore())
        for vendor in made:
            kit.register_channel(vendor.channel)
        monkeypatch.setattr(runtime, "_kit", kit)
        yield made
        await kit.close()


def forge(rng: random.Random, posted: Posted) -> dict[str, str]:
    """Return headers with the honest proof gone, and perhaps forged ones in its place."""
    lower = {name.lower(): value for name, value in posted.headers.items()}
    kept = {name: value for name, value in lower.items() if name not in PROOFS}
    forged = rng.choice((0.0, 0.5, 1.0))
    return kept | {name: rng.choice(FORGERIES) for name in PROOFS if rng.random() < forged}


async def answer(case: Case, rng: random.Random) -> int:
    """Post a case with a forged proof, or GET its address with it; return the status."""
    headers = forge(rng, case.posted)
    kind = headers.pop("content-type", "application/json").encode("ascii", "replace").decode()
    query = rng.choice(("", "?token=", "?token=x&token=y", "?hub.mode=subscribe", "?%ff=%zz", "?a"))
    client = AsyncClient(raise_request_exception=False)
    if rng.random() < 0.05:
        response = await client.get(case.vendor.path + query, headers=headers)
    else:
        ending = rng.choice(("", "/status"))
        path = f"{case.vendor.path}{ending}{query}"
        # `post` would write the body anew in the charset that the type names.
        response = await client.generic("POST", path, case.posted.body, kind, headers=headers)
    return int(response.status_code)


def kept_receipts() -> int:
    return WebhookReceipt.objects.count()


@pytest.mark.database
@pytest.mark.usefixtures("quiet")
async def test_whatever_comes_without_proof_is_refused_and_not_kept(
    vendors: list[Vendor], seed: int
) -> None:
    store = runtime.get_kit().store
    assert isinstance(store, OrmStore)
    rng = random.Random(f"forged {seed}")  # noqa: S311 - forgeries of a seed
    answers = {case.told: await answer(case, rng) for case in hostile(vendors, seed, UNPROVED)}

    assert {told: status for told, status in answers.items() if status not in REFUSED} == {}
    assert await store.threads.run(kept_receipts) == 0
    assert await store.list_rooms() == []

"""Providers for tests: what they record, which ids they give and how they fail."""

from typing import Any

import pytest

from channels_app import (
    MockEmailProvider,
    MockHTTPProvider,
    MockMessengerProvider,
    MockRCSProvider,
    MockSMSProvider,
    MockTeamsProvider,
    MockTelegramProvider,
    MockWhatsAppProvider,
    RCSDeliveryResult,
)
from rooms.domain.delivery import ProviderResult
from tests.channels_app.values import make_event

EACH_MOCK = pytest.mark.parametrize(
    ("provider_class", "kind"),
    [
        (MockSMSProvider, "sms"),
        (MockRCSProvider, "rcs"),
        (MockEmailProvider, "email"),
        (MockWhatsAppProvider, "whatsapp"),
        (MockMessengerProvider, "messenger"),
        (MockTeamsProvider, "teams"),
        (MockTelegramProvider, "telegram"),
        (MockHTTPProvider, "http"),
    ],
)


@EACH_MOCK
async def test_mock_keeps_what_it_sent_and_counts_its_ids(provider_class: Any, kind: str) -> None:
    provider, event = provider_class(), make_event()

    ids = [(await provider.send(event, to)).provider_message_id for to in ("a", "b")]

    assert ids == [f"mock-{kind}-1", f"mock-{kind}-2"]
    assert [(call["event"], call["to"]) for call in provider.sent] == [(event, "a"), (event, "b")]


@EACH_MOCK
async def test_mock_fails_as_often_as_it_was_told(provider_class: Any, kind: str) -> None:
    provider = provider_class()
    provider.fail_with("throttled", times=2)

    results = [await provider.send(make_event(), "a") for _ in range(3)]

    assert [(each.success, each.error) for each in results] == [
        (False, "throttled"),
        (False, "throttled"),
        (True, None),
    ]
    assert (len(provider.log.calls), len(provider.sent)) == (3, 1)


@EACH_MOCK
async def test_mock_is_named_after_its_class(provider_class: Any, kind: str) -> None:
    provider = provider_class()
    await provider.close()

    assert provider.name == provider_class.__name__


async def test_failures_play_in_the_order_they_were_scripted() -> None:
    provider = MockSMSProvider()
    refusal = ProviderResult(success=False, error="opted_out", metadata={"retryable": False})
    provider.fail_with(refusal)
    provider.fail_with(TimeoutError("no answer"))

    first = await provider.send(make_event(), "a")
    with pytest.raises(TimeoutError, match="no answer"):
        await provider.send(make_event(), "a")

    assert first == refusal


def test_sms_sender_is_a_number_of_fiction() -> None:
    assert MockSMSProvider().from_number.startswith("+155501")


@pytest.mark.parametrize(
    ("options", "fallback", "expected"),
    [
        # RCS works
        ({}, True, {"success": True, "channel_used": "rcs", "fallback": False}),
        ({}, False, {"success": True, "channel_used": "rcs", "fallback": False}),
        # the phone has no RCS
        (
            {"simulate_fallback": True},
            True,
            {"success": True, "channel_used": "sms", "fallback": True},
        ),
        (
            {"simulate_fallback": True},
            False,
            {"success": False, "error": "rcs_unavailable", "fallback": False},
        ),
        # nothing works
        ({"simulate_failure": True}, True, {"success": False, "error": "simulated_failure"}),
    ],
)
async def test_rcs_mock_plays_phones_and_outages(
    options: dict[str, Any], *, fallback: bool, expected: dict[str, object]
) -> None:
    result = await MockRCSProvider(**options).send(make_event(), "a", fallback=fallback)

    assert isinstance(result, RCSDeliveryResult)
    assert {name: getattr(result, name) for name in expected} == expected


@pytest.mark.parametrize("without_rcs", [True, False])
async def test_rcs_mock_knows_which_phones_it_plays(*, without_rcs: bool) -> None:
    provider = MockRCSProvider(simulate_fallback=without_rcs)

    assert await provider.check_capability("+15550100009") is not without_rcs


def test_rcs_mock_has_the_promised_sender() -> None:
    assert MockRCSProvider().sender_id == "mock_rcs_agent"
    assert MockRCSProvider("shop").sender_id == "shop"
    assert MockRCSProvider().supports_fallback

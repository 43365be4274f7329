"""Spans, metrics and what a configuration lets through."""

import asyncio
import logging
from typing import Any

import pytest

from rooms.telemetry import (
    Attr,
    ConsoleTelemetryProvider,
    FilteredTelemetryProvider,
    MockTelemetryProvider,
    NoopTelemetryProvider,
    Span,
    SpanKind,
    TelemetryConfig,
    TelemetryProvider,
    build_telemetry,
    current_span_id,
)

INBOUND, BROADCAST = SpanKind.INBOUND_PIPELINE, SpanKind.BROADCAST
DELIVERY, HOOK = SpanKind.DELIVERY, SpanKind.HOOK_SYNC


@pytest.fixture
def mock() -> MockTelemetryProvider:
    return MockTelemetryProvider()


def parents(mock: MockTelemetryProvider) -> dict[str, str | None]:
    """Name of each ended span → name of its parent."""
    names = {span.id: span.name for span in mock.spans}
    return {s.name: names[s.parent_id] if s.parent_id else None for s in mock.spans}


# -- spans


def test_span_inside_a_span_is_its_child(mock: MockTelemetryProvider) -> None:
    with mock.span(INBOUND, "in"), mock.span(BROADCAST, "cast"), mock.span(DELIVERY, "sms"):
        pass
    with mock.span(INBOUND, "next"):
        pass

    assert parents(mock) == {"sms": "cast", "cast": "in", "in": None, "next": None}


def test_parent_can_be_named(mock: MockTelemetryProvider) -> None:
    with mock.span(INBOUND, "in") as inbound:
        pass
    with mock.span(BROADCAST, "other"), mock.span(DELIVERY, "sms", parent_id=inbound):
        pass

    assert parents(mock)["sms"] == "in"


async def test_task_inherits_the_span_it_was_started_in(mock: MockTelemetryProvider) -> None:
    async def deliver() -> None:
        with mock.span(DELIVERY, "sms"):
            await asyncio.sleep(0)

    with mock.span(INBOUND, "in"):
        task = asyncio.create_task(deliver())
    await task

    assert parents(mock) == {"in": None, "sms": "in"}


async def test_tasks_do_not_see_each_others_spans(mock: MockTelemetryProvider) -> None:
    async def work(name: str) -> None:
        with mock.span(INBOUND, name):
            await asyncio.sleep(0)

    await asyncio.gather(work("a"), work("b"))

    assert parents(mock) == {"a": None, "b": None}


def test_current_span_is_known_inside_and_gone_outside(mock: MockTelemetryProvider) -> None:
    with mock.span(INBOUND, "in") as span_id:
        inside = current_span_id()

    assert (inside, current_span_id()) == (span_id, None)


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (ValueError("bad number"), "error", "bad number"),
        # stopping is not failing
        (asyncio.CancelledError(), "cancelled", None),
    ],
)
def test_span_ends_with_what_went_wrong(
    mock: MockTelemetryProvider, error: BaseException, status: str, message: str | None
) -> None:
    with pytest.raises(type(error)), mock.span(DELIVERY, "sms"):
        raise error

    [span] = mock.spans
    assert (span.status, span.error_message) == (status, message)
    assert current_span_id() is None


def test_span_carries_its_facts(mock: MockTelemetryProvider) -> None:
    given = {"room_id": "r1", "session_id": "s1", "channel_id": "sms"}
    with mock.span(DELIVERY, "sms", attributes={Attr.PROVIDER: "twilio"}, **given) as span_id:
        mock.set_attribute(span_id, Attr.STATUS, "sent")

    [span] = mock.get_spans(DELIVERY)
    assert span.attributes == {"provider": "twilio", "status": "sent"}
    assert (span.room_id, span.session_id, span.channel_id) == ("r1", "s1", "sms")


def test_span_lasts_from_its_start_to_its_end(mock: MockTelemetryProvider) -> None:
    span_id = mock.start_span(INBOUND, "in")
    [running] = mock.get_active_spans()
    assert running.duration_ms is None

    mock.end_span(span_id, attributes={"n": 1})

    [span] = mock.spans
    assert span.end_time is not None
    assert span.duration_ms == (span.end_time - span.start_time).total_seconds() * 1000
    assert mock.get_active_spans() == []


def test_mock_sorts_spans_by_kind(mock: MockTelemetryProvider) -> None:
    with mock.span(INBOUND, "in"), mock.span(DELIVERY, "sms"):
        pass

    assert [span.name for span in mock.get_spans(DELIVERY)] == ["sms"]


def test_mock_keeps_metrics_and_forgets_on_reset(mock: MockTelemetryProvider) -> None:
    mock.record_metric("roomkit.llm.ttfb_ms", 12.5, unit="ms", attributes={"provider": "x"})
    mock.start_span(INBOUND, "in")
    [metric] = mock.metrics
    assert (metric.name, metric.value, metric.unit) == ("roomkit.llm.ttfb_ms", 12.5, "ms")

    mock.reset()

    assert (mock.metrics, mock.spans, mock.get_active_spans()) == ([], [], [])


PROVIDERS = [NoopTelemetryProvider, ConsoleTelemetryProvider, MockTelemetryProvider]


@pytest.mark.parametrize("make", PROVIDERS)
def test_unknown_span_is_ignored(make: type[TelemetryProvider]) -> None:
    provider = make()

    provider.set_attribute("ghost", "key", "value")
    provider.end_span("ghost")

    assert provider.get_span_context("ghost") is None


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (NoopTelemetryProvider, "noop"),
        (ConsoleTelemetryProvider, "console"),
        (MockTelemetryProvider, "mock"),
    ],
)
def test_providers_are_named(make: type[TelemetryProvider], name: str) -> None:
    assert make().name == name


def test_noop_spans_leave_the_outer_span_the_parent(mock: MockTelemetryProvider) -> None:
    noop = NoopTelemetryProvider()

    with mock.span(INBOUND, "in"), noop.span(HOOK, "hook") as nothing, mock.span(DELIVERY, "sms"):
        noop.record_metric("m", 1)

    assert nothing == ""
    assert parents(mock)["sms"] == "in"


def test_span_defaults() -> None:
    span = Span()

    assert (span.kind, span.name, span.status, span.attributes) == ("custom", "", "ok", {})
    assert len(span.id) == 32


# -- console


@pytest.fixture
def console(caplog: pytest.LogCaptureFixture) -> ConsoleTelemetryProvider:
    caplog.set_level(logging.DEBUG, logger="roomkit.telemetry")
    return ConsoleTelemetryProvider(level=logging.DEBUG)


def test_console_writes_a_line_per_span(
    console: ConsoleTelemetryProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with console.span(DELIVERY, "sms", room_id="r1", attributes={"provider": "twilio"}):
        assert not caplog.records

    [record] = caplog.records
    assert (record.name, record.levelno) == ("roomkit.telemetry", logging.DEBUG)
    assert record.getMessage().startswith("span framework.delivery sms: ok in ")
    assert record.getMessage().endswith(" ms room_id=r1 provider=twilio")


def test_console_writes_failures(
    console: ConsoleTelemetryProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match="boom"), console.span(DELIVERY, "sms"):
        raise ValueError("boom")

    assert "error (boom)" in caplog.text


def test_console_writes_metrics(
    console: ConsoleTelemetryProvider, caplog: pytest.LogCaptureFixture
) -> None:
    console.record_metric("ttfb", 12.5, unit="ms", attributes={"provider": "x"})

    assert caplog.messages == ["metric ttfb: 12.5ms provider=x"]


def test_console_prints_no_personal_data(
    console: ConsoleTelemetryProvider, caplog: pytest.LogCaptureFixture
) -> None:
    with console.span(DELIVERY, "sms", attributes={"pii.to": "+15550001"}) as span_id:
        console.set_attribute(span_id, "pii.body", "secret")

    assert "+1555" not in caplog.text
    assert "secret" not in caplog.text


# -- configuration


def filtered(mock: MockTelemetryProvider, draws: Any = (), **config: Any) -> TelemetryProvider:
    numbers = iter(draws)
    return FilteredTelemetryProvider(
        mock, TelemetryConfig(**config), draw=lambda: next(numbers, 0.0)
    )


def test_default_configuration_hands_everything_on(mock: MockTelemetryProvider) -> None:
    provider = filtered(mock)

    with provider.span(INBOUND, "in"), provider.span(DELIVERY, "sms", room_id="r1"):
        pass

    assert parents(mock) == {"sms": "in", "in": None}
    assert mock.get_spans(DELIVERY)[0].room_id == "r1"


def test_traces_are_kept_or_left_out_whole(mock: MockTelemetryProvider) -> None:
    provider = filtered(mock, draws=[0.49, 0.5, 0.1], sample_rate=0.5)

    for number in range(3):
        with provider.span(INBOUND, f"in{number}"), provider.span(DELIVERY, f"sms{number}"):
            pass

    assert parents(mock) == {"sms0": "in0", "in0": None, "sms2": "in2", "in2": None}


@pytest.mark.parametrize(("rate", "kept"), [(0.0, 0), (1.0, 1)])
def test_extreme_sample_rates(mock: MockTelemetryProvider, rate: float, kept: int) -> None:
    provider = filtered(mock, draws=[0.0 if rate == 0.0 else 0.999], sample_rate=rate)

    with provider.span(INBOUND, "in"):
        pass

    assert len(mock.spans) == kept


def test_below_a_kind_that_is_left_out_hangs_on_its_parent(mock: MockTelemetryProvider) -> None:
    provider = filtered(mock, enabled_spans={INBOUND, DELIVERY})

    with (
        provider.span(INBOUND, "in"),
        provider.span(BROADCAST, "cast") as cast,
        provider.span(DELIVERY, "sms"),
    ):
        provider.set_attribute(cast, "n", 1)
        assert provider.get_span_context(cast) is None

    assert parents(mock) == {"sms": "in", "in": None}


@pytest.mark.parametrize(
    ("trigger", "kept"),
    [
        # they run for every audio frame
        ("on_input_audio_level", False),
        ("on_output_audio_level", False),
        ("on_vad_audio_level", False),
        ("before_broadcast", True),
    ],
)
def test_frequent_hooks_make_no_spans(
    mock: MockTelemetryProvider, trigger: str, kept: bool
) -> None:
    provider = filtered(mock)

    with provider.span(HOOK, "hook", attributes={Attr.HOOK_TRIGGER: trigger}):
        pass

    assert bool(mock.spans) is kept


def test_metadata_is_added_and_does_not_replace(mock: MockTelemetryProvider) -> None:
    provider = filtered(mock, metadata={"env": "test", "provider": "none"})

    provider.record_metric("m", 1)
    with provider.span(DELIVERY, "sms", attributes={"provider": "twilio"}):
        pass

    assert mock.spans[0].attributes == {"env": "test", "provider": "twilio"}
    assert mock.metrics[0].attributes == {"env": "test", "provider": "none"}


def test_filter_passes_name_and_reset_on(mock: MockTelemetryProvider) -> None:
    provider = filtered(mock)
    provider.record_metric("m", 1)

    provider.reset()

    assert (provider.name, mock.metrics) == ("mock", [])


@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_sample_rate_is_a_share(rate: float) -> None:
    with pytest.raises(ValueError, match=str(rate)):
        TelemetryConfig(sample_rate=rate)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, NoopTelemetryProvider),
        (TelemetryConfig(), NoopTelemetryProvider),
        (TelemetryConfig(provider=MockTelemetryProvider()), FilteredTelemetryProvider),
        (ConsoleTelemetryProvider(), ConsoleTelemetryProvider),
    ],
)
def test_kit_is_given_a_provider_a_configuration_or_nothing(
    given: Any, expected: type[TelemetryProvider]
) -> None:
    assert type(build_telemetry(given)) is expected

"""Trace contexts: what one process writes down and another takes up."""

from collections.abc import Callable

import pytest

from rooms import (
    ConsoleTelemetryProvider,
    MockTelemetryProvider,
    NoopTelemetryProvider,
    SpanKind,
    TelemetryConfig,
    TelemetryProvider,
)
from rooms.telemetry import FilteredTelemetryProvider, TraceParent, parse_traceparent

INBOUND, DELIVERY = SpanKind.INBOUND_PIPELINE, SpanKind.DELIVERY
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def here() -> MockTelemetryProvider:
    return MockTelemetryProvider()


@pytest.fixture
def there() -> MockTelemetryProvider:
    return MockTelemetryProvider()


# -- the line itself


@pytest.mark.parametrize("sampled", [True, False])
def test_what_is_written_can_be_read(sampled: bool) -> None:
    written = TraceParent(TRACE, SPAN, sampled)

    assert parse_traceparent(str(written)) == written
    assert len(str(written)) == 55


@pytest.mark.parametrize(
    "text",
    [
        # other flags are not ours to judge
        f"00-{TRACE}-{SPAN}-ff",
        # a later version may say more
        f"01-{TRACE}-{SPAN}-01-more",
    ],
)
def test_variants_that_are_read(text: str) -> None:
    assert parse_traceparent(text) == TraceParent(TRACE, SPAN)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "not a trace",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        # this version ends after the flags
        f"00-{TRACE}-{SPAN}-01-more",
        # this version is not allowed
        f"ff-{TRACE}-{SPAN}-01",
        # nobody's trace, nobody's span
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
    ],
)
def test_whatever_else_is_none(text: str | None) -> None:
    assert parse_traceparent(text) is None


# -- providers


@pytest.mark.parametrize("make", [NoopTelemetryProvider, ConsoleTelemetryProvider])
def test_provider_without_traces_has_no_context(make: Callable[[], TelemetryProvider]) -> None:
    provider = make()

    with provider.span(INBOUND, "in") as span_id:
        assert (provider.traceparent(), provider.traceparent(span_id)) == (None, None)


@pytest.mark.parametrize("make", [NoopTelemetryProvider, ConsoleTelemetryProvider])
def test_provider_without_traces_takes_a_context(make: Callable[[], TelemetryProvider]) -> None:
    with make().span(DELIVERY, "sms", parent_id=str(TraceParent(TRACE, SPAN))) as span_id:
        assert isinstance(span_id, str)


def test_mock_makes_its_context_of_ids(here: MockTelemetryProvider) -> None:
    with here.span(INBOUND, "in") as root, here.span(DELIVERY, "sms") as child:
        assert here.traceparent() == f"00-{root}-{child[16:]}-01"
        assert here.traceparent(root) == f"00-{root}-{root[16:]}-01"

    assert here.traceparent() is None
    assert here.traceparent("ghost") is None


def test_mock_knows_its_own_span_by_its_context(here: MockTelemetryProvider) -> None:
    with here.span(INBOUND, "in") as root:
        pass

    with here.span(DELIVERY, "sms", parent_id=here.traceparent(root)):
        pass

    assert here.spans[-1].parent_id == root


def test_mock_keeps_the_trace_of_another_process(
    here: MockTelemetryProvider, there: MockTelemetryProvider
) -> None:
    with here.span(INBOUND, "in") as root:
        stored = here.traceparent()

    with there.span(DELIVERY, "sms", parent_id=stored):
        goes_on = parse_traceparent(there.traceparent())

    assert there.spans[0].parent_id == stored
    assert goes_on is not None
    assert goes_on.trace_id == root


def test_mock_forgets_contexts_on_reset(here: MockTelemetryProvider) -> None:
    span_id = here.start_span(INBOUND, "in")

    here.reset()

    assert here.traceparent(span_id) is None


def test_mock_ignores_what_is_no_parent(here: MockTelemetryProvider) -> None:
    with here.span(DELIVERY, "sms", parent_id="00-ghost"):
        pass

    assert here.spans[0].parent_id is None


# -- configuration


def filtered(
    mock: MockTelemetryProvider, *, draw: float = 0.0, **config: object
) -> TelemetryProvider:
    return FilteredTelemetryProvider(mock, TelemetryConfig(**config), draw=lambda: draw)  # type: ignore[arg-type] # as given by each test


def test_filter_hands_on_the_context_of_what_is_kept(here: MockTelemetryProvider) -> None:
    provider = filtered(here)

    with provider.span(INBOUND, "in") as root:
        assert provider.traceparent() == here.traceparent(root)


def test_trace_is_left_out_in_every_process(
    here: MockTelemetryProvider, there: MockTelemetryProvider
) -> None:
    first = filtered(here, draw=0.9, sample_rate=0.5)
    with first.span(INBOUND, "in"), first.span(DELIVERY, "cast"):
        stored = first.traceparent()

    with filtered(there, sample_rate=0.5).span(DELIVERY, "sms", parent_id=stored):
        pass

    assert (here.spans, there.spans) == ([], [])


def test_trace_that_is_kept_is_kept_in_every_process(
    here: MockTelemetryProvider, there: MockTelemetryProvider
) -> None:
    first = filtered(here, draw=0.1, sample_rate=0.5)
    with first.span(INBOUND, "in"):
        stored = first.traceparent()

    with filtered(there, draw=0.9, sample_rate=0.5).span(DELIVERY, "sms", parent_id=stored):
        pass

    assert [span.parent_id for span in there.spans] == [stored]


def test_below_a_kind_that_is_left_out_the_context_is_its_parents(
    here: MockTelemetryProvider,
) -> None:
    provider = filtered(here, enabled_spans={INBOUND})

    with provider.span(INBOUND, "in") as root, provider.span(DELIVERY, "sms"):
        assert provider.traceparent() == here.traceparent(root)


def test_first_span_that_is_left_out_has_no_context(here: MockTelemetryProvider) -> None:
    provider = filtered(here, enabled_spans={INBOUND})

    with provider.span(DELIVERY, "sms"):
        assert provider.traceparent() is None


def test_context_of_a_left_out_span_is_not_that_of_the_current_one(
    here: MockTelemetryProvider,
) -> None:
    provider = filtered(here, enabled_spans={INBOUND})
    left_out = provider.start_span(DELIVERY, "sms")

    with provider.span(INBOUND, "in"):
        assert provider.traceparent(left_out) is None

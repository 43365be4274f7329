"""Spans and metrics as OpenTelemetry's own SDK receives them."""

import asyncio
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased

from rooms import SpanKind, TelemetryConfig
from rooms.telemetry import Attr, build_telemetry, parse_traceparent
from rooms.telemetry.opentelemetry import OpenTelemetryProvider
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, ScriptedAgent
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.two_processes import LEASE_S, Site

INBOUND, DELIVERY = SpanKind.INBOUND_PIPELINE, SpanKind.DELIVERY
MALFORMED = ["", "ghost", "00-zz-zz-01", f"00-{'0' * 32}-{'1' * 16}-01", f"ff-{'1' * 32}-x"]


@dataclass
class Process:
    """One process with an SDK of its own that keeps everything in memory."""

    options: dict[str, Any] = field(default_factory=dict)
    sampling: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider(shutdown_on_exit=False, **self.sampling)
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader], shutdown_on_exit=False)
        self.telemetry = OpenTelemetryProvider(
            tracer_provider=self.tracers, meter_provider=self.meters, **self.options
        )

    @property
    def spans(self) -> dict[str, ReadableSpan]:
        """The ended spans by name."""
        return {span.name: span for span in self.exporter.get_finished_spans()}

    def point(self) -> HistogramDataPoint:
        """Return the only point of the only metric."""
        data = self.reader.get_metrics_data()
        assert data is not None
        [metric] = data.resource_metrics[0].scope_metrics[0].metrics
        [point] = metric.data.data_points
        assert isinstance(point, HistogramDataPoint)
        return point


@pytest.fixture
def here() -> Process:
    return Process()


@pytest.fixture
def there() -> Process:
    return Process()


def ids(span: ReadableSpan) -> tuple[int, int]:
    """Return the ids of a span's trace and its own."""
    return span.context.trace_id, span.context.span_id


def cause(span: ReadableSpan) -> tuple[int, int] | None:
    """Return the ids of the span's parent."""
    return (span.parent.trace_id, span.parent.span_id) if span.parent else None


# -- spans


def test_span_inside_a_span_is_its_child(here: Process) -> None:
    with here.telemetry.span(INBOUND, "in"), here.telemetry.span(DELIVERY, "sms"):
        pass

    assert cause(here.spans["in"]) is None
    parent = here.spans["sms"].parent
    assert parent is not None
    assert cause(here.spans["sms"]) == ids(here.spans["in"])
    assert not parent.is_remote


def test_span_carries_kind_places_and_facts(here: Process) -> None:
    facts = {Attr.PROVIDER: "twilio", "rates": [1, 2], "nothing": None}
    with here.telemetry.span(DELIVERY, "sms", room_id="r", channel_id="c", attributes=facts) as id_:
        here.telemetry.set_attribute(id_, Attr.DELIVERY_ATTEMPT, 2)

    assert here.spans["sms"].kind is trace.SpanKind.PRODUCER
    assert here.spans["sms"].attributes == {
        "roomkit.kind": "framework.delivery",
        "room_id": "r",
        "channel_id": "c",
        "provider": "twilio",
        "rates": "[1, 2]",
        "delivery.attempt": 2,
    }


def test_facts_are_plain_texts(here: Process) -> None:
    with here.telemetry.span(DELIVERY, "sms", attributes={Attr.STATUS: SpanKind.CUSTOM}):
        pass

    facts = here.spans["sms"].attributes or {}
    assert {type(text) for text in (*facts, *facts.values())} == {str}


def test_success_leaves_the_status_unset(here: Process) -> None:
    with here.telemetry.span(DELIVERY, "sms"):
        pass

    assert here.spans["sms"].status.status_code is trace.StatusCode.UNSET


def test_failure_is_told_by_its_type_alone(here: Process) -> None:
    with pytest.raises(ValueError, match="card 4711"), here.telemetry.span(DELIVERY, "sms"):
        raise ValueError("cannot say: my card 4711")

    span = here.spans["sms"]
    assert (span.status.status_code, span.status.description) == (
        trace.StatusCode.ERROR,
        "ValueError",
    )
    [event] = span.events
    assert (event.name, event.attributes) == ("exception", {"exception.type": "ValueError"})
    assert "4711" not in span.to_json()


def test_end_with_an_error_needs_no_exception(here: Process) -> None:
    span_id = here.telemetry.start_span(DELIVERY, "sms")

    here.telemetry.end_span(span_id, status="error", error_message="said: 4711")

    assert here.spans["sms"].status.status_code is trace.StatusCode.ERROR
    assert "4711" not in here.spans["sms"].to_json()


def test_cancelled_span_is_no_error(here: Process) -> None:
    with pytest.raises(asyncio.CancelledError), here.telemetry.span(DELIVERY, "sms"):
        raise asyncio.CancelledError

    span = here.spans["sms"]
    assert span.status.status_code is trace.StatusCode.UNSET
    assert (span.attributes or {})["status"] == "cancelled"


@pytest.mark.parametrize("allowed", [False, True])
def test_personal_data_is_left_out_unless_allowed(allowed: bool) -> None:
    process = Process({"personal_data": allowed})
    with (
        pytest.raises(ValueError, match="4711"),
        process.telemetry.span(DELIVERY, "sms", attributes={"pii.to": "+15550100"}),
    ):
        raise ValueError("4711")

    said = process.spans["sms"].to_json()
    assert ("+15550100" in said, "4711" in said) == (allowed, allowed)


def test_span_hangs_on_the_span_of_another_library(here: Process) -> None:
    with here.tracers.get_tracer("web").start_as_current_span("POST"):
        with here.telemetry.span(INBOUND, "in"):
            pass
        assert parse_traceparent(here.telemetry.traceparent())

    assert cause(here.spans["in"]) == ids(here.spans["POST"])


@pytest.mark.parametrize("wrap", [lambda own: own, lambda own: TelemetryConfig(provider=own)])
def test_spans_of_other_libraries_hang_on_ours(here: Process, wrap: Any) -> None:
    telemetry = build_telemetry(wrap(here.telemetry))

    with (
        telemetry.span(DELIVERY, "sms"),
        here.tracers.get_tracer("web").start_as_current_span("GET"),
    ):
        pass

    assert cause(here.spans["GET"]) == ids(here.spans["sms"])
    assert trace.get_current_span() is trace.INVALID_SPAN


# -- across processes


def test_work_goes_on_in_another_process(here: Process, there: Process) -> None:
    with here.telemetry.span(INBOUND, "in"):
        stored = here.telemetry.traceparent()

    with there.telemetry.span(DELIVERY, "sms", parent_id=stored):
        pass

    assert cause(there.spans["sms"]) == ids(here.spans["in"])


def test_span_that_has_ended_is_still_a_parent(here: Process) -> None:
    with here.telemetry.span(INBOUND, "in") as inbound:
        pass

    with here.telemetry.span(DELIVERY, "sms", parent_id=inbound):
        pass

    assert cause(here.spans["sms"]) == ids(here.spans["in"])


@pytest.mark.parametrize("malformed", MALFORMED)
def test_malformed_parent_counts_as_none(here: Process, malformed: str) -> None:
    with (
        here.tracers.get_tracer("web").start_as_current_span("POST"),
        here.telemetry.span(DELIVERY, "sms", parent_id=malformed),
    ):
        pass

    assert cause(here.spans["sms"]) == ids(here.spans["POST"])


def test_other_processes_leave_out_what_is_not_sampled(there: Process) -> None:
    here = Process(sampling={"sampler": ParentBased(ALWAYS_OFF)})
    with here.telemetry.span(INBOUND, "in"):
        stored = here.telemetry.traceparent()

    with there.telemetry.span(DELIVERY, "sms", parent_id=stored):
        pass

    assert (here.spans, there.spans) == ({}, {})


def test_where_nothing_is_set_up_nothing_is_recorded() -> None:
    telemetry = OpenTelemetryProvider()

    with telemetry.span(INBOUND, "in") as span_id:
        telemetry.record_metric("m", 1)
        assert (span_id, telemetry.traceparent()) == ("", None)
        assert telemetry.get_span_context(span_id) is None
    telemetry.flush()


def test_unknown_span_is_ignored(here: Process) -> None:
    here.telemetry.set_attribute("ghost", "key", "value")
    here.telemetry.end_span("ghost")

    assert here.telemetry.get_span_context("ghost") is None
    assert here.telemetry.traceparent("ghost") is None


def test_library_context_of_a_running_span(here: Process) -> None:
    span_id = here.telemetry.start_span(INBOUND, "in")
    context = here.telemetry.get_span_context(span_id)

    assert isinstance(context, trace.SpanContext)
    assert f"{context.trace_id:032x}" in span_id

    here.telemetry.close()

    assert here.telemetry.get_span_context(span_id) is None


def test_threads_with_loops_of_their_own_share_one(here: Process) -> None:
    async def work(name: str) -> None:
        with here.telemetry.span(INBOUND, name):
            await asyncio.sleep(0)
            with here.telemetry.span(DELIVERY, f"sms {name}"):
                here.telemetry.record_metric("m", 1)

    threads = [threading.Thread(target=asyncio.run, args=[work(str(n))]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    pairs = [(here.spans[f"sms {n}"], here.spans[str(n)]) for n in range(8)]
    assert all(cause(child) == ids(parent) for child, parent in pairs)
    assert here.point().count == 8


# -- metrics


def test_measurements_make_a_histogram_without_ids(here: Process) -> None:
    facts = {Attr.CHANNEL_TYPE: "sms", Attr.ROOM_ID: "r1", Attr.EVENT_ID: "e1", "pii.to": "+1"}
    here.telemetry.record_metric("lag", 20, unit="ms", attributes=facts)
    here.telemetry.record_metric("lag", 22, unit="ms", attributes=facts | {Attr.ROOM_ID: "r2"})

    point = here.point()
    assert (point.count, point.sum, point.attributes) == (2, 42, {"channel_type": "sms"})


def test_flush_sends_what_is_buffered(here: Process) -> None:
    flushed: list[str] = []

    class Watched(SimpleSpanProcessor):
        def force_flush(self, timeout_millis: int = 0) -> bool:
            flushed.append("spans")
            return True

    here.tracers.add_span_processor(Watched(InMemorySpanExporter()))

    here.telemetry.flush()

    assert flushed == ["spans"]


# -- a kit


async def test_message_and_all_that_follows_are_one_trace(make_kit: MakeKit, here: Process) -> None:
    scene = Scene(make_kit(telemetry=here.telemetry))
    await scene.open()
    await scene.add(Recorder("phone"))
    await scene.add(ScriptedAgent("bot", "It shipped"))

    await scene.say("where is my parcel?")

    root = here.spans["process_inbound"]
    assert set(here.spans) == {"process_inbound", "deliver", "react"}
    assert {cause(span) for span in here.spans.values() if span is not root} == {ids(root)}
    assert (root.attributes or {})["room_id"] == ROOM
    said = "".join(span.to_json() for span in here.spans.values())
    assert "parcel" not in said
    assert "shipped" not in said


async def test_delivery_that_fails_is_an_error(make_kit: MakeKit, here: Process) -> None:
    scene = Scene(make_kit(telemetry=here.telemetry))
    await scene.open()
    phone = await scene.add(Recorder("phone"))
    phone.fail_next(RuntimeError("cannot say: parcel"))

    await scene.say("parcel")

    span = here.spans["deliver"]
    failure = (trace.StatusCode.ERROR, "RuntimeError")
    assert (span.status.status_code, span.status.description) == failure
    assert "parcel" not in span.to_json()


async def test_message_belongs_to_its_request(make_kit: MakeKit, here: Process) -> None:
    scene = Scene(make_kit(telemetry=here.telemetry))
    await scene.open()

    with here.tracers.get_tracer("web").start_as_current_span("POST"):
        await scene.say()

    assert cause(here.spans["process_inbound"]) == ids(here.spans["POST"])


async def test_work_of_a_dead_process_stays_in_the_trace_of_its_message(
    make_kit: MakeKit, clock: FakeClock, here: Process, there: Process
) -> None:
    site = Site(partial(make_kit, telemetry=here.telemetry), clock)
    await site.old.open()
    phone = await site.old.add(Recorder("phone"))
    phone.hold()
    site.say("one", "two")
    await phone.until_attempted(1)
    await site.die()

    site.make_kit = partial(make_kit, telemetry=there.telemetry)
    await clock.advance(LEASE_S)
    await site.sweep(site.start(Recorder("phone")))

    roots = [s for s in here.exporter.get_finished_spans() if s.name == "process_inbound"]
    assert cause(there.spans["deliver"]) in [ids(root) for root in roots]

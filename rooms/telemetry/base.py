"""The telemetry contract (RFC §15)."""

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from rooms.telemetry.attributes import Attr
from rooms.telemetry.span import Attributes, SpanKind

_current_span: ContextVar[str | None] = ContextVar("roomkit_current_span", default=None)


def current_span_id() -> str | None:
    """Return the span this code runs in, or None outside of any.

    Tasks inherit it from the code that starts them. Hand it to `span(parent_id=…)` where the work
    goes on without that inheritance; in another process, hand over `traceparent()` instead.
    """
    return _current_span.get()


class TelemetryProvider(ABC):
    """Receives spans and metrics. Methods must be quick: they are called in the middle of work."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The provider's name."""

    @abstractmethod
    def start_span(  # noqa: PLR0913 - the published signature
        self,
        kind: SpanKind,
        name: str,
        *,
        parent_id: str | None = None,
        attributes: Attributes | None = None,
        room_id: str | None = None,
        session_id: str | None = None,
        channel_id: str | None = None,
    ) -> str:
        """Begin a span and return its id; '' when it is not recorded.

        `parent_id` is the id of a span of this provider or a `traceparent` from another process;
        one that is neither counts as none.
        """

    @abstractmethod
    def end_span(
        self,
        span_id: str,
        *,
        status: str = "ok",
        error_message: str | None = None,
        attributes: Attributes | None = None,
    ) -> None:
        """End a span; an unknown id is ignored."""

    @abstractmethod
    def set_attribute(self, span_id: str, key: str, value: object) -> None:
        """Add a fact to a running span; an unknown id is ignored."""

    @abstractmethod
    def record_metric(
        self,
        name: str,
        value: float,
        *,
        unit: str = "",
        attributes: Attributes | None = None,
    ) -> None:
        """Record one measurement; `unit` such as `ms` or `frames`."""

    def traceparent(self, span_id: str | None = None) -> str | None:
        """Return the W3C trace context of a span, 55 characters, for work in another process.

        It may be stored and given there as the `parent_id` of a span.

        Args:
            span_id: The span; None means the one this code runs in.

        Returns:
            The `traceparent`, or None where there is no span or the provider keeps no such thing.
        """
        return None

    def activate(self, span_id: str) -> AbstractContextManager[None]:
        """Return a block in which the tracing library knows the span as the current one.

        So that spans of other libraries and log records join the trace.
        """
        return nullcontext()

    def get_span_context(self, span_id: str) -> Any:
        """Return what the tracing library calls the span's context, or None."""
        return None

    def flush(self) -> None:
        """Send what is buffered."""
        return

    def close(self) -> None:
        """Free what the provider holds."""
        return

    def reset(self) -> None:
        """Forget everything recorded so far."""
        return

    @contextmanager
    def span(self, kind: SpanKind, name: str, **kwargs: Any) -> Generator[str, None, None]:
        """Run the block in a span whose parent is the span around it.

        Args:
            kind: What kind of work it is.
            name: What to call it.
            **kwargs: More arguments of `start_span`; `parent_id` replaces the span around it.

        Yields:
            The span's id.
        """
        around = _current_span.get()
        span_id = self.start_span(kind, name, **{"parent_id": around, **kwargs})
        token = _current_span.set(span_id or around)
        try:
            with self.activate(span_id):
                yield span_id
        except Exception as error:
            facts = {Attr.ERROR_TYPE.value: type(error).__qualname__}
            self.end_span(span_id, status="error", error_message=str(error), attributes=facts)
            raise
        except BaseException:
            self.end_span(span_id, status="cancelled")
            raise
        else:
            self.end_span(span_id)
        finally:
            _current_span.reset(token)

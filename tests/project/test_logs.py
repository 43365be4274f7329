import json
import logging
import logging.config
import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import format_span_id, format_trace_id

from roomkit_project.logs import JsonFormatter, TextFormatter, build_logging
from rooms.telemetry import log_fields
from tests.repository import ROOT


@pytest.fixture
def restored_logging() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("roomkit")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = before


def record(**extra: object) -> logging.LogRecord:
    values = {"name": "roomkit.rooms", "levelname": "INFO", "msg": "event stored", **extra}
    return logging.makeLogRecord(values)


def test_text_line_carries_the_data_beside_the_message() -> None:
    line = TextFormatter().format(record(room_id="support-42", index=3))

    assert line.endswith("INFO roomkit.rooms event stored room_id='support-42' index=3")


def test_json_line_carries_the_data_as_keys() -> None:
    line = json.loads(JsonFormatter().format(record(room_id="support-42")))

    assert line["message"] == "event stored"
    assert line["logger"] == "roomkit.rooms"
    assert line["room_id"] == "support-42"


def test_json_line_writes_what_json_lacks_as_text() -> None:
    line = json.loads(JsonFormatter().format(record(rooms={"a"})))

    assert line["rooms"] == "{'a'}"


@pytest.mark.parametrize("formatter", [TextFormatter, JsonFormatter])
def test_personal_data_is_left_out_unless_allowed(
    formatter: type[TextFormatter | JsonFormatter],
) -> None:
    sent = record(**{"pii.phone": "+15550100"})

    assert "+15550100" not in formatter().format(sent)
    assert "+15550100" in formatter(personal_data=True).format(sent)


@pytest.mark.parametrize("formatter", [TextFormatter, JsonFormatter])
def test_traceback_is_part_of_the_record(formatter: type[TextFormatter | JsonFormatter]) -> None:
    try:
        raise KeyError("room")  # noqa: TRY301 - makes a traceback to format
    except KeyError:
        failed = record(exc_info=sys.exc_info())

    assert "KeyError: 'room'" in formatter().format(failed)


def test_unknown_style_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="'xml'; use one of text, json"):
        build_logging(style="xml", level="INFO", personal_data=False)


def test_json_line_names_the_process() -> None:
    line = JsonFormatter(process={"role": "worker", "node": "n1"}).format(record())

    assert json.loads(line).items() >= {"role": "worker", "node": "n1"}.items()


def test_json_line_inside_a_span_names_it() -> None:
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("tests")
    with tracer.start_as_current_span("in") as span:
        line = json.loads(JsonFormatter().format(record()))

    context = span.get_span_context()
    assert line["trace_id"] == format_trace_id(context.trace_id)
    assert line["span_id"] == format_span_id(context.span_id)


def test_json_line_outside_of_spans_names_none() -> None:
    assert "trace_id" not in json.loads(JsonFormatter().format(record()))


def test_logging_loads_no_tracing_of_its_own() -> None:
    program = (
        "import logging.config, sys; from roomkit_project.logs import build_logging;"
        "logging.config.dictConfig("
        "build_logging(style='json', level='INFO', personal_data=False));"
        "logging.error('x'); sys.exit('opentelemetry' in sys.modules)"
    )

    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)


def test_site_writes_lines_with_the_ids_of_the_work(
    capsys: pytest.CaptureFixture[str], restored_logging: None
) -> None:
    process = {"role": "web"}
    config = build_logging(style="json", level="INFO", personal_data=False, process=process)
    logging.config.dictConfig(config)

    with log_fields(room_id="support-42", delivery_id="d1"):
        logging.getLogger("roomkit.core.delivery").info("sent")

    line = json.loads(capsys.readouterr().err)
    assert line.items() >= {"room_id": "support-42", "delivery_id": "d1", "role": "web"}.items()

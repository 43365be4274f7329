import json
import logging
import sys

import pytest

from roomkit_project.logs import JsonFormatter, TextFormatter, build_logging


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

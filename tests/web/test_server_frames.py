import json
from typing import Any

import pytest

from channels_app.channels.stream_frames import (
    StreamChunk,
    StreamEnd,
    StreamError,
    StreamMessage,
    StreamStart,
)
from channels_app.consumers.frames import ErrorCode, Refusal
from channels_app.consumers.server_frames import (
    build_error_frame,
    build_event_frame,
    build_stream_frame,
    is_public,
)
from rooms import ChannelType, EventSource, EventStatus, EventType, RoomEvent, TextContent

SOURCE = EventSource(
    channel_id="sms",
    channel_type=ChannelType.SMS,
    participant_id="p1",
    provider="twilio",
    provider_message_id="SM1",
    external_id="x1",
    raw_payload={"Secret": "raw"},
)


def make_event(**fields: object) -> RoomEvent:
    usual = {"room_id": "r", "source": SOURCE, "content": TextContent(body="hello"), "index": 7}
    return RoomEvent.model_validate(usual | fields)


def test_event_frame_shows_what_readers_may_know() -> None:
    event = make_event(status=EventStatus.DELIVERED)

    frame = build_event_frame(event)

    assert json.loads(frame.text) == {
        "type": "event",
        "event": {
            "id": event.id,
            "index": 7,
            "type": "message",
            "status": "delivered",
            "source": {"channel_id": "sms", "channel_type": "sms", "participant_id": "p1"},
            "content": {"type": "text", "body": "hello", "language": None},
            "created_at": event.created_at.isoformat().replace("+00:00", "Z"),
            "parent_event_id": None,
            "metadata": {},
        },
    }


@pytest.mark.parametrize("secret", ["twilio", "SM1", "x1", "raw", "why", "routed"])
def test_event_frame_keeps_the_servers_own_facts_back(secret: str) -> None:
    event = make_event(
        metadata={"routed_to": ["a"], "edited": True}, channel_data={"extra": {"why": "routed"}}
    )

    assert secret not in build_event_frame(event).text.replace("created_at", "")


def test_deleted_message_keeps_its_place_and_loses_its_words() -> None:
    event = make_event(metadata={"deleted": True})

    shown = json.loads(build_event_frame(event).text)["event"]

    assert shown["index"] == 7
    assert shown["content"]["body"] == ""
    assert shown["metadata"] == {"deleted": True}


@pytest.mark.parametrize(
    "fields",
    [
        # What a hook held back.
        {"status": EventStatus.BLOCKED},
        # What the machinery did.
        {"type": EventType.TOOL_CALL_START},
        {"type": EventType.OBSERVATION},
    ],
)
def test_rows_that_are_no_conversation_are_not_public(fields: dict[str, object]) -> None:
    assert not is_public(make_event(**fields))


def test_stream_frames_of_one_answer_share_their_ids() -> None:
    ids: dict[str, Any] = {"room_id": "r", "stream_id": "s", "event_id": "e"}
    messages: list[StreamMessage] = [
        StreamStart(**ids, source=SOURCE),
        StreamChunk(**ids, seq=1, delta="Good", text="Good"),
        StreamEnd(**ids, seq=2, event=make_event(id="e")),
        StreamError(**ids, seq=2, error="generation_failed"),
    ]

    frames = [json.loads(build_stream_frame(message).text) for message in messages]

    assert [frame["stream_id"] for frame in frames] == ["s"] * 4
    assert [frame["event_id"] for frame in frames] == ["e"] * 4
    assert "raw" not in json.dumps(frames)


def test_only_chunks_may_be_replaced_by_later_frames() -> None:
    ids: dict[str, Any] = {"room_id": "r", "stream_id": "s", "event_id": "e"}

    chunk = build_stream_frame(StreamChunk(**ids, seq=1, delta="a", text="a"))
    start = build_stream_frame(StreamStart(**ids, source=SOURCE))

    assert (chunk.chunk_of, start.chunk_of) == ("s", None)


@pytest.mark.parametrize(("client_id", "extra"), [("m1", {"id": "m1"}), (None, {})])
def test_error_frame_names_the_message_where_it_is_known(
    client_id: str | None, extra: dict[str, str]
) -> None:
    frame = build_error_frame(Refusal(ErrorCode.TOO_LONG, "shorten it", client_id=client_id))

    assert json.loads(frame.text) == {
        "type": "error",
        "code": "too_long",
        "message": "shorten it",
        **extra,
    }

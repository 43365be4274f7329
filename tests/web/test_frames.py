import pytest

from channels_app.consumers.frames import (
    ErrorCode,
    MessageFrame,
    ReadFrame,
    Refusal,
    ResumeFrame,
    TypingFrame,
    event_type_of,
    parse_frame,
)
from rooms import EventType, TextContent


def refusal_of(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_frame(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"type":"message","id":"1","body":"hi"}', MessageFrame),
        ('{"type":"typing","is_typing":false}', TypingFrame),
        ('{"type":"read","event_id":"e1"}', ReadFrame),
        ('{"type":"resume","after":-1}', ResumeFrame),
        # What a newer client adds is passed over.
        ('{"type":"typing","is_typing":true,"mood":"good"}', TypingFrame),
    ],
)
def test_each_frame_is_read_into_its_own_value(text: str, kind: type) -> None:
    assert type(parse_frame(text)) is kind


def test_body_and_text_content_say_the_same() -> None:
    plain = parse_frame('{"type":"message","id":"1","body":"hi"}')
    typed = parse_frame('{"type":"message","id":"1","content":{"type":"text","body":"hi"}}')

    assert isinstance(plain, MessageFrame)
    assert isinstance(typed, MessageFrame)
    assert plain.said() == typed.said() == TextContent(body="hi")


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("{", ErrorCode.BAD_JSON, "EOF"),
        # Half of a character outside the basic plane is no text.
        ('{"type":"read","event_id":"\\ud800"}', ErrorCode.BAD_JSON, "JSON"),
        ("[" * 5000, ErrorCode.BAD_JSON, "recursion"),
        ("[1]", ErrorCode.UNKNOWN_TYPE, "object"),
        ('{"id":"1"}', ErrorCode.UNKNOWN_TYPE, "type"),
        ('{"type":"shout","id":"1"}', ErrorCode.UNKNOWN_TYPE, "shout"),
        ('{"type":"message","body":"hi"}', ErrorCode.BAD_CONTENT, "id"),
        ('{"type":"message","id":"1"}', ErrorCode.BAD_CONTENT, "body or content"),
        ('{"type":"message","id":"1","body":" \\n"}', ErrorCode.BAD_CONTENT, "empty"),
        (
            '{"type":"message","id":"1","content":'
            '{"type":"location","latitude":1,"longitude":2,"label":"a\\u0000"}}',
            ErrorCode.BAD_CONTENT,
            "NUL",
        ),
        ('{"type":"message","id":"1\\u0000","body":"a"}', ErrorCode.BAD_CONTENT, "id"),
        (
            '{"type":"message","id":"1","content":{"type":"hologram"}}',
            ErrorCode.BAD_CONTENT,
            "holo",
        ),
        ('{"type":"resume","after":-2}', ErrorCode.BAD_CONTENT, "after"),
        ('{"type":"resume","after":99999999999999999999}', ErrorCode.BAD_CONTENT, "after"),
    ],
)
def test_refusal_names_what_is_wrong(text: str, code: ErrorCode, word: str) -> None:
    refusal = refusal_of(text)

    assert refusal.code is code
    assert word in refusal.message


@pytest.mark.parametrize(
    "content",
    [
        # What the framework says of itself.
        '{"type":"system","body":"room_closed"}',
        # What an agent did.
        '{"type":"tool_call","tool_name":"refund","tool_id":"t"}',
        # Approved texts that cost money.
        '{"type":"template","template_id":"promo"}',
        # The same, hidden one level deeper.
        '{"type":"composite","parts":[{"type":"system","body":"x"}]}',
        '{"type":"edit","target_event_id":"e","new_content":{"type":"system","body":"x"}}',
    ],
)
def test_content_that_only_the_server_makes_is_refused(content: str) -> None:
    refusal = refusal_of(f'{{"type":"message","id":"1","content":{content}}}')

    assert refusal.code is ErrorCode.BAD_CONTENT
    assert refusal.client_id == "1"


def test_text_over_the_limit_is_refused_with_both_numbers() -> None:
    with pytest.raises(Refusal, match="11 characters, at most 10") as caught:
        parse_frame('{"type":"message","id":"7","body":"12345678901"}', max_characters=10)

    assert caught.value.code is ErrorCode.TOO_LONG
    assert caught.value.client_id == "7"


def test_faulty_frame_is_answered_with_the_id_it_carries() -> None:
    assert refusal_of('{"type":"message","id":"mine","content":{"type":"x"}}').client_id == "mine"


@pytest.mark.parametrize(
    ("content", "event_type"),
    [
        ('{"type":"media","url":"https://example.org/a.png","mime_type":"image/png"}', "message"),
        ('{"type":"edit","target_event_id":"e","new_content":{"type":"text","body":"b"}}', "edit"),
        ('{"type":"delete","target_event_id":"e"}', "delete"),
        ('{"type":"reaction","target_event_id":"e","emoji":"👍"}', "reaction"),
    ],
)
def test_content_decides_the_kind_of_event(content: str, event_type: str) -> None:
    frame = parse_frame(f'{{"type":"message","id":"1","content":{content}}}')

    assert isinstance(frame, MessageFrame)
    assert event_type_of(frame.said()) is EventType(event_type)

"""Which texts are words of consent, and whose address is whose."""

import pytest

from rooms.domain.standing import ConsentRules, ConsentWord, ContactPoint

STOP, START, HELP = ConsentWord.STOP, ConsentWord.START, ConsentWord.HELP
RULES = ConsentRules()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("STOP", STOP),
        (" stop!! ", STOP),
        ("Stop all", STOP),
        ("Arrêt.", STOP),
        ("ARRET", STOP),
        ("start", START),
        ("Yes", START),
        ("help?", HELP),
        ("aide", HELP),
        ("Please stop", None),
        ("stop it", None),
        ("", None),
        ("!!!", None),
        ("STOP" + "!" * 100, None),
    ],
)
def test_only_the_whole_message_counts(text: str, word: ConsentWord | None) -> None:
    assert RULES.word_of("sms", text) is word


@pytest.mark.parametrize(
    ("channel_type", "counts"),
    [("sms", True), ("mms", True), ("rcs", True), ("whatsapp", False), ("websocket", False)],
)
def test_words_count_in_text_messages(channel_type: str, counts: bool) -> None:
    assert (RULES.word_of(channel_type, "STOP") is STOP) is counts


def test_site_has_words_of_its_own() -> None:
    rules = ConsentRules(stop_words=frozenset({"Baja!"}), channel_types=frozenset({"whatsapp"}))
    assert rules.word_of("whatsapp", "BAJA") is STOP
    assert rules.word_of("whatsapp", "STOP") is None
    assert rules.word_of("sms", "BAJA") is None


def test_help_without_an_answer_is_a_message() -> None:
    assert ConsentRules(help_reply="").word_of("sms", "HELP") is None


@pytest.mark.parametrize(
    ("channel_type", "one", "other"),
    [
        ("sms", "+15145550123", "+1 (514) 555-0123"),
        ("sms", "+15145550123", "15145550123"),
        ("email", "Ann@Example.org", " ann@example.org"),
    ],
)
def test_spellings_of_an_address_are_one(channel_type: str, one: str, other: str) -> None:
    points = [
        ContactPoint.at("c", channel_type=channel_type, address=address, organization_id="")
        for address in (one, other)
    ]
    assert points[0] == points[1]


@pytest.mark.parametrize(
    ("channel_type", "address"),
    [("whatsapp", "US.1349120865530274"), ("telegram", "-1001234567"), ("sms", "ACME")],
)
def test_what_is_no_number_stays_as_it_is(channel_type: str, address: str) -> None:
    point = ContactPoint.at("c", channel_type=channel_type, address=address, organization_id=None)
    assert point.address == address

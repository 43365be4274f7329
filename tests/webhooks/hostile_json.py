"""Hostile JSON: honest webhooks that were spoilt at one place or at many."""

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any, TypeAlias

from tests.webhooks.honest_messages import Posted

Place: TypeAlias = tuple[str | int, ...]

TOO_LONG = "9" * 5000  # Python itself refuses to read this as a number
TEXTS = (
    *("", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "x" * 5000, "\u202e", "\u0663", "\ufeff"),
    *("NaN", "-1", "1e999", "0x10", TOO_LONG, "null", "[]", "{", "[" * 2000, "=?utf-8?B?%?="),
    *("http://[", "http://[::1", "//", "data:", "whatsapp:", "+", "@", "a@\ud800", "Z" * 300),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30", "1/1/0001 1:1:1 AM"),
    *("reaction", "edit", "system", "interactive", "contacts", "mo_media", "location", "image"),
)
NUMBERS = (
    *(0, -1, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**11, 10**15, 10**20, -(10**20), 10**400),
    *(
        1.5,
        -0.0,
        1e308,
        -1e308,
        float("nan"),
        float("inf"),
        float("-inf"),
        253402300800,
        -62135596801,
    ),
)
SHAPES: tuple[Any, ...] = (
    *(None, True, False, [], {}, [[]], [None], [{}], {"": None}, [1, "a"], {"a": {"b": []}}),
    *(
        {"type": []},
        {"id": {}},
        {"\ud800": "\0"},
        [[[{}]]],
        ["a", None, 1.5, {}, []],
        {"type": "x"},
    ),
)


def nest(depth: int) -> Any:
    value: Any = 1
    for number in range(depth):
        value = [value] if number % 2 else {"a": value}
    return value


def any_value(rng: Random) -> Any:
    """Return anything that JSON can hold."""
    kind = rng.randrange(20)
    if kind == 0:
        return nest(rng.choice((20, 60, 100)))
    return rng.choice((TEXTS, NUMBERS, SHAPES, TEXTS)[kind % 4])


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Yield every place in a JSON value, itself first."""
    yield here
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for name, each in inside:
            yield from places(each, (*here, name))


def put(value: Any, place: Place, new: Any) -> Any:
    """Return a copy of a JSON value with something else at a place."""
    if not place:
        return new
    whole = copy.copy(value)
    whole[place[0]] = put(value[place[0]], place[1:], new)
    return whole


def at_place(rng: Random, posted: Posted, place: Place) -> Posted:
    """Put something of a wrong type at one place."""
    value = put(json.loads(posted.body), place, any_value(rng))
    return posted._replace(body=json.dumps(value).encode())


def mutate_json(rng: Random, posted: Posted) -> Posted:
    """Take away, repeat and replace up to five places."""
    value = json.loads(posted.body)
    for _ in range(rng.randrange(1, 6)):
        place = rng.choice(list(places(value)))
        value = put(value, place, _instead(rng, value, place))
    return posted._replace(body=json.dumps(value, ensure_ascii=True).encode())


def _instead(rng: Random, value: Any, place: Place) -> Any:
    for name in place:
        value = value[name]
    match value, rng.randrange(4):
        case dict(), 0 if value:
            gone = rng.choice(list(value))
            return {name: each for name, each in value.items() if name != gone}
        case list(), 0 | 1:
            return value * rng.choice((0, 2, 3))
        case dict(), 1:
            return {f"{name}{rng.choice(TEXTS)[:9]}": each for name, each in value.items()}
        case _, 2:
            return [value] if rng.random() < 0.5 else json.dumps(value)
    return any_value(rng)


def nest_deeply(rng: Random, posted: Posted) -> Posted:
    """Nest deeper than anything reads, at the top or at a place."""
    depth = rng.choice((500, 900, 1000, 5000, 60_000))
    start, end = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'{"object":[', b"]}")))
    deep = start * depth + b"1" + (end * depth if rng.random() < 0.7 else b"")
    if rng.random() < 0.5:
        return posted._replace(body=deep)
    return _raw_at_a_place(rng, posted, deep)


def huge_number(rng: Random, posted: Posted) -> Posted:
    """Write numbers that no number of Python or of a database holds."""
    digits = rng.choice(
        ("1" + "0" * 400, TOO_LONG, "-" + TOO_LONG, "1e400", "-1e400", "0." + TOO_LONG)
    )
    return _raw_at_a_place(rng, posted, digits.encode())


def _raw_at_a_place(rng: Random, posted: Posted, raw: bytes) -> Posted:
    value = json.loads(posted.body)
    whole = put(value, rng.choice(list(places(value))), "@@HERE@@")
    return posted._replace(body=json.dumps(whole).encode().replace(b'"@@HERE@@"', raw))


def bad_text(rng: Random, posted: Posted) -> Posted:
    """Put NUL and half surrogates into every name and text."""

    def spoil(value: Any) -> Any:
        bad = rng.choice(("\0", "\ud800", "\udc00x", "\0\ud83d"))
        match value:
            case dict():
                return {
                    name + (bad if rng.random() < 0.1 else ""): spoil(value[name]) for name in value
                }
            case list():
                return [spoil(each) for each in value]
            case str() if rng.random() < 0.3:
                return value + bad
        return value

    return posted._replace(body=json.dumps(spoil(json.loads(posted.body))).encode())


def places_of(posted: Posted) -> list[Place]:
    """Return every place of a webhook of JSON, none of any other."""
    return list(places(json.loads(posted.body))) if is_json(posted.body) else []


def is_json(body: bytes) -> bool:
    """Tell whether a body is a JSON object or array."""
    try:
        return isinstance(json.loads(body), dict | list)
    except ValueError:
        return False

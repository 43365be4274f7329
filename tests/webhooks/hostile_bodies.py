"""Hostile webhooks: honest ones that were spoilt, each in one of many ways."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode

from tests.webhooks.honest_messages import Posted
from tests.webhooks.hostile_json import (
    NUMBERS,
    TEXTS,
    any_value,
    bad_text,
    huge_number,
    is_json,
    mutate_json,
    nest_deeply,
)
from tests.webhooks.hostile_mails import spoil_mail

Spoil: TypeAlias = Callable[[Random, Posted], Posted]

FORM, JSON, MULTIPART = "application/x-www-form-urlencoded", "application/json", "multipart/"
QUERIES = (
    "",
    "a",
    "=",
    "&&&",
    "%zz=%00",
    "event_id=%ff",
    "status=%00&to=%ff",
    "status=Sent&date=0",
)


# -- bytes


def broken_bytes(rng: Random, posted: Posted) -> Posted:
    """Cut, repeat and replace bytes."""
    body = bytearray(posted.body or b"{}")
    for _ in range(rng.randrange(1, 12)):
        at = rng.randrange(len(body) + 1)
        piece = body[at : at + rng.randrange(30)]
        match rng.randrange(4):
            case 0:
                body[at:at] = piece * rng.randrange(4)
            case 1:
                del body[at : at + len(piece)]
            case _:
                body[at : at + rng.randrange(3)] = rng.randbytes(rng.randrange(4))
    return posted._replace(body=bytes(body))


def not_utf8(rng: Random, posted: Posted) -> Posted:
    """Write it in an encoding that it does not say."""
    odd = (b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80", b"\x80", b"\x00")
    if rng.random() < 0.3:
        text = posted.body.decode("utf-8", "replace")
        return posted._replace(
            body=text.encode(rng.choice(("utf-16", "utf-32", "utf-8-sig", "utf-7")))
        )
    at = rng.randrange(len(posted.body) + 1)
    return posted._replace(body=posted.body[:at] + rng.choice(odd) + posted.body[at:])


def empty(rng: Random, posted: Posted) -> Posted:
    """Say nothing."""
    nothing = (b"", b" ", b"\r\n", b"null", b"0", b'""', b"[]", b"{}", b"[null]", b"true", b"NaN")
    return posted._replace(body=rng.choice(nothing))


# -- forms


def odd_form(rng: Random, posted: Posted) -> Posted:
    """Repeat, forget and misspell fields, and put odd things into them."""
    fields = _fields_of(posted)
    rng.shuffle(fields)
    names = [name for name, _ in fields] or ["From"]
    for _ in range(rng.randrange(1, 8)):
        value = str(rng.choice((*TEXTS, *NUMBERS, "1000000000", "3")))
        fields.insert(rng.randrange(len(fields) + 1), (rng.choice(names), value))
    if rng.random() < 0.3:
        fields += [(rng.choice(("", "\0", "a[]", "\ud800")), "1")] * rng.choice((1, 500))
    body = urlencode([(name, _writable(value)) for name, value in fields], errors="surrogatepass")
    raw = rng.choice(("", "", "&%zz%", "&%00=%ff%fe", ";a=b", "&=", "&&&", "&a", "&%ed%a0%80=1"))
    kind = {**posted.headers, "content-type": FORM} if rng.random() < 0.8 else posted.headers
    return Posted(_one_type(kind), (body + raw).encode(), rng.choice((posted.query, *QUERIES)))


def _fields_of(posted: Posted) -> list[tuple[str, str]]:
    try:
        value = json.loads(posted.body)
    except ValueError:
        return parse_qsl(posted.body.decode("latin-1") or posted.query, keep_blank_values=True)
    return [(name, str(each)) for name, each in value.items()] if isinstance(value, dict) else []


def _writable(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _one_type(headers: Any) -> dict[str, str]:
    """Return headers by lower-case name, so that none is there twice."""
    return {name.lower(): value for name, value in headers.items()}


def multipart(rng: Random, posted: Posted) -> Posted:
    """Break the boundary, the heads or the end of a form with files."""
    boundary = rng.choice(("x", "xYzZY", "", "\xe9", "a b", "--", "b" * 300, "?*()"))
    heads = (
        'form-data; name="from_email"',
        'form-data; name="email"',
        'form-data; name="headers"',
        'form-data; name="charsets"',
        'form-data; name="envelope"',
        'form-data; name="attachment-info"',
        'form-data; name="attachment1"; filename="a.png"',
        "form-data; name*=bad''%ff; filename*=idna''%ff",
        "form-data; name*0*=\0''a; name*2=b",
        "form-data",
        'form-data; name="\xff\0"; filename="../../\0"',
        "form-data; name=from; name=to; =;;;",
    )
    pieces = []
    for _ in range(rng.randrange(12)):
        content = rng.choice((*TEXTS, json.dumps({"to": any_value(rng), "text": any_value(rng)})))
        kind = rng.choice(
            ("", "", "\r\nContent-Type: \xff/\0", "\r\nContent-Type: text/plain; charset=idna")
        )
        gap = rng.choice(("\r\n\r\n", "\r\n\r\n", "\r\n\r\n", "\n\n", ""))
        head = f"Content-Disposition: {rng.choice(heads)}{kind}{gap}"
        pieces.append(b"\r\n" + _writable(head) + _writable(content) + b"\r\n")
    joint = b"--" + boundary.encode()
    end = rng.choice((b"--\r\n", b"--\r\n", b"--\r\n", b"", b"-"))
    body = b"".join(joint + piece for piece in pieces) + joint + end
    said = rng.choice(
        (f"; boundary={boundary}", f'; boundary="{boundary}"', "", "; boundary=", "; boundary*=x")
    )
    kind = f"{MULTIPART}form-data{said}"
    return Posted({**_one_type(posted.headers), "content-type": kind}, body, posted.query)


def other_type(rng: Random, posted: Posted) -> Posted:
    """Say that it is something else."""
    kinds = ("", "\0", FORM, JSON, "text/plain", "application/json; charset=utf-7", MULTIPART, ";")
    return posted._replace(
        headers={**_one_type(posted.headers), "content-type": rng.choice(kinds)},
        query=rng.choice(QUERIES),
    )


def mail(rng: Random, posted: Posted) -> Posted:
    """Post a broken mail: as it is, or in the field that SendGrid puts mails into."""
    if "xYzZY" not in posted.headers.get("content-type", ""):
        return posted._replace(body=spoil_mail(rng, posted.body))
    head, start, content = posted.body.partition(b'name="email"\r\n\r\n')
    content, end, rest = content.partition(b"\r\n--xYzZY")
    return posted._replace(body=head + start + spoil_mail(rng, content) + end + rest)


ALWAYS: tuple[Spoil, ...] = (broken_bytes, not_utf8, empty, odd_form, multipart, other_type)
OF_JSON: tuple[Spoil, ...] = (mutate_json, nest_deeply, huge_number, bad_text)


def kinds_of(posted: Posted) -> tuple[Spoil, ...]:
    """Return the ways in which a webhook can be spoilt; those of its own format come more often."""
    if is_json(posted.body):
        return (*ALWAYS, *OF_JSON, mutate_json)
    if b"\nFrom: " in posted.body or posted.body.startswith(b"From: "):
        return (*ALWAYS, mail, mail, mail, mail)
    return (*ALWAYS, odd_form, odd_form)

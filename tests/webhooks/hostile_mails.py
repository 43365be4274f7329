"""Mails that break every rule of MIME."""

import base64
import re
from collections.abc import Callable
from random import Random

CHARSETS = (
    *(
        b"utf-8",
        b"utf-16",
        b"utf-32",
        b"utf-7",
        b"idna",
        b"undefined",
        b"unicode_escape",
        b"hex",
        b"base64",
        b"rot13",
        b"zlib",
        b"x" * 300,
        b"\0",
        b"",
        b"\xff",
    ),
    *(b"cp037", b"iso-2022-jp", b"hz", b"mbcs", b"oem", b"unknown-8bit", b"string_escape"),
)
CODINGS = (b"base64", b"quoted-printable", b"x-uuencode", b"uuencode", b"7bit", b"\0", b"gzip")
WORDS = (b"=?%s?B?//8=?=", b"=?%s?Q?=FF=xx=?=", b"=?%s?B?A?=", b"=?%s*en?Q?a?=", b"=?%s?Z?x?= =?")
HEADERS = (b"From", b"To", b"Subject", b"Date", b"Message-ID", b"References", b"In-Reply-To")
MORE = (b"Sender", b"Cc", b"Reply-To", b"Authentication-Results", b"Return-Path", b"Delivered-To")
TYPED = (b"Content-Type", b"Content-Disposition", b"Content-ID", b"Content-Transfer-Encoding")
VALUES = (
    *(b"", b"\0", b"\xff\xfe", b"a" * 12_000, b"<" * 3000, b"(" * 2000, b'"' * 999, b"a@" * 999),
    *(b"<a@b>" * 500, b"@", b"<>", b"a@\xff.example", b"a@xn--\xc3\xa9", b"a@" + b"\xc3\xa9" * 90),
    *(b"a@..", b"Mon, 99 Foo 99999 99:99:99 +9999", b"1 Jan 2026 00:00:00 +999999", b"0", b"=?"),
    *(b"31 Dec 9999 23:59:59 -2359", b"1 Jan 0001 00:00:00 +2359", b"text/\0; a=b", b"multipart/x"),
    *(b"multipart/report", b'multipart/mixed; boundary=""', b"message/rfc822", b"message/partial"),
    *(b"text/plain; charset*=idna''%ff", b"text/html; charset*0*=a''b; charset*2=c", b"/", b";;;="),
    *(
        b"attachment; filename*=undefined''%ff%00",
        b"attachment; filename*x=1",
        b"a;b*0*=\0''c;b*1=d",
    ),
)


def spoil_mail(rng: Random, mail: bytes) -> bytes:
    """Return a mail that was spoilt in up to three ways."""
    for _ in range(rng.randrange(1, 4)):
        mail = rng.choice(WAYS)(rng, mail)
    return mail


def _header(rng: Random, mail: bytes) -> bytes:
    """Put a header on top, and sometimes take the honest one away."""
    name, value = rng.choice((*HEADERS, *MORE, *TYPED)), rng.choice(VALUES)
    if rng.random() < 0.4:
        value = rng.choice(WORDS) % rng.choice(CHARSETS)
    if rng.random() < 0.6:
        mail = re.sub(rb"(?m)^" + name + rb":.*\n", b"", mail)
    return name + b": " + value + b"\n" + mail


def _inner_header(rng: Random, mail: bytes) -> bytes:
    """Replace what some header of some part says."""
    found = list(re.finditer(rb"(?m)^([\w-]+): (.*)$", mail))
    if not found:
        return mail
    chosen = rng.choice(found)
    return mail[: chosen.start(2)] + rng.choice(VALUES) + mail[chosen.end(2) :]


def _charset(rng: Random, mail: bytes) -> bytes:
    told = re.sub(rb'charset="?[\w-]+"?', lambda _: b"charset=" + rng.choice(CHARSETS), mail)
    return told + rng.choice(
        (b"", b"\xff\xfe\xed\xa0\x80", b"\\N{x}\\d", b"+AGE-+//8", b"xn--\xff")
    )


def _plain_in_charset(rng: Random, mail: bytes) -> bytes:
    """Return words in a charset that they are not in."""
    kind = b"Content-Type: text/%s; charset=" % rng.choice((b"plain", b"html"))
    words = rng.choice(
        (b"\xff\xfe\x80", b"\\x", b"xn--\xff", b"a" * 70 + b".b", b"\0" * 9, b"+2AA-")
    )
    return b"From: a@b.example\n" + kind + rng.choice(CHARSETS) + b"\n\n" + words


def _coding(rng: Random, mail: bytes) -> bytes:
    coding = b"Content-Transfer-Encoding: " + rng.choice(CODINGS)
    broken = rng.choice((b"=", b"A", b"\xff", b"begin 666 x\n\xff", base64.b64encode(b"x")[:-1]))
    if b"Content-Transfer-Encoding" not in mail:
        return coding + b"\n" + mail + broken
    return re.sub(rb"Content-Transfer-Encoding: \S+", lambda _: coding, mail) + broken


def _boundary(rng: Random, mail: bytes) -> bytes:
    other = rng.choice((b"", b"\0", b"x" * 200, b"\xff", b" ", b'"'))
    return re.sub(rb'boundary="[^"]*"', lambda _: b'boundary="' + other + b'"', mail)


def _nested(rng: Random, mail: bytes) -> bytes:
    """Put mails into mails, or parts into parts, deeper than anybody reads."""
    depth = rng.choice((5, 29, 35, 120, 400))
    if rng.random() < 0.5:
        return b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * depth + mail
    heads = [
        b'Content-Type: multipart/%s; boundary="%d"\n\n--%d\n' % (kind, number, number)
        for number in range(depth)
        for kind in [rng.choice((b"mixed", b"report", b"digest"))]
    ]
    return b"From: a@b.example\n" + b"".join(heads) + mail


def _many_parts(rng: Random, mail: bytes) -> bytes:
    head = b'From: a@b.example\nContent-Type: multipart/mixed; boundary="b"\n\n'
    return head + b"--b\nContent-Type: text/plain\n\nx\n" * rng.choice((3, 299, 400)) + b"--b--\n"


def _markup(rng: Random, mail: bytes) -> bytes:
    """Return HTML that no browser has seen."""
    head = b"From: a@b.example\nContent-Type: text/html\n\n"
    pieces = (
        b"<" * 500,
        b"<!--",
        b"<![CDATA[",
        b"&#xffffffffff;",
        b"&#55296;",
        b"<a href=//[x>",
        b"<p>",
    )
    return head + b"".join(rng.choice(pieces) for _ in range(40)) + b"<div>" * rng.choice((1, 900))


def _cut(rng: Random, mail: bytes) -> bytes:
    return mail[: rng.randrange(len(mail) + 1)]


def _noise(rng: Random, mail: bytes) -> bytes:
    at = rng.randrange(len(mail) + 1)
    return mail[:at] + rng.randbytes(rng.randrange(1, 40)) + mail[at:]


WAYS: tuple[Callable[[Random, bytes], bytes], ...] = (
    *(_header, _header, _inner_header, _inner_header, _charset, _charset, _plain_in_charset),
    *(_coding, _boundary, _nested, _many_parts, _markup, _cut, _noise),
)

"""Mails in any charset, and mails that keep no rule."""

import pytest

from channels_app.providers.base.webhook import MalformedWebhook
from tests.providers.mail.samples import (
    CUSTOMER,
    read,
    read_message,
    said_in,
)


def raw(head: str, body: bytes = b"Hi") -> bytes:
    return f"From: {CUSTOMER}\r\nMessage-ID: <m1@x>\r\n{head}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("charset", "body", "expected"),
    [
        ("utf-8", "déjà 😀".encode(), "déjà 😀"),
        ("iso-8859-1", "déjà".encode("latin-1"), "déjà"),
        ("windows-1252", "l’été".encode("cp1252"), "l’été"),
        ("iso-2022-jp", "日本".encode("iso-2022-jp"), "日本"),
        ("utf-8", b"d\xe9j\xe0", "d\ufffdj\ufffd"),
        ("us-ascii", "déjà".encode(), "d\ufffd\ufffdj\ufffd\ufffd"),
        ("nonsense", "déjà".encode(), "déjà"),
        ("nonsense", "déjà".encode("latin-1"), "déjà"),
        ("base64", b"plain", "plain"),
        ("", "déjà".encode(), "déjà"),
    ],
)
def test_charsets_are_read_and_errors_replaced(charset: str, body: bytes, expected: str) -> None:
    head = f'Content-Type: text/plain; charset="{charset}"\r\nContent-Transfer-Encoding: 8bit'

    assert said_in(raw(head, body)) == expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (b"=?utf-8?Q?d=C3=A9j=C3=A0?=", "déjà"),
        (b"=?iso-8859-1?Q?d=E9j=E0?= vu", "déjà vu"),
        (b"d\xc3\xa9j\xc3\xa0", "déjà"),
        (b"d\xe9j\xe0", "déjà"),
        (b"=?nonsense?Q?a=E9?=", "aé"),
        (b"=?utf-8?B?broken", "=?utf-8?B?broken"),
        (b"folded\r\n\tline", "folded line"),
    ],
)
def test_subjects_are_read_whatever_they_are_written_in(subject: bytes, expected: str) -> None:
    mime = b"From: a@x.example\r\nSubject: " + subject + b"\r\n\r\nHi"

    assert read_message(mime).metadata["email"]["subject"] == expected


@pytest.mark.parametrize(
    "mime",
    [
        raw("Content-Type: multipart/mixed; boundary=x", b"no boundary at all"),
        raw("Content-Type: multipart/mixed", b"--x\r\n\r\nHi"),
        raw("Content-Type: text/plain; charset*=x''%ff", b"Hi"),
        raw("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", b"%%%"),
        raw("Content-Type: text/plain\r\nContent-Transfer-Encoding: uuencode", b"begin\nx"),
        raw("Content-Disposition: attachment; filename*=utf-8'x'%E9%", b"Hi"),
        raw("Date: Thu, 99 Foo 99999 99:99:99 +9999", b"Hi"),
        raw("To: <<>>,,@;\r\nReferences: <<a> b>", b"Hi"),
        raw("Content-Type: message/rfc822", b"\xff\xfe\x00"),
        raw("Content-Type: text/plain; charset*=a\x00b'x'y", b"Hi"),
        raw("Content-Type: text/plain; charset=a\x00b", b"\xff"),
        raw("Content-Disposition: attachment; filename*=a\x00b'x'y", b"Hi"),
        raw(
            "Content-Type: message/rfc822",
            b"Content-Transfer-Encoding: 7bit\r\nX: \xff\r\n\r\n\xff",
        ),
        raw("Content-ID: <\xc3\xa9>\r\nContent-Type: image/png", b"\x00"),
    ],
)
def test_broken_mails_are_read_as_far_as_they_go(mime: bytes) -> None:
    assert read_message(mime).sender_id == CUSTOMER


def nested(depth: int) -> bytes:
    heads = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth)
    )
    return f"From: {CUSTOMER}\r\n{heads}\r\nHi".encode()


@pytest.mark.parametrize(
    "mime",
    [
        b"",
        b"Hello",
        b"From: nobody\r\n\r\nHi",
        nested(60),
        nested(3_000),
        raw("Content-Type: multipart/mixed; boundary=x", b"--x\r\n\r\na\r\n" * 500),
        raw("Content-Type: multipart/mixed; boundary*=a\x00b'x'y", b"Hi"),
    ],
)
def test_what_is_no_mail_is_refused(mime: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        read(mime)

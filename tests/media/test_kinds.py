"""What files are, and what they only say to be."""

import pytest

from rooms.media.kinds import is_disguised, type_of

PNG, JPEG = b"\x89PNG\r\n\x1a\n...", b"\xff\xd8\xff..."


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><p>",
        b"\xef\xbb\xbf \n<HTML>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b"<?xml version='1.0'?><svg/>",
        b"<script>alert(1)</script>",
        b"<!-- --><script>",
        b"#!/bin/sh",
        b"MZ\x90\x00",
        b"\x7fELF\x02",
    ],
)
@pytest.mark.parametrize("mime_type", ["image/png", "audio/ogg", "video/mp4; codecs=x"])
def test_programs_are_no_pictures(mime_type: str, content: bytes) -> None:
    assert is_disguised(mime_type, content)
    assert type_of(mime_type, content) == "application/octet-stream"


@pytest.mark.parametrize(
    ("mime_type", "content"),
    [
        ("image/svg+xml", b"<svg/>"),
        ("text/html", b"<html>"),
        ("image/png", PNG),
        ("audio/ogg", b"OggS"),
        ("application/x-sh", b"#!/bin/sh"),
        ("image/png", b""),
    ],
)
def test_honest_files_are_none(mime_type: str, content: bytes) -> None:
    assert not is_disguised(mime_type, content)


@pytest.mark.parametrize(
    ("declared", "content", "found"),
    [
        ("image/jpeg", PNG, "image/png"),
        ("IMAGE/PNG; name=x", JPEG, "image/jpeg"),
        ("application/octet-stream", b"%PDF-1.7", "application/pdf"),
        ("", b"RIFF\x00\x00\x00\x00WEBPVP8", "image/webp"),
        ("application/octet-stream", b"??", "application/octet-stream"),
        ("text/plain", PNG, "text/plain"),
        ("image/heic", b"....ftypheic", "image/heic"),
        ("not a type", b"x", "application/octet-stream"),
    ],
)
def test_first_bytes_correct_what_was_declared(declared: str, content: bytes, found: str) -> None:
    assert type_of(declared, content) == found

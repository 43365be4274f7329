"""HTML and files of mails that come in: what is shown, what is kept, what is left out."""

import base64
from email.message import EmailMessage

import pytest

from channels_app.providers.base.mail import reading
from rooms.domain.content import CompositeContent, MediaContent, TextContent
from tests.providers.mail.samples import (
    CONFIG,
    CUSTOMER,
    make_mime,
    read_message,
)

LOGO = b"\x89PNG\r\n\x1a\n" + b"l" * 100
PHOTO = b"\x89PNG\r\n\x1a\n" + b"p" * 20_000


def files_in(mime: EmailMessage) -> list[MediaContent]:
    content = read_message(mime).content
    parts = content.parts if isinstance(content, CompositeContent) else [content]
    return [part for part in parts if isinstance(part, MediaContent)]


@pytest.mark.parametrize(
    ("markup", "gone"),
    [
        ("<script>steal()</script>", "steal"),
        ('<img src="https://t.example/pixel.gif" width="1">', "t.example"),
        ('<img src="x" onerror="steal()">', "steal"),
        ('<a href="javascript:steal()">a</a>', "steal"),
        ('<a href="cid:logo">a</a>', "cid:"),
        ("<style>a{background:url(https://t.example)}</style>", "t.example"),
        ('<p style="background:url(https://t.example)">', "t.example"),
        ('<form action="https://t.example">', "t.example"),
        ('<img src="data:text/html;base64,AAAA">', "data:"),
        ('<img src="cid:unknown">', "cid:"),
    ],
)
def test_html_is_made_harmless(markup: str, gone: str) -> None:
    html = read_message(make_mime("a", html=f"<p>ok</p>{markup}")).metadata["email"]["html"]

    assert html.startswith("<p>ok</p>")
    assert gone not in html


def test_pictures_on_other_servers_can_be_allowed() -> None:
    config = CONFIG.model_copy(update={"remote_images": True})
    mime = make_mime("a", html='<img src="https://t.example/a.png" onerror="x()">')

    html = read_message(mime, config).metadata["email"]["html"]

    assert html.strip() == '<img src="https://t.example/a.png">'


def with_picture(content: bytes, cid: str = "<logo@x>") -> EmailMessage:
    mime = make_mime("a", html='<p>a</p><img src="cid:logo@x" alt="L">')
    part = mime.get_payload(1)
    assert isinstance(part, EmailMessage)
    part.add_related(content, "image", "png", cid=cid, filename="p.png")
    return mime


def test_a_picture_of_the_html_is_shown_in_it() -> None:
    html = read_message(with_picture(LOGO)).metadata["email"]["html"]

    assert f'src="data:image/png;base64,{base64.b64encode(LOGO).decode()}"' in html


@pytest.mark.parametrize(("size", "shown", "files"), [(7_900, 8, 0), (8_000, 0, 9)])
def test_large_and_many_pictures_are_not_shown(size: int, shown: int, files: int) -> None:
    mime = make_mime("a", html="".join(f'<img src="cid:{n}">' for n in range(9)))
    part = mime.get_payload(1)
    assert isinstance(part, EmailMessage)
    for number in range(9):
        part.add_related(b"x" * size, "image", "png", cid=f"<{number}>", filename="p.png")

    message = read_message(mime)

    assert message.metadata["email"]["html"].count("<img") == shown
    assert len(files_in(mime)) == files


@pytest.mark.parametrize(
    ("mime", "names"),
    [
        (with_picture(LOGO), []),  # a logo
        (with_picture(PHOTO), ["p.png"]),  # pasted by somebody
        (with_picture(LOGO, "<other@x>"), ["p.png"]),  # the HTML does not show it
    ],
)
def test_only_pictures_that_decorate_are_no_files(mime: EmailMessage, names: list[str]) -> None:
    assert [each.filename for each in files_in(mime)] == names


def test_html_that_is_nested_to_take_long_is_reduced_to_words() -> None:
    mime = make_mime("a", html=f"{'<div>' * 30_000}<b>words</b>")

    assert read_message(mime).metadata["email"]["html"] == "<p>words</p>"


def test_long_html_keeps_its_form() -> None:
    mime = make_mime("a", html="<p>a<br><b>b</b>" * 2_000)

    assert read_message(mime).metadata["email"]["html"].count("<b>") == 2_000


def test_attachments_follow_the_text() -> None:
    mime = make_mime("Here")
    mime.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Rückgabe.pdf")
    mime.add_attachment("a,b", subtype="csv", filename="../t.csv")

    content = read_message(mime).content

    assert isinstance(content, CompositeContent)
    assert content.parts[0] == TextContent(body="Here")
    assert content.parts[1] == MediaContent(
        url="data:application/pdf;base64,JVBERg==",
        mime_type="application/pdf",
        filename="Rückgabe.pdf",
        size_bytes=4,
    )
    assert [each.filename for each in files_in(mime)] == ["Rückgabe.pdf", "t.csv"]


def test_a_file_alone_is_the_message() -> None:
    mime = EmailMessage()
    mime["From"] = CUSTOMER
    mime.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="a.bin")

    assert isinstance(read_message(mime).content, MediaContent)


def test_a_mail_in_the_mail_is_a_file() -> None:
    mime = make_mime("See below")
    mime.add_attachment(make_mime("inner", Subject="Inner"))

    (attached,) = files_in(mime)

    assert attached.mime_type == "message/rfc822"
    assert b"Subject: Inner" in base64.b64decode(attached.url.partition(",")[2])


def test_outlooks_container_is_left_as_a_file() -> None:
    mime = make_mime()
    mime.add_attachment(b"\x78", maintype="application", subtype="ms-tnef", filename="winmail.dat")

    assert [each.filename for each in files_in(mime)] == ["winmail.dat"]


def test_files_beyond_the_limit_are_named() -> None:
    mime = make_mime()
    for number in range(reading.MAX_FILES + 2):
        mime.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")

    assert len(files_in(mime)) == 20
    assert read_message(mime).metadata["email"]["files_left_out"] == ["20.png", "21.png"]

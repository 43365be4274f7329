"""What a mail says in plain text and in HTML, and what is attached to it."""

import pytest

from channels_app.providers.base.mail.bodies import Body, build_body
from channels_app.providers.base.mail.files import safe_name
from rooms.domain.content import (
    AudioContent,
    Button,
    Card,
    CompositeContent,
    EventContent,
    LocationContent,
    MediaContent,
    QuickReply,
    RichContent,
    TextContent,
)

PIXEL = "data:image/png;base64,iVBORw0KGgo="
SITE = "https://files.example.org/a"


def test_plain_text_stays_plain() -> None:
    assert build_body(TextContent(body="a < b\nc")) == Body("a < b\nc")


def test_html_has_a_text_beside_it() -> None:
    body = build_body(RichContent(body="<h1>Hi</h1><p>you <b>there</b></p>", format="html"))

    assert body.html == "<h1>Hi</h1><p>you <b>there</b></p>"
    assert body.text == "Hi\n\nyou there"


def test_the_plain_text_of_rich_content_is_used() -> None:
    assert build_body(RichContent(body="**Hi**", plain_text="Hi you")).text == "Hi you"


@pytest.mark.parametrize(
    ("markup", "gone"),
    [
        ("<script>alert(1)</script>", "alert"),
        ('<p onclick="x()">a</p>', "onclick"),
        ('<a href="javascript:x()">a</a>', "javascript"),
        ('<iframe src="https://x.example"></iframe>', "iframe"),
        ("<style>p{}</style>", "p{}"),
    ],
)
def test_our_own_html_is_cleaned_too(markup: str, gone: str) -> None:
    assert gone not in build_body(RichContent(body=f"a{markup}", format="html")).html


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**a** *b* `c*d*`", "<p><strong>a</strong> <em>b</em> <code>c*d*</code></p>"),
        ("a\nb\n\nc", "<p>a<br>b</p><p>c</p>"),
        ("# T\ntext", "<h1>T</h1><p>text</p>"),
        ("- a\n- **b**", "<ul><li>a</li><li><strong>b</strong></li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("```py\n<a> *b*\n```", "<pre><code>&lt;a&gt; *b*</code></pre>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("2 * 3 * 4 and snake_case_name", "<p>2 * 3 * 4 and snake_case_name</p>"),
        (
            "[us](https://x.example/?a=1&b=2)",
            '<p><a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer">us</a></p>',
        ),
        ("[us](javascript:alert(1))", "<p>[us](javascript:alert(1))</p>"),
        ('[a](https://x.example/"onclick="b)', None),
    ],
)
def test_markdown_becomes_html(markdown: str, expected: str | None) -> None:
    html = build_body(RichContent(body=markdown)).html

    assert html == expected if expected else 'onclick="' not in html


def test_hostile_markdown_takes_no_long() -> None:
    for hostile in ("*" * 20_000, "[" * 20_000, "`" * 20_000, "**a" * 7_000, "\n" * 20_000 + "a"):
        assert build_body(RichContent(body=hostile)).html


def test_buttons_cards_and_replies_are_links_and_words() -> None:
    body = build_body(
        RichContent(
            body="Choose",
            buttons=[
                Button(label="Shop", action="url", value="https://shop.example"),
                Button(label="Call", action="call", value="+15145550199"),
                Button(label="Yes", value="y"),
            ],
            cards=[Card(title="Shoe", subtitle="Red", image_url="https://shop.example/s.png")],
            quick_replies=[QuickReply(label="Later", value="l")],
        )
    )

    assert body.text.split("\n\n") == [
        "Choose",
        "Shoe\nRed",
        "Shoe: https://shop.example/s.png",
        "Shop: https://shop.example",
        "Call: tel:+15145550199",
        "• Yes",
        "• Later",
    ]
    assert '<a href="https://shop.example" rel="noopener noreferrer">Shop</a>' in body.html
    assert 'href="tel:+15145550199"' in body.html


def test_a_buttons_address_cannot_run() -> None:
    button = Button(label="<b>", action="url", value='javascript:alert("1")')

    html = build_body(RichContent(body="a", buttons=[button])).html

    assert "javascript" not in html
    assert "&lt;b&gt;" in html


def test_a_file_at_hand_is_attached() -> None:
    media = MediaContent(url=PIXEL, mime_type="image/png", filename="p.png", caption="Look")

    body = build_body(media)

    assert (body.text, body.html) == ("Look", "")
    assert [(each.name, each.mime_type, each.content[:4]) for each in body.files] == [
        ("p.png", "image/png", b"\x89PNG")
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (MediaContent(url=f"{SITE}/b.pdf", mime_type="application/pdf"), f"b.pdf: {SITE}/b.pdf"),
        (
            MediaContent(url=SITE, mime_type="application/pdf", filename="Bill", caption="Here"),
            f"Here\n\nBill: {SITE}",
        ),
        (AudioContent(url=f"{SITE}.ogg", transcript="Hello"), f"Hello\n\na.ogg: {SITE}.ogg"),
    ],
)
def test_a_file_with_an_address_becomes_a_link(content: EventContent, text: str) -> None:
    body = build_body(content)

    assert (body.text, body.files) == (text, ())
    assert f'href="{SITE}' in body.html


def test_parts_follow_each_other_in_both_bodies() -> None:
    parts: list[EventContent] = [
        TextContent(body="a < b"),
        RichContent(body="**bold**"),
        MediaContent(url=PIXEL, mime_type="image/png"),
    ]

    body = build_body(CompositeContent(parts=parts))

    assert body.text == "a < b\n\nbold"
    assert body.html == "<p>a &lt; b</p><p><strong>bold</strong></p>"
    assert [each.name for each in body.files] == ["file.png"]


def test_what_has_no_words_says_nothing() -> None:
    assert build_body(LocationContent(latitude=1, longitude=2)) == Body("")


@pytest.mark.parametrize("url", ["data:image/png;base64,%%%", "data:image/png"])
def test_a_broken_data_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="data: address"):
        build_body(MediaContent(url=url, mime_type="image/png"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\r\nX: y.txt", "a_X_ y.txt"),
        ("exe\u202egnp.jpg", "exe_gnp.jpg"),
        ("", "file.png"),
        ("...", "file.png"),
        ("x" * 300 + ".png", "x" * 100 + ".png"),
    ],
)
def test_file_names_are_made_harmless(name: str, expected: str) -> None:
    assert safe_name(name, "image/png") == expected

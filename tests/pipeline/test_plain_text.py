"""Markup made readable where only plain text is shown."""

import pytest

from rooms.pipeline.plain_text import strip_html, strip_markdown


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("nothing special", "nothing special"),
        # emphasis
        ("**bold** *it* __strong__ _em_ ~~gone~~", "bold it strong em gone"),
        ("***both*** **a *b***", "both a b"),
        ("**over\ntwo lines**", "over\ntwo lines"),
        # marks that are only characters
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"),
        ("**open", "**open"),
        ("**a\n\nb**", "**a\n\nb**"),
        (r"\*literal\*", "*literal*"),
        # blocks
        ("# Title\ntext", "Title\ntext"),
        ("> quoted\n> twice", "quoted\ntwice"),
        ("a\n\n---\n\nb", "a\n\nb"),
        ("- one\n- *two*\n1. three", "- one\n- two\n1. three"),
        # code stays as it was written
        ("run `a*b*c` now", "run a*b*c now"),
        ("```py\nx = **kw\n```\nend", "x = **kw\nend"),
        # links keep their address, pictures their description
        ("see [docs](https://x.example/a_b_c)", "see docs (https://x.example/a_b_c)"),
        ("[**pay**](https://x.example)", "pay (https://x.example)"),
        ("[x.example](https://x.example)", "x.example"),
        ("<https://x.example>", "https://x.example"),
        ("**https://x.example/a_b_**", "https://x.example/a_b_"),
        ("![a cat](https://x.example/c.png)", "a cat"),
        # no address that could do harm
        ("[go](javascript:void)", "go"),
    ],
)
def test_markdown_is_stripped(markdown: str, plain: str) -> None:
    assert strip_markdown(markdown) == plain


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("nothing special", "nothing special"),
        ("<b>bold</b> and <i>it</i>", "bold and it"),
        # blocks become lines
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<DIV>a</DIV><div title='x>y'>b</div>", "a\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>end", "- a\n- b\nend"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        # white space means nothing
        ("<p>a  b\n c</p>", "a b c"),
        # entities
        ("a &amp; b &lt;i&gt; &eacute;", "a & b <i> é"),
        ("1 < 2", "1 < 2"),
        # what is not words
        ("<script>alert('<p>')</script>a<style>b {}</style><!-- c -->", "a"),
        # broken markup
        ("<b>open <i>x", "open x"),
        # links
        ("<a href='https://x.example'>here</a>", "here (https://x.example)"),
        ("<a href='https://x.example'>x.example</a>", "x.example"),
        ("<a href='tel:+331'>call</a>", "call (tel:+331)"),
        ("<a href='javascript:alert(1)'>bad</a>", "bad"),
    ],
)
def test_html_is_stripped(html: str, plain: str) -> None:
    assert strip_html(html) == plain


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "attack", ["<div>", "<p \"'", "<a href='http://x'>", "**a ", "[", "`", "_a", "![a", "\\", "> "]
)
def test_hostile_markup_is_stripped_in_little_time(attack: str) -> None:
    hostile = attack * 20_000

    assert len(strip_html(hostile)) <= 2 * len(hostile)
    assert len(strip_markdown(hostile)) <= len(hostile)

"""The pages of the documentation and the code in them.

A block of Python is preceded by a comment that says what it is: `sample: program` runs by itself
and prints what the next block of text says, `sample: django` runs inside a site, `sample: settings`
is a setting, `file: name` is a file of the site that the page builds.
"""

import re
from dataclasses import dataclass

from tests.repository import ROOT

DOCS = ROOT / "docs"
PAGES = (*sorted(DOCS.glob("*.md")), ROOT / "README.md")

_BLOCK = re.compile(
    r"(?:<!-- (?P<what>[^>]*?) -->\n)?```python\n(?P<code>.*?)```"
    r"(?:\n\n(?:[^\n]+\n\n)?```text\n(?P<output>.*?)```)?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One block of Python.

    Attributes:
        what: Its comment, '' without one.
        output: What it prints, as the page says.
    """

    page: str
    place: int
    what: str
    code: str
    output: str

    @property
    def id(self) -> str:
        """Name the block by page and place."""
        return f"{self.page}-{self.place}"


def read_page(name: str) -> str:
    """Return a page of `docs/`."""
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(what: str = "") -> list[Block]:
    """Return the blocks whose comment starts with `what`, in the order of the pages."""
    found = [
        Block(page.name, place, match["what"] or "", match["code"], match["output"] or "")
        for page in PAGES
        for place, match in enumerate(_BLOCK.finditer(page.read_text(encoding="utf-8")), 1)
    ]
    return [block for block in found if block.what.startswith(what)]


def files(page: str) -> dict[str, str]:
    """Return the files that a page builds, by name."""
    return {
        block.what.removeprefix("file: "): block.code
        for block in blocks("file: ")
        if block.page == page
    }

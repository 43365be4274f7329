"""Pages point at what is there."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES
from tests.repository import ROOT

# Where a path in a sentence may begin.
HOMES = [ROOT / home for home in ("", "rooms", "rooms/pipeline", "rooms/stores", "docs")]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)")
PATH = re.compile(r"`([\w./]+(?:\.(?:py|md|css|svg)|/))`")

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pages
def test_links_lead_somewhere(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]

    assert [link for link in targets if not (page.parent / link).exists()] == []


@pages
def test_files_that_are_named_exist(page: Path) -> None:
    named = [path for path in PATH.findall(page.read_text("utf-8")) if not is_of_a_site(path)]

    assert [path for path in named if not any((home / path).exists() for home in HOMES)] == []


def is_of_a_site(path: str) -> bool:
    """Tell whether a path is in the reader's own site, or an address."""
    return path.startswith(("/", "./", "mysite/")) or path in {
        "roomkit_hooks.py",
        "media/",
        "static/",
    }


def test_every_page_is_reached_from_the_first() -> None:
    first = (DOCS / "index.md").read_text("utf-8")

    assert {page.name for page in DOCS.glob("*.md")} - {"index.md"} <= set(LINK.findall(first))

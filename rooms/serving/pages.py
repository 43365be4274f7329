"""The pages that ``up`` names when the site is running; each app adds its own.

register_page(_("Chat"), "roomkit_channels:chat")  # in AppConfig.ready()
"""

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

_pages: dict[str, str | Promise] = {}


def register_page(label: str | Promise, url_name: str) -> None:
    """Name a page; sites that do not include its URLs are not told of it."""
    _pages[url_name] = label


def list_pages() -> Iterator[tuple[str, str]]:
    """Yield label and path of every page this site has."""
    for url_name, label in _pages.items():
        try:
            yield str(label), reverse(url_name)
        except NoReverseMatch:
            continue

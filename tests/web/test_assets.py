"""What the pages are made of: no inline code, colours from one file, nothing from elsewhere."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from tests.repository import APPS, ROOT

TOKENS = ROOT / "rooms/static/rooms/tokens.css"
VENDOR = ROOT / "rooms/static/rooms/vendor/VENDOR.toml"
HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b")

FOLDERS = [*(ROOT / app for app in APPS), ROOT]
TEMPLATES = sorted(path for folder in FOLDERS for path in folder.glob("templates/**/*.html"))
STYLES = sorted(path for folder in FOLDERS for path in folder.glob("static/**/*.css"))
SCRIPTS = sorted(path for folder in FOLDERS for path in folder.glob("static/**/*.js"))

# (text, ground, least ratio): text needs 4.5, what identifies a control 3.
PAIRS = [
    *((ink, ground, 4.5) for ink in ("ink", "ink-2", "ink-3") for ground in ("surface", "bg")),
    ("ink-3", "sunken", 4.5),
    ("ink", "sunken", 4.5),
    ("ink", "paused-tint", 4.5),
    ("ink-3", "paused-tint", 3.0),
    ("on-accent", "accent", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "accent-tint", 4.5),
    ("ai", "ai-tint", 4.5),
    ("queue", "queue-tint", 4.5),
    ("danger", "surface", 4.5),
    ("ink", "danger-tint", 4.5),
    ("edge", "surface", 3.0),
    ("edge", "bg", 3.0),
]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
@pytest.mark.parametrize(
    "forbidden",
    [
        # Styles and handlers in attributes.
        r"\sstyle\s*=",
        r"\son[a-z]+\s*=",
        # Scripts and styles in the page.
        r"<style",
        r"<script(?![^>]*\ssrc=)",
        "javascript:",
        # Anything that another site would have to deliver.
        r"(?:src|href)=[\"'](?:https?:)?//",
    ],
)
def test_template_keeps_to_the_strict_policy(path: Path, forbidden: str) -> None:
    assert not re.search(forbidden, path.read_text(), re.IGNORECASE)


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
@pytest.mark.parametrize(
    "forbidden", ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "http://", "https://"]
)
def test_script_writes_no_markup_and_fetches_nothing_from_elsewhere(
    path: Path, forbidden: str
) -> None:
    assert forbidden not in path.read_text()


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLES], ids=named)
def test_colours_are_named_in_the_token_file_only(path: Path) -> None:
    if path != TOKENS:
        text = re.sub(r"href=\"[^\"]*\"", "", path.read_text())
        assert not HEX_COLOUR.findall(text)


def read_scheme(selector: str) -> dict[str, str]:
    block = TOKENS.read_text().split(selector, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--rk-([\w-]+): (#[0-9a-f]{6});", block))


LIGHT = read_scheme(":root {")
DARK = read_scheme(':root[data-theme="dark"] {')


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_text_can_be_read_on_its_ground(
    scheme: dict[str, str], text: str, ground: str, least: float
) -> None:
    darker, lighter = sorted((luminance(scheme[text]), luminance(scheme[ground])))

    assert (lighter + 0.05) / (darker + 0.05) >= least


def test_both_ways_to_darkness_are_the_same() -> None:
    assert read_scheme(':root:not([data-theme="light"]) {') == DARK
    assert DARK.keys() == LIGHT.keys()


def test_what_is_not_ours_is_listed_with_licence_and_unchanged() -> None:
    folder = VENDOR.parent.parent
    for entry in tomllib.loads(VENDOR.read_text())["vendored"]:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (folder / entry["licence_file"]).read_text().strip()


def test_every_icon_a_page_uses_is_there() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (TOKENS.parent / "icons.svg").read_text()))
    used = {
        icon for path in TEMPLATES for icon in re.findall(r"icons \}\}#([\w-]+)", path.read_text())
    }

    assert used <= known

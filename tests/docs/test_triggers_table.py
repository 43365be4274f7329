"""The table of triggers says what the vocabulary and this release say."""

import re

from hooks.triggers import TRIGGERS, HookTrigger
from tests.docs.pages import read_page
from tests.repository import PACKAGES, ROOT

ROW = re.compile(r"^\| `([A-Z_]+)` \| ([^|]+) \| `(\w+)` \| (yes|no) \|$", re.MULTILINE)


def fired() -> set[str]:
    """Return the triggers that the apps above the engine name, their shipped tests left out."""
    sources = [
        path.read_text(encoding="utf-8")
        for package in PACKAGES
        if package != "hooks"
        for path in (ROOT / package).rglob("*.py")
        if "testing" not in path.parts
    ]
    return set(re.findall(r"HookTrigger\.([A-Z_]+)", "".join(sources)))


def blocks(trigger: HookTrigger) -> str:
    row = TRIGGERS[trigger]
    if row.fails_closed:
        return "yes, and fails closed"
    return "yes" if row.can_block else "no"


def test_every_trigger_is_told_as_it_is() -> None:
    known = fired()

    assert ROW.findall(read_page("hooks.md")) == [
        (trigger.name, blocks(trigger), row.payload, "yes" if trigger.name in known else "no")
        for trigger, row in TRIGGERS.items()
    ]

"""The signs that people put on messages.

The six old ones have names; others come as a code point and a name, as in `1f44b_wavinghand`. Those
that are not known either way are kept as they are written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from channels_app.providers.teams.wire import Activity

EMOJI = {
    "like": "👍",
    "heart": "❤️",
    "laugh": "😆",
    "surprised": "😮",
    "sad": "😢",
    "angry": "😡",
}
MAX_LENGTH = 64
LAST_CODE_POINT = 0x10FFFF

_CODE_POINT = re.compile(r"^(?P<hex>[0-9a-f]{4,6})_")


@dataclass(frozen=True)
class Sign:
    """One sign that was put on a message or taken from it."""

    action: Literal["add", "remove"]
    kind: str
    emoji: str


def read_signs(activity: Activity) -> Iterator[Sign]:
    """Yield what has changed: what was taken away comes first, since another may replace it."""
    for reaction in activity.reactions_removed or []:
        yield Sign("remove", reaction.type, emoji_of(reaction.type))
    for reaction in activity.reactions_added or []:
        yield Sign("add", reaction.type, emoji_of(reaction.type))


def emoji_of(kind: str) -> str:
    """Return the emoji of a reaction's type."""
    if kind in EMOJI:
        return EMOJI[kind]
    found = _CODE_POINT.match(kind)
    code = int(found["hex"], 16) if found else LAST_CODE_POINT + 1
    return chr(code) if code <= LAST_CODE_POINT else kind[:MAX_LENGTH]

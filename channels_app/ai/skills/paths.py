"""Which files belong to a skill: a name is never enough, only where it leads to (RFC §24.6)."""

import unicodedata
from pathlib import Path

from channels_app.ai.skills.errors import SkillFileRefused

SEPARATORS = frozenset("/\\:")
"""A colon ends the drive of an absolute path on Windows, and begins a stream there."""

LONGEST_NAME = 255


def clean_name(name: str) -> str:
    """Return a file name in its normal form (NFKC).

    Raises:
        SkillFileRefused: If it is empty or hidden, or has separators or control characters.
    """
    normal = unicodedata.normalize("NFKC", name)
    if not normal.strip() or len(normal) > LONGEST_NAME:
        raise SkillFileRefused(f"a file name has 1 to {LONGEST_NAME} characters")
    if normal.startswith(".") or SEPARATORS.intersection(normal):
        raise SkillFileRefused(f"{name!r} is no plain file name: give one without a path")
    if any(unicodedata.category(char).startswith("C") for char in normal):
        raise SkillFileRefused(f"{name!r} has characters that cannot be seen")
    return normal


def resolve_file(bundle: Path, folder: str, name: str) -> Path:
    """Return the real path of a file in one of a skill's folders, symbolic links followed.

    Raises:
        SkillFileRefused: If it is not there, or leads out of the folder or out of the bundle.
    """
    clean = clean_name(name)
    home = bundle.resolve()
    shelf = (home / folder).resolve()
    found = (shelf / clean).resolve()
    if not shelf.is_relative_to(home) or not found.is_relative_to(shelf) or not found.is_file():
        raise SkillFileRefused(f"the skill has no file {clean!r} in its {folder}")
    return found


def list_files(bundle: Path, folder: str) -> list[str]:
    """Return the names of the files that `resolve_file` gives, sorted."""
    shelf = bundle / folder
    if not shelf.is_dir():
        return []
    return sorted(path.name for path in shelf.iterdir() if _can_be_had(bundle, folder, path.name))


def _can_be_had(bundle: Path, folder: str, name: str) -> bool:
    try:
        resolve_file(bundle, folder, name)
        return clean_name(name) == name
    except SkillFileRefused:
        return False

"""Reading a SKILL.md: YAML between two lines of `---`, then Markdown."""

import re
from pathlib import Path
from typing import Any

import yaml

from channels_app.ai.skills.errors import SkillParseError, SkillValidationError
from channels_app.ai.skills.metadata import SkillMetadata
from rooms.domain.json import JsonObject

FILE_NAME = "SKILL.md"
MAX_NAME_CHARS = 64
MAX_DESCRIPTION_CHARS = 1024

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<front>.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
PLAIN_LINE = re.compile(r"(?P<key>[A-Za-z_][\w-]*):(?:[ \t]+(?P<value>.*))?")

OWN_KEYS = ("name", "description", "license", "compatibility")
GATES = ("allowed-tools", "allowed_tools")


def find_file(directory: Path) -> Path | None:
    """Return a directory's SKILL.md, in whatever case it is written; None without one."""
    exact = directory / FILE_NAME
    if exact.is_file():
        return exact
    wanted = FILE_NAME.lower()
    found = (path for path in sorted(directory.iterdir()) if path.name.lower() == wanted)
    return next((path for path in found if path.is_file()), None)


def read_metadata(file: Path) -> SkillMetadata:
    """Return what a SKILL.md says of its skill.

    Raises:
        SkillParseError: If it cannot be read.
        SkillValidationError: If something in it breaks a rule.
    """
    front, _ = _split(file)
    given = _parse(front, file)
    texts = {key: _text(given, key, file) for key in OWN_KEYS}
    _check(texts, file)
    return SkillMetadata(
        name=texts["name"],
        description=texts["description"],
        license=texts["license"] or None,
        compatibility=texts["compatibility"] or None,
        allowed_tools=_gates(given, file),
        extra_metadata={key: each for key, each in given.items() if key not in OWN_KEYS + GATES},
    )


def read_body(file: Path) -> str:
    """Return the instructions in a SKILL.md.

    Raises:
        SkillParseError: If it cannot be read.
    """
    return _split(file)[1]


def _split(file: Path) -> tuple[str, str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SkillParseError(f"{file} cannot be read as text in UTF-8: {error}") from error
    found = FRONT_MATTER.match(text)
    if found is None:
        raise SkillParseError(f"{file} does not begin with YAML between two lines of '---'")
    return found["front"], text[found.end() :].strip()


def _parse(front: str, file: Path) -> JsonObject:
    try:
        given = yaml.load(front, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but texts
    except yaml.YAMLError as error:
        return _parse_lines(front, file, error)
    if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
        raise SkillParseError(f"the front matter of {file} is no list of keys with values")
    return given


def _parse_lines(front: str, file: Path, error: yaml.YAMLError) -> JsonObject:
    """Read `key: value` lines that are no YAML, as where a description has a colon in it."""
    given: dict[str, Any] = {}
    for line in front.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = PLAIN_LINE.fullmatch(line.rstrip())
        if found is None:
            raise SkillParseError(f"the front matter of {file} is no YAML: {error}") from error
        given[found["key"]] = (found["value"] or "").strip()
    return given


def _text(given: JsonObject, key: str, file: Path) -> str:
    value = given.get(key) or ""
    if not isinstance(value, str):
        raise SkillValidationError(f"{key!r} in {file} is a {type(value).__name__}: make it text")
    return value.strip()


def _gates(given: JsonObject, file: Path) -> str | None:
    """Return the patterns of `allowed-tools`, or of `allowed_tools`, separated by commas."""
    value = next((given[key] for key in GATES if given.get(key)), None)
    entries = value if isinstance(value, list) else [value or ""]
    if not all(isinstance(entry, str) for entry in entries):
        raise SkillValidationError(f"'allowed-tools' in {file} is neither text nor a list of texts")
    return ", ".join(entry for entry in entries if entry.strip()) or None


def _check(texts: dict[str, str], file: Path) -> None:
    name, description = texts["name"], texts["description"]
    if not NAME.fullmatch(name) or len(name) > MAX_NAME_CHARS:
        raise SkillValidationError(
            f"{name!r} in {file} is no name for a skill: use at most {MAX_NAME_CHARS} lower-case "
            "letters and digits, with single hyphens between them, such as 'refund-policy'"
        )
    if name != file.parent.name:
        raise SkillValidationError(
            f"the skill {name!r} is in the directory {file.parent.name!r}: give both one name"
        )
    if not description or len(description) > MAX_DESCRIPTION_CHARS:
        raise SkillValidationError(
            f"the description in {file} has {len(description)} characters: write 1 to "
            f"{MAX_DESCRIPTION_CHARS} that say when the skill is of use"
        )

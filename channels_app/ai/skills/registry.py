"""The skills an agent may take up."""

import logging
from dataclasses import dataclass
from html import escape
from pathlib import Path

from channels_app.ai.skills.errors import SkillParseError, SkillValidationError
from channels_app.ai.skills.metadata import Skill, SkillMetadata
from channels_app.ai.skills.parsing import find_file, read_body, read_metadata

logger = logging.getLogger("roomkit.ai")


@dataclass(frozen=True)
class _Found:
    """A skill whose front matter was read."""

    metadata: SkillMetadata
    file: Path


class SkillRegistry:
    """Knows skills by name: their front matter at once, their instructions when first needed."""

    def __init__(self) -> None:
        self._found: dict[str, _Found] = {}
        self._read: dict[str, Skill] = {}

    def discover(self, *directories: str | Path, strict: bool = True) -> int:
        """Register every directory with a SKILL.md right below the ones given, in order of name.

        Args:
            directories: Where to look.
            strict: Register all skills or none; else what cannot be registered is logged and left
                out.

        Returns:
            How many skills were registered.

        Raises:
            SkillParseError: If a SKILL.md cannot be read.
            SkillValidationError: If a skill breaks a rule, two have one name, one is a link that
                leads out of its directory, or a directory does not exist.
        """
        found: dict[str, _Found] = {}
        for directory in map(Path, directories):
            for bundle in self._bundles(directory, strict=strict):
                try:
                    _add(found, _look_into(bundle, within=directory.resolve()))
                except (SkillParseError, SkillValidationError) as error:
                    if strict:
                        raise
                    _log_skip(bundle, error)
        for each in found.values():
            self._register(each)
        return len(found)

    def register(self, skill_dir: str | Path) -> SkillMetadata:
        """Register one skill; one of the same name is replaced and read anew.

        Raises:
            SkillParseError: If there is no SKILL.md, or it cannot be read.
            SkillValidationError: If the skill breaks a rule.
        """
        bundle = Path(skill_dir).absolute()
        if not bundle.is_dir() or find_file(bundle) is None:
            raise SkillParseError(f"{bundle} has no SKILL.md")
        found = _look_into(bundle, within=None)
        self._register(found)
        return found.metadata

    def get_metadata(self, name: str) -> SkillMetadata | None:
        """Return a skill's front matter, or None."""
        found = self._found.get(name)
        return None if found is None else found.metadata

    def get_skill(self, name: str) -> Skill | None:
        """Return a skill with its instructions, read once; None if there is none of this name.

        Raises:
            SkillParseError: If its SKILL.md cannot be read any more.
        """
        found = self._found.get(name)
        if found is None:
            return None
        if name not in self._read:
            self._read[name] = Skill(found.metadata, read_body(found.file), found.file.parent)
        return self._read[name]

    def all_metadata(self) -> list[SkillMetadata]:
        """Return the front matter of all skills, in the order in which they were registered."""
        return [found.metadata for found in self._found.values()]

    @property
    def skill_names(self) -> list[str]:
        """The names of all skills."""
        return list(self._found)

    @property
    def skill_count(self) -> int:
        """How many skills there are."""
        return len(self._found)

    def to_prompt_xml(self) -> str:
        """Return what a model is told of the skills, '' without any."""
        if not self._found:
            return ""
        skills = "\n".join(map(_as_xml, self.all_metadata()))
        return f"<available_skills>\n{skills}\n</available_skills>"

    def _bundles(self, directory: Path, *, strict: bool) -> list[Path]:
        """Return what may be skills in a directory, sorted by name."""
        if not directory.is_dir():
            error = SkillValidationError(f"there is no directory {directory} to find skills in")
            if strict:
                raise error
            _log_skip(directory, error)
            return []
        return [path for path in sorted(directory.iterdir()) if path.is_dir() and find_file(path)]

    def _register(self, found: _Found) -> None:
        self._found[found.metadata.name] = found
        self._read.pop(found.metadata.name, None)


def _look_into(bundle: Path, *, within: Path | None) -> _Found:
    """Read a skill's front matter; neither it nor its SKILL.md may be a link to the outside."""
    home = bundle.resolve()
    if within is not None and not home.is_relative_to(within):
        raise SkillValidationError(f"{bundle} is a link that leads out of {within}")
    file = find_file(bundle)
    if file is None or not file.resolve().is_relative_to(home):
        raise SkillValidationError(f"the SKILL.md of {bundle} leads out of it")
    return _Found(read_metadata(file), file)


def _add(found: dict[str, _Found], skill: _Found) -> None:
    name = skill.metadata.name
    if name in found:
        raise SkillValidationError(
            f"two skills are called {name!r}: {found[name].file} and {skill.file}"
        )
    found[name] = skill


def _log_skip(path: Path, error: Exception) -> None:
    logger.warning("a skill is left out", extra={"path": str(path), "error": str(error)})


def _as_xml(metadata: SkillMetadata) -> str:
    parts = {
        "description": metadata.description,
        "license": metadata.license,
        "compatibility": metadata.compatibility,
    }
    inside = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in parts.items() if text)
    return f'<skill name="{escape(metadata.name)}">{inside}</skill>'

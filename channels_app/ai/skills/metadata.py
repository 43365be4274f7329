"""A skill: what is known of it before it is activated, and what is told then."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import field_validator

from channels_app.ai.skills.errors import SkillFileRefused
from channels_app.ai.skills.paths import list_files, resolve_file
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject

SCRIPTS = "scripts"
REFERENCES = "references"


class SkillMetadata(Frozen):
    """The front matter of a SKILL.md.

    Attributes:
        allowed_tools: Names of tools or patterns (`*`, `?`), separated by commas or spaces; a list
            is accepted too. They are kept back until the skill is activated.
        extra_metadata: Every other key: texts, lists and mappings as they are written.
    """

    name: str
    description: str
    license: str | None = None
    compatibility: str | None = None
    allowed_tools: str | None = None
    extra_metadata: JsonObject = {}

    @field_validator("allowed_tools", mode="before")
    @classmethod
    def _join_list(cls, value: object) -> object:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    @property
    def gated_tool_names(self) -> list[str]:
        """The patterns of the tools that are kept back until the skill is activated."""
        text = self.allowed_tools or ""
        words = text.split(",") if "," in text else text.split()
        return [word.strip() for word in words if word.strip()]


@dataclass(frozen=True)
class Skill:
    """A skill with its instructions.

    Attributes:
        instructions: The body of its SKILL.md, in Markdown.
        path: Its directory.
    """

    metadata: SkillMetadata
    instructions: str
    path: Path

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name

    @property
    def description(self) -> str:
        """When it is of use."""
        return self.metadata.description

    @property
    def has_scripts(self) -> bool:
        """Whether there is a script."""
        return bool(self.list_scripts())

    @property
    def has_references(self) -> bool:
        """Whether there is a reference."""
        return bool(self.list_references())

    def list_scripts(self) -> list[str]:
        """Return the names of its scripts, sorted."""
        return list_files(self.path, SCRIPTS)

    def list_references(self) -> list[str]:
        """Return the names of its references, sorted."""
        return list_files(self.path, REFERENCES)

    def read_reference(self, filename: str) -> str:
        """Return a reference's text.

        Raises:
            SkillFileRefused: If the skill has no such reference, or it is not text in UTF-8.
        """
        path = resolve_file(self.path, REFERENCES, filename)
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise SkillFileRefused(f"the reference {filename!r} is no text") from error

    def script_path(self, script_name: str) -> Path:
        """Return the real path of a script.

        Raises:
            SkillFileRefused: If the skill has no such script.
        """
        return resolve_file(self.path, SCRIPTS, script_name)

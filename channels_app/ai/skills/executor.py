"""The contract of whoever runs the scripts of skills."""

from abc import ABC, abstractmethod

from pydantic import BaseModel

from channels_app.ai.skills.metadata import Skill
from rooms.domain.json import JsonObject


class ScriptResult(BaseModel):
    """What came of a script; `metadata` is for whoever reads logs, and told to the model too."""

    exit_code: int
    stdout: str = ""
    stderr: str = ""
    success: bool = True
    metadata: JsonObject = {}


class ScriptExecutor(ABC):
    """Runs scripts; which ones, where and with what rights is its own policy."""

    @abstractmethod
    async def execute(
        self, skill: Skill, script_name: str, arguments: dict[str, str] | None = None
    ) -> ScriptResult:
        """Run a script of a skill; `skill.script_path(script_name)` is its real path.

        The name was checked before: the skill has a script of this name.

        Raises:
            ScriptRefused: If it is not run; the model reads why.
        """

    async def close(self) -> None:
        """Free what is held; calling it twice does no harm."""

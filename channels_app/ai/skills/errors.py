"""What can be wrong with a skill."""


class SkillParseError(ValueError):
    """A SKILL.md cannot be read."""


class SkillValidationError(ValueError):
    """A skill can be read and breaks a rule."""


class SkillFileRefused(SkillValidationError):
    """A file that was asked for is none of the skill's; the text may be told to a model."""


class ScriptRefused(Exception):
    """A script is not run here; the text may be told to a model."""

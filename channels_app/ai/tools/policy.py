"""Which tools a model may see and use, by name and by the role of whoever asks."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict


class RoleOverride(BaseModel):
    """What is different for participants of a role.

    Attributes:
        allow: Patterns as in `ToolPolicy`.
        deny: Patterns as in `ToolPolicy`.
        mode: `restrict` only takes away: a name must pass the policy and this. `replace` is used in
            the place of the policy; with two empty lists it allows everything.
    """

    model_config = ConfigDict(extra="forbid")

    allow: list[str] = []
    deny: list[str] = []
    mode: Literal["restrict", "replace"] = "restrict"


class ToolPolicy(BaseModel):
    """Which tool names are allowed.

    Patterns know `*`, `?` and `[abc]`, and tell upper from lower case. A name that matches a
    denied pattern is refused whatever allows it. An empty policy allows everything; a key it does
    not know is an error, because a misspelt `deny` would allow what it was to forbid.

    Attributes:
        allow: If there are any, a name must match one of these.
        deny: No name that matches one of these is allowed.
        role_overrides: What is different for participants of a role.
        within: More lists like `allow`: a name must match each of them. `resolve` fills them,
            because no list of patterns says "in this list and in that one".
    """

    model_config = ConfigDict(extra="forbid")

    allow: list[str] = []
    deny: list[str] = []
    role_overrides: dict[str, RoleOverride] = {}
    within: list[list[str]] = []

    def resolve(self, role: str | None = None) -> "ToolPolicy":
        """Return the policy for a role, without overrides; no or an unknown role has the base."""
        override = self.role_overrides.get(role) if role is not None else None
        if override is None:
            return self.model_copy(update={"role_overrides": {}})
        if override.mode == "replace":
            return ToolPolicy(allow=override.allow, deny=override.deny)
        return self._restricted_by(override)

    def is_allowed(self, tool_name: str) -> bool:
        """Return whether a tool of this name may be used; overrides count only once resolved."""
        if _matches(tool_name, self.deny):
            return False
        return all(_matches(tool_name, names) for names in [self.allow, *self.within] if names)

    def as_filter(self) -> Callable[[str], bool]:
        """Return `is_allowed`, for `filter` and the like."""
        return self.is_allowed

    def _restricted_by(self, override: RoleOverride) -> "ToolPolicy":
        lists = [names for names in (self.allow, *self.within, override.allow) if names]
        return ToolPolicy(
            allow=lists[0] if lists else [],
            deny=list(dict.fromkeys([*self.deny, *override.deny])),
            within=lists[1:],
        )


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)

"""Hooks: the engine that runs other people's code at well-defined points of a conversation.

The names below are imported when they are first touched, so that `import hooks` works
before Django is set up.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hooks.decorators import hook as hook
    from hooks.engine import HookEngine as HookEngine
    from hooks.registration import HookRegistration as HookRegistration
    from hooks.results import HookResult as HookResult
    from hooks.results import InjectedEvent as InjectedEvent
    from hooks.results import Observation as Observation
    from hooks.results import Task as Task
    from hooks.results import TaskStatus as TaskStatus
    from hooks.triggers import HookExecution as HookExecution
    from hooks.triggers import HookTrigger as HookTrigger

__all__ = [
    "HookEngine",
    "HookExecution",
    "HookRegistration",
    "HookResult",
    "HookTrigger",
    "InjectedEvent",
    "Observation",
    "Task",
    "TaskStatus",
    "hook",
]

_DEFINED_IN = {
    "HookEngine": "hooks.engine",
    "HookExecution": "hooks.triggers",
    "HookRegistration": "hooks.registration",
    "HookResult": "hooks.results",
    "HookTrigger": "hooks.triggers",
    "InjectedEvent": "hooks.results",
    "Observation": "hooks.results",
    "Task": "hooks.results",
    "TaskStatus": "hooks.results",
    "hook": "hooks.decorators",
}

# Hidden from type checkers, which would otherwise accept every misspelt import.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name on first use."""
        if name not in _DEFINED_IN:
            raise AttributeError(f"module 'hooks' has no attribute {name!r}")
        value = getattr(import_module(_DEFINED_IN[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})

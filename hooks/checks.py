"""System checks of the hooks app."""

from collections import defaultdict
from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning

from hooks.discovery import discovered_hooks
from hooks.registration import HookRegistration
from hooks.triggers import HookTrigger, canonical


def check_distinct_hooks(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Warn of declared hooks that share trigger, name and priority.

    Logs, `blocked_by` and the record could not tell them apart, and the order in which
    they run would hang on the order of the installed apps.
    """
    alike: dict[tuple[HookTrigger, str, int], list[HookRegistration]] = defaultdict(list)
    for hook in discovered_hooks():
        alike[canonical(hook.trigger), hook.name, hook.priority].append(hook)
    return [_warning(same) for same in alike.values() if len(same) > 1]


def _warning(same: Sequence[HookRegistration]) -> CheckMessage:
    first = same[0]
    modules = ", ".join(sorted(getattr(hook.fn, "__module__", "?") for hook in same))
    return Warning(
        f"{len(same)} hooks on {first.trigger} are called {first.name!r} and have "
        f"priority {first.priority} (in {modules}).",
        hint="Give each a `name` of its own, or a priority that says which one runs first.",
        id="roomkit_hooks.W016",
    )

"""Find the hooks that the site's apps declare in their `roomkit_hooks.py`."""

from django.utils.module_loading import autodiscover_modules

from hooks.decorators import discovered
from hooks.registration import HookFn, HookRegistration
from hooks.triggers import HookTrigger, canonical

MODULE_NAME = "roomkit_hooks"


def autodiscover() -> None:
    """Import `roomkit_hooks` of every installed app that has one.

    Call it when hooks are first needed, not while apps are still getting ready: these
    modules may import models of any app.
    """
    autodiscover_modules(MODULE_NAME)


def discovered_hooks() -> list[HookRegistration]:
    """Return the site's declared hooks, each function once per trigger."""
    autodiscover()
    unique: dict[tuple[HookTrigger, HookFn], HookRegistration] = {}
    for found in discovered():
        unique.setdefault((canonical(found.trigger), found.fn), found)
    return list(unique.values())

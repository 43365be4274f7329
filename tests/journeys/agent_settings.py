"""The project's own settings, with the agents of `agent_site`."""

from roomkit_project.settings import *  # noqa: F403 - the processes run on the real settings
from roomkit_project.settings import ROOMKIT

_BUILD_AGENT = "tests.journeys.agent_site.build_agent"

ROOMKIT = {
    **ROOMKIT,
    "CHANNELS": {
        "web-chat": {"FACTORY": "channels_app.WebSocketChannel"},
        "assistant": {"FACTORY": _BUILD_AGENT},
        # People have three seconds to decide.
        "hasty": {"FACTORY": _BUILD_AGENT, "OPTIONS": {"approval_timeout_s": 3.0}},
    },
}

# Hashing that takes long on purpose only slows the start.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

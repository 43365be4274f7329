"""The project's own settings, with the agent of `agent_site`."""

from roomkit_project.settings import *  # noqa: F403 - the processes run on the real settings
from roomkit_project.settings import ROOMKIT

ROOMKIT = {
    **ROOMKIT,
    "CHANNELS": {
        "web-chat": {"FACTORY": "channels_app.WebSocketChannel"},
        "sms": {"FACTORY": "tests.faults.agent_site.build_sms"},
        "assistant": {"FACTORY": "tests.faults.agent_site.build_agent"},
    },
}

# Hashing that takes long on purpose only slows the start.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

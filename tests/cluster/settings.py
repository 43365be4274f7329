"""The project's own settings, with channels whose vendors are the tests' fake server.

``CLUSTER_PROVIDER_URL`` says where that server listens.
"""

import os
from typing import Any

from roomkit_project.settings import *  # noqa: F403 - a cluster runs on the real settings
from roomkit_project.settings import INSTALLED_APPS, ROOMKIT

PROVIDER_URL = os.environ["CLUSTER_PROVIDER_URL"]


def _sms(channel_id: str, *, keyed: bool) -> dict[str, Any]:
    provider = {
        "FACTORY": f"tests.cluster.providers.{'KeyedSMS' if keyed else 'FakeSMS'}",
        "url": PROVIDER_URL,
        "channel_id": channel_id,
    }
    options = {"provider": provider, "from_number": "+15550100000"}
    return {"FACTORY": "channels_app.SMSChannel", "OPTIONS": options}


# Brings the hook of tests/cluster/roomkit_hooks.py.
INSTALLED_APPS = [*INSTALLED_APPS, "tests.cluster"]

ROOMKIT = {
    **ROOMKIT,
    "CHANNELS": {
        "web-chat": {"FACTORY": "channels_app.WebSocketChannel"},
        "sms-plain": _sms("sms-plain", keyed=False),
        "sms-keyed": _sms("sms-keyed", keyed=True),
        # For tests that break their vendor or use up its rate.
        "sms-broken": _sms("sms-broken", keyed=False),
        "sms-limited": _sms("sms-limited", keyed=False),
        "assistant": {
            "FACTORY": "channels_app.AIChannel",
            "OPTIONS": {
                "provider": {"FACTORY": "tests.cluster.providers.FakeModel", "url": PROVIDER_URL}
            },
        },
    },
}

# Hashing that takes long on purpose only slows the start.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

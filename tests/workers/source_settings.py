"""The project's own settings, with a source that reads the tests' feed.

``FEED_URL`` says where that is.
"""

import os

from roomkit_project.settings import *  # noqa: F403 - the workers run on the real settings
from roomkit_project.settings import ROOMKIT

ROOMKIT = {
    **ROOMKIT,
    "CHANNELS": {"feed": {"FACTORY": "channels_app.WebSocketChannel"}},
    "SOURCES": {
        "feed": {
            "FACTORY": "channels_app.SSESource",
            "OPTIONS": {"url": os.environ["FEED_URL"], "allow_private": True},
        }
    },
}

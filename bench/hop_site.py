"""Settings of the site whose web process and Celery worker the hop is measured between.

``ROOMKIT_BENCH_CALLS`` names the Redis list that tells of calls.
"""

from roomkit_project.settings import *  # noqa: F403 - the site as it is, but for its channels
from roomkit_project.settings import ROOMKIT

ROOMKIT = {
    **ROOMKIT,
    "CHANNELS": {
        "visitor-ws": {"FACTORY": "channels_app.WebSocketChannel"},
        "outlet": {
            "FACTORY": "channels_app.SMSChannel",
            "OPTIONS": {
                "provider": {"FACTORY": "bench.hop_far.Outlet"},
                "from_number": "+15550100000",
            },
        },
    },
}
CELERY_IMPORTS = ["bench.hop_far"]

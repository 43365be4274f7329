"""Settings of the site that takes webhooks: text messages by Twilio, and an assistant who answers.

``ROOMKIT_BENCH_TWILIO`` says where the vendor listens.
"""

import os

from channels_app.testing.fakes.twilio_answers import ACCOUNT_SID, AUTH_TOKEN, NUMBER
from roomkit_project.settings import *  # noqa: F403 - the site as it is, but for its channels
from roomkit_project.settings import INSTALLED_APPS, ROOMKIT

# Brings the hook of bench/roomkit_hooks.py.
INSTALLED_APPS = [*INSTALLED_APPS, "bench"]
ROOT_URLCONF = "bench.webhook_urls"

ROOMKIT = {
    **ROOMKIT,
    "CHANNELS": {
        "texts": {
            "FACTORY": "channels_app.SMSChannel",
            "OPTIONS": {
                "provider": {
                    "FACTORY": "channels_app.TwilioSMSProvider",
                    "config": {
                        "FACTORY": "channels_app.TwilioConfig",
                        "account_sid": ACCOUNT_SID,
                        "auth_token": AUTH_TOKEN,
                        "from_number": NUMBER,
                        "base_url": os.environ["ROOMKIT_BENCH_TWILIO"],
                    },
                },
            },
        },
        "assistant": {
            "FACTORY": "channels_app.AIChannel",
            "OPTIONS": {
                "provider": {"FACTORY": "channels_app.DemoShopProvider", "word_delay_s": 0.0}
            },
        },
    },
}

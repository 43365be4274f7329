"""The site's Celery: a pool of workers and an alarm clock, never the only record of any work.

celery -A roomkit_project worker --pool threads -Q deliver,ai,default
"""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roomkit_project.settings")

app = Celery("roomkit_project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect  # type: ignore[untyped-decorator]  # Celery ships no types
def keep_logging(**_: Any) -> None:
    """Leave logging as ``LOGGING`` says: Celery sets up its own only where nobody answers.

    Of Celery's own words only those on its start and its end are worth a line; each task is not.
    """
    logging.getLogger("celery.apps.worker").setLevel(logging.INFO)

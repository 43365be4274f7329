"""The project that composes the four apps into one site."""

import os

# Tasks bind to the Celery application that exists when they are first sent. Without Celery as
# dispatcher nothing needs the package.
if os.environ.get("ROOMKIT_DISPATCHER") == "celery":
    from roomkit_project.celery import app as celery_app

    __all__ = ["celery_app"]

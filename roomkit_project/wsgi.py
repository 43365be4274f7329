"""The site as a WSGI application: pages and REST only, no WebSockets."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roomkit_project.settings")

application = get_wsgi_application()

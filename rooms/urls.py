"""The addresses that rooms bring along: ``include("rooms.urls")``."""

from django.urls import path

from rooms.downloads import media
from rooms.health import healthz, readyz

app_name = "roomkit_rooms"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("media/<str:file_id>/<str:filename>", media, name="media"),
]

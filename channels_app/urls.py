"""The addresses that the channels bring along: ``include("channels_app.urls")``."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "roomkit_channels"

urlpatterns: list[URLPattern | URLResolver] = [
    path("chat/", include("channels_app.chat.urls")),
    path("webhooks/", include("channels_app.webhooks.urls")),
]

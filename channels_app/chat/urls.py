"""The addresses of the chat page, to be included under a path of the site's choice."""

from django.urls import URLPattern, URLResolver, path

from channels_app.chat.api import api
from channels_app.chat.views import chat

urlpatterns: list[URLPattern | URLResolver] = [
    path("", chat, name="chat"),
    path("api/", api.urls),
]

"""Where vendors post to; their status callbacks may come to an address of their own."""

from django.urls import path

from channels_app.webhooks.views import webhook

app_name = "roomkit_webhooks"

ADDRESS = "<slug:channel_type>/<slug:provider>/<str:channel_id>"

urlpatterns = [
    path(ADDRESS, webhook, name="webhook"),
    path(f"{ADDRESS}/status", webhook, name="status"),
]

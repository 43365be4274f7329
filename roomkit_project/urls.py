"""The addresses of the site."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from roomkit_project.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    # --- the apps
    path("", include("rooms.urls")),
    path("", include("channels_app.urls")),
    # --- the project's own pages
    path("", home, name="home"),
    path("admin/", admin.site.urls),
]

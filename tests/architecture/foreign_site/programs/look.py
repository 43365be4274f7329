"""Open every page that the apps add to the site's admin, and print the answers as JSON."""

import json

import django
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse

django.setup()
setup_test_environment()

PREFIX = "roomkit_"


def statuses(client: Client, model: type[Model]) -> dict[str, int]:
    """Return the HTTP status of a model's list, of its form, and of the page of a row."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pages = {"list": reverse(f"{name}_changelist"), "add": reverse(f"{name}_add")}
    row = model._default_manager.first()
    if row is not None:
        pages["change"] = reverse(f"{name}_change", args=[row.pk])
    return {page: client.get(url).status_code for page, url in pages.items()}


people = get_user_model()._default_manager
user, _ = people.get_or_create(email="boss@hotel.example", is_staff=True, is_superuser=True)
client = Client()
client.force_login(user)
ours = [model for model in admin.site._registry if model._meta.app_label.startswith(PREFIX)]
print(json.dumps({model._meta.model_name: statuses(client, model) for model in ours}))

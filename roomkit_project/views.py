"""The project's own pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

HOME = "home.html"


async def home(request: HttpRequest) -> HttpResponse:
    """Explain the site and lead on; an installed package has no such page and shows the chat."""
    try:
        get_template(HOME)
    except TemplateDoesNotExist:
        return redirect("roomkit_channels:chat")
    return render(request, HOME)

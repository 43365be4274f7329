"""The addresses of the site, and the yardstick: a view that inserts one row."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bench.webhook_rows import ROWS


@csrf_exempt
@require_POST
def insert_row(request: HttpRequest) -> HttpResponse:
    """Keep a body."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {ROWS} (body) VALUES (%s)", [request.body])  # noqa: S608
    return HttpResponse(status=204)


urlpatterns = [
    path("bench/row", insert_row),
    path("", include("roomkit_project.urls")),
]

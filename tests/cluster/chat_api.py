"""The chat over plain HTTP, as a client of a cluster."""

import httpx

from tests.cluster.cluster import Cluster
from tests.cluster.customer import COOKIE

CSRF_TOKEN = "c" * 32
PROBLEM = "application/problem+json"
ANSWERS_WITHIN_S = 40.0


def post_message(cluster: Cluster, web: str, room: str, client_id: str) -> httpx.Response:
    """Say the client id in a room, once."""
    return httpx.post(
        f"{cluster.url(web)}/chat/api/rooms/{room}/messages",
        json={"id": client_id, "body": client_id},
        cookies={COOKIE: cluster.cookies[room], "csrftoken": CSRF_TOKEN},
        headers={"X-CSRFToken": CSRF_TOKEN},
        timeout=ANSWERS_WITHIN_S,
    )

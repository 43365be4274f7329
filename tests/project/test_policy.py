import pytest
from django.test import Client

from roomkit_project.policy import websocket_sources


def test_every_page_is_sent_with_a_policy_that_allows_nothing_inline(client: Client) -> None:
    policy = client.get("/admin/login/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "object-src 'none'" in policy


@pytest.mark.parametrize(
    ("host", "sources"),
    [
        ("localhost", ["ws://localhost:*"]),
        ("chat.example.com", ["wss://chat.example.com"]),
        (".example.com", ["wss://*.example.com"]),  # Django's spelling of every subdomain
        ("*", []),  # any host: a source for that would allow the whole world
        ("[::1]", []),  # a policy cannot name an IPv6 address
    ],
)
def test_sockets_go_to_our_own_hosts_only(host: str, sources: list[str]) -> None:
    assert websocket_sources([host]) == sources

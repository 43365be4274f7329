"""The suite's own promises: no network, and no silently missing service."""

import socket

import pytest

from tests.plugins.network import NetworkBlockedError, is_local
from tests.repository import ROOT

pytest_plugins = ["pytester"]

NEEDS_REDIS = """
    import pytest

    @pytest.mark.redis
    def test_that_needs_redis():
        pass

    def test_that_needs_nothing():
        pass
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite of one test with and one without a service, where that service is missing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed_port = server.getsockname()[1]
    monkeypatch.setenv("ROOMKIT_TEST_REDIS_URL", f"redis://127.0.0.1:{closed_port}")
    monkeypatch.delenv("CI", raising=False)
    # Some distributions install a package of the name `tests`.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(NEEDS_REDIS)
    return pytester


def run(suite: pytest.Pytester) -> pytest.RunResult:
    return suite.runpytest_subprocess("-p", "tests.plugins.services", "-p", "no:django")


def test_missing_service_skips_its_tests_and_is_listed_at_the_end(suite: pytest.Pytester) -> None:
    result = run(suite)

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*not run: services are missing*",
            "redis does not answer: *",
            "  *::test_that_needs_redis",
        ]
    )


def test_missing_service_fails_the_run_in_ci(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")

    result = run(suite)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*CI is set, so no service may be missing*"])


def test_missing_service_that_no_chosen_test_needs_does_not_matter_in_ci(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    suite.makepyfile("def test_that_needs_nothing(): pass")

    result = run(suite)

    result.assert_outcomes(passed=1)


def test_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as client, pytest.raises(NetworkBlockedError, match=r"192\.0\.2\.1"):
        client.connect(("192.0.2.1", 80))


def test_datagram_to_another_machine_is_refused() -> None:
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    with datagrams, pytest.raises(NetworkBlockedError):
        datagrams.sendto(b"ping", ("192.0.2.1", 53))


def test_name_of_another_machine_is_not_looked_up() -> None:
    with pytest.raises(NetworkBlockedError, match="example"):
        socket.getaddrinfo("api.example", 443)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())

        assert client.getpeername() == server.getsockname()
    client.close()


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),  # the whole range is loopback
        ("::1", True),
        ("localhost", True),
        (b"localhost", True),  # asyncio hands bytes over
        (None, True),  # every address of this machine
        ("10.0.0.1", False),  # private, but another machine
        ("localhost.example", False),
    ],
)
def test_only_loopback_counts_as_local(host: str | bytes | None, *, local: bool) -> None:
    assert is_local(host) is local

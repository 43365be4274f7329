"""Requests to addresses that strangers gave us never end in our own network."""

import ssl
from collections.abc import Iterator, Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels_app.providers.base.guarded_http import (
    ForbiddenHostError,
    GuardedTransport,
    Resolve,
    is_public,
)
from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.testing.fakes.server import FakeVendor, Request, Response
from rooms.domain.delivery import SendOutcome
from rooms.domain.frozen import utc_now

PUBLIC = "93.184.215.14"
NAME = "hooks.example.org"


class Site(FakeVendor):
    """Answers anything with where it was called."""

    def answer(self, request: Request) -> Response:
        return Response(200, {"host": request.headers["host"], "path": request.path})


@pytest.fixture
def site() -> Iterator[Site]:
    with Site().serving() as site:
        yield site


def resolver(*answers: Sequence[str]) -> Resolve:
    """Answer each look-up with the next list, the last one for ever."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def port_of(site: Site) -> int:
    return httpx.URL(site.url).port or 0


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",  # noqa: S104
        "169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1", "2002:7f00:1::1", "2001:db8::1", "localhost", "",
        "192.0.0.192", "168.63.129.16",
    ],
)  # fmt: skip
def test_an_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.1", "[::1]", "localhost"]
)
async def test_no_spelling_of_this_machine_is_reached(site: Site, host: str) -> None:
    async with httpx.AsyncClient(transport=GuardedTransport(allow_http=True)) as client:
        with pytest.raises(ForbiddenHostError, match="not a public host"):
            await client.get(f"http://{host}:{port_of(site)}/secret")

    assert site.requests == []


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["::1", PUBLIC]])
async def test_a_name_with_a_private_address_is_not_reached(
    site: Site, addresses: list[str]
) -> None:
    transport = GuardedTransport(allow_http=True, resolve=resolver(addresses))
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(ForbiddenHostError, match=NAME):
            await client.get(f"http://{NAME}:{port_of(site)}/")

    assert site.requests == []


async def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name that answers differently the second time is only asked once."""
    reached: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        reached.append(request)
        return httpx.Response(200)

    transport = GuardedTransport(
        resolve=resolver([PUBLIC], ["127.0.0.1"]),
        make_transport=lambda: httpx.MockTransport(take),
    )
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get(f"https://{NAME}/a?b=c")
        with pytest.raises(ForbiddenHostError):
            await client.get(f"https://{NAME}/a?b=c")

    assert [str(request.url) for request in reached] == [f"https://{PUBLIC}/a?b=c"]
    assert reached[0].headers["host"] == NAME
    assert reached[0].extensions["sni_hostname"] == NAME


async def test_a_redirect_into_our_network_is_not_followed_there(site: Site) -> None:
    def take(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": f"http://127.0.0.1:{port_of(site)}/"})

    transport = GuardedTransport(
        allow_http=True,
        resolve=resolver([PUBLIC]),
        make_transport=lambda: httpx.MockTransport(take),
    )
    async with httpx.AsyncClient(transport=transport, follow_redirects=True) as client:
        with pytest.raises(ForbiddenHostError):
            await client.get(f"http://{NAME}/")

    assert site.requests == []


@pytest.mark.parametrize("url", ["http://hooks.example.org/", "ftp://hooks.example.org/"])
async def test_only_https_is_spoken(url: str) -> None:
    async with httpx.AsyncClient(transport=GuardedTransport()) as client:
        with pytest.raises(httpx.UnsupportedProtocol):
            await client.get(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", NAME])
async def test_the_own_network_can_be_allowed(site: Site, host: str) -> None:
    transport = GuardedTransport(
        allow_private=True, allow_http=True, resolve=resolver(["127.0.0.1"])
    )
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.get(f"http://{host}:{port_of(site)}/a")

    assert answer.json() == {"host": f"{host}:{port_of(site)}", "path": "/a"}


async def test_an_address_that_takes_no_connection_gives_way_to_the_next(site: Site) -> None:
    transport = GuardedTransport(
        allow_private=True, allow_http=True, resolve=resolver(["127.0.0.2", "127.0.0.1"])
    )
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.post(f"http://{NAME}:{port_of(site)}/a", content=b"once")

    assert answer.status_code == 200
    assert [request.body for request in site.requests] == [b"once"]


async def test_an_unknown_name_is_a_failed_connection() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    async with httpx.AsyncClient(transport=GuardedTransport(resolve=resolve)) as client:
        with pytest.raises(httpx.ConnectError, match="unknown"):
            await client.get(f"https://{NAME}/")


async def test_a_look_up_that_never_ends_is_a_timeout() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise TimeoutError

    async with httpx.AsyncClient(transport=GuardedTransport(resolve=resolve)) as client:
        with pytest.raises(httpx.ConnectTimeout):
            await client.get(f"https://{NAME}/")


async def test_a_forbidden_host_is_a_rejected_send_and_an_unknown_one_may_be_tried_again() -> None:
    outcomes = []
    for addresses in (["10.0.0.1"], []):
        transport = GuardedTransport(resolve=resolver(addresses))
        async with VendorClient("Webhook", timeout=5, transport=transport) as client:
            with pytest.raises(SendProblem) as problem:
                await client.request("POST", f"https://{NAME}/?token=secret")
        outcomes.append(problem.value.result.outcome)
        assert "secret" not in str(problem.value)

    assert outcomes == [SendOutcome.REJECTED, SendOutcome.TRANSIENT]


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for NAME and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    path.write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def encrypted_port(certificate: Path) -> Iterator[int]:
    server = ThreadingHTTPServer((str(IPv4Address("127.0.0.1")), 0), Page)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


async def test_the_certificate_must_be_that_of_the_name(
    encrypted_port: int, certificate: Path
) -> None:
    """Also when a connection to the same address is open already, for another name."""
    trusted = ssl.create_default_context(cafile=str(certificate))
    transport = GuardedTransport(
        allow_private=True,
        resolve=resolver(["127.0.0.1"]),
        make_transport=lambda: httpx.AsyncHTTPTransport(verify=trusted),
    )
    async with httpx.AsyncClient(transport=transport) as client:
        answer = await client.get(f"https://{NAME}:{encrypted_port}/")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(f"https://other.example.org:{encrypted_port}/")

    assert answer.status_code == 204

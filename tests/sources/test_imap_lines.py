"""The line to a mail server: encrypted, proved, and what is told when it cannot be made."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels_app.testing.fakes.imap import FakeMailServer
from rooms import ChannelType, RoomKit
from rooms.testing.rig import Recorder
from tests.certificates import Certificate, make_certificate
from tests.kit_fixtures import MakeKit
from tests.providers.mail.samples import CHANNEL
from tests.sources.feeds import until_said
from tests.sources.mailboxes import mail, source_of, until_waiting
from tests.steps import watch


@pytest.fixture
def kit(make_kit: MakeKit) -> RoomKit:
    made = make_kit()
    made.register_channel(Recorder(CHANNEL, channel_type=ChannelType.EMAIL))
    return made


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
async def encrypted(certificate: Certificate) -> AsyncIterator[FakeMailServer]:
    async with FakeMailServer().serving(tls=certificate.context) as serving:
        yield serving


@pytest.fixture
async def encrypting(certificate: Certificate) -> AsyncIterator[FakeMailServer]:
    async with FakeMailServer().serving() as serving:
        serving.starttls = certificate.context
        yield serving


async def why_not(kit: RoomKit, server: FakeMailServer, **config: object) -> str:
    """Return what is told of a source that cannot be connected."""
    news = watch(kit, "source_error")
    await kit.attach_source(CHANNEL, source_of(server, **config), auto_restart=False)
    [event] = await news.until(1)
    return str(event.data["error"])


async def test_a_mailbox_is_read_over_an_encrypted_line(
    kit: RoomKit, encrypted: FakeMailServer, certificate: Certificate
) -> None:
    source = source_of(encrypted, tls="implicit", ca_file=str(certificate.chain))
    await kit.attach_source(CHANNEL, source)
    await until_waiting(encrypted)

    encrypted.deposit(mail("hello"))

    await until_said(kit, "hello")


async def test_a_line_is_encrypted_by_starttls(
    kit: RoomKit, encrypting: FakeMailServer, certificate: Certificate
) -> None:
    source = source_of(encrypting, tls="starttls", ca_file=str(certificate.chain))
    await kit.attach_source(CHANNEL, source)
    await until_waiting(encrypting)

    encrypting.deposit(mail("hello"))

    await until_said(kit, "hello")


async def test_a_server_that_nobody_vouches_for_gets_no_password(
    kit: RoomKit, encrypted: FakeMailServer
) -> None:
    told = await why_not(kit, encrypted, tls="implicit")

    assert "certificate verify failed" in told
    assert encrypted.commands == []


async def test_a_server_that_cannot_encrypt_gets_no_password(kit: RoomKit) -> None:
    async with FakeMailServer().serving() as server:
        told = await why_not(kit, server, tls="starttls")

    assert "STARTTLS" in told
    assert "LOGIN" not in server.commands


async def test_a_server_that_is_not_there_is_told_of(kit: RoomKit) -> None:
    async with FakeMailServer().serving() as server:
        source = source_of(server)
    news = watch(kit, "source_error")

    await kit.attach_source(CHANNEL, source, auto_restart=False)

    [event] = await news.until(1)
    assert "Connect call failed" in event.data["error"] or "refused" in event.data["error"]

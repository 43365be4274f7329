"""What a mail server says of us, before a mail is begun."""

from typing import Any

import pytest

from tests.providers.checking import failure_of, field_of, words_of
from tests.providers.smtp.sending import make_provider
from tests.providers.smtp.server import Inbox, serving

LOGIN = {"username": "user", "password": "secret"}


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


async def test_a_server_that_takes_us_gets_no_mail(inbox: Inbox) -> None:
    with serving(inbox, login=True) as port:
        assert await failure_of(make_provider(port, **LOGIN)) is None

    assert inbox.sent == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (LOGIN | {"password": "made-up"}, "password"),
        # the server wants a login before it hears of a sender
        ({}, "username"),
        (LOGIN | {"tls": "starttls"}, "tls"),
    ],
)
async def test_what_is_wrong_is_named(inbox: Inbox, given: dict[str, Any], field: str) -> None:
    with serving(inbox, login=True) as port:
        assert await field_of(make_provider(port, **given)) == field


async def test_a_sender_that_is_not_ours_is_named(inbox: Inbox) -> None:
    inbox.on_sender = "553 5.7.1 Sender address rejected: not owned by user"
    with serving(inbox) as port:
        assert await field_of(make_provider(port)) == "from_email"


@pytest.mark.parametrize("answer", ["421 4.3.0 Try again later", "450 4.2.0 Greylisted"])
async def test_a_server_that_is_busy_says_nothing_of_us(inbox: Inbox, answer: str) -> None:
    inbox.on_sender = answer
    with serving(inbox) as port:
        assert "try again later" in await words_of(make_provider(port))


async def test_a_server_that_is_not_there_is_named_with_its_port() -> None:
    assert "127.0.0.1:9 " in await words_of(make_provider(9))


async def test_a_backend_of_the_site_is_opened() -> None:
    backend = "django.core.mail.backends.locmem.EmailBackend"

    assert await failure_of(make_provider(9, backend=backend)) is None

"""Pictures in a text are the Connector's: it wants the bot's token, which nobody else may see."""

from collections.abc import Iterator

import pytest

from channels_app.providers.base.media import MediaUnavailable
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response
from channels_app.testing.fakes.teams import FakeTeams
from tests.providers.teams.conftest import MakeConfig

PNG = b"\x89PNG\r\n\x1a\n"
PATH = "/v3/attachments/1/views/original"


class Attachments(FakeVendor):
    """Gives files to whoever has a token."""

    def answer(self, request: Request) -> Response:
        """Serve a file."""
        if not request.headers.get("authorization", "").startswith("Bearer "):
            raise Refused(Response(401, "no token"))
        return Response(200, PNG, {"Content-Type": "image/png"})


@pytest.fixture
def attachments() -> Iterator[Attachments]:
    with Attachments().serving() as serving:
        yield serving


async def test_picture_is_fetched_with_the_token(
    make_config: MakeConfig, attachments: Attachments
) -> None:
    bot = BotFrameworkTeamsProvider(make_config(service_hosts=(attachments.url,)))

    assert (await bot.fetch_media(attachments.url + PATH)).content == PNG
    await bot.close()


async def test_token_is_shown_to_nobody_else(
    make_config: MakeConfig, teams: FakeTeams, attachments: Attachments
) -> None:
    bot = BotFrameworkTeamsProvider(make_config())

    with pytest.raises(MediaUnavailable):
        await bot.fetch_media(attachments.url + PATH)
    assert ["authorization" in request.headers for request in attachments.requests] == [False]
    await bot.close()

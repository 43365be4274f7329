"""What ElasticEmail says of a key, before a mail is sent."""

from collections.abc import Iterator

import pytest

from channels_app.testing.fakes.elasticemail import FakeElasticEmail
from channels_app.testing.fakes.server import Fault, Response
from tests.providers.checking import failure_of, field_of, words_of
from tests.providers.elasticemail.test_elasticemail import make_provider


@pytest.fixture
def fake() -> Iterator[FakeElasticEmail]:
    with FakeElasticEmail().serving() as serving:
        yield serving


async def test_a_good_key_passes(fake: FakeElasticEmail) -> None:
    assert await failure_of(make_provider(fake.api)) is None
    assert ([request.method for request in fake.requests], fake.sent) == (["GET"], [])


async def test_a_wrong_key_is_named(fake: FakeElasticEmail) -> None:
    assert await field_of(make_provider(fake.api, api_key="made-up")) == "api_key"


@pytest.mark.parametrize("words", ["Incorrect apikey", "Access Denied."])
async def test_a_refusal_in_another_status_is_told_by_its_words(
    fake: FakeElasticEmail, words: str
) -> None:
    fake.fail_next(Fault(Response(400, {"Error": words})))

    assert await field_of(make_provider(fake.api)) == "api_key"


@pytest.mark.parametrize(
    "fault", [Fault(Response(503, "")), Fault(Response(429, "")), Fault(drops_after=True)]
)
async def test_a_vendor_that_is_away_says_nothing_of_the_key(
    fake: FakeElasticEmail, fault: Fault
) -> None:
    fake.fail_next(fault)

    assert "try again later" in await words_of(make_provider(fake.api))

"""What Anthropic says of a key and a model, before anything is asked."""

import pytest

from channels_app.testing.fakes.anthropic import FakeAnthropic, failure
from channels_app.testing.fakes.server import Fault
from tests.providers.anthropic.asking import make_provider
from tests.providers.checking import MADE_UP, failure_of, field_of, words_of


async def test_a_good_key_and_model_pass_without_a_message(fake: FakeAnthropic) -> None:
    assert await failure_of(make_provider(fake)) is None
    assert [request.path for request in fake.requests] == ["/v1/models/claude-sonnet-4-6"]


async def test_a_wrong_key_is_named(fake: FakeAnthropic) -> None:
    assert await field_of(make_provider(fake, api_key=MADE_UP)) == "api_key"


async def test_a_model_that_is_not_there_is_named(fake: FakeAnthropic) -> None:
    assert await field_of(make_provider(fake, model="claude-none")) == "model"


async def test_a_key_that_may_not_is_named(fake: FakeAnthropic) -> None:
    fake.fail_next(failure(403, "permission_error"))

    assert await field_of(make_provider(fake)) == "api_key"


@pytest.mark.parametrize(
    "fault",
    [
        failure(429, "rate_limit_error"),
        failure(529, "overloaded_error"),
        Fault(drops_after=True),
    ],
)
async def test_a_vendor_that_is_away_says_nothing_of_the_key(
    fake: FakeAnthropic, fault: Fault
) -> None:
    fake.fail_next(fault)

    assert "try again later" in await words_of(make_provider(fake))


async def test_any_other_refusal_blames_no_field(fake: FakeAnthropic) -> None:
    fake.fail_next(failure(402, "billing_error"))

    assert "billing_error" in await words_of(make_provider(fake))

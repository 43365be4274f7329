"""VoiceMeUp documents no question about credentials: only whether it is there is asked."""

from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.voicemeup import AUTH_TOKEN, FakeVoiceMeUp
from tests.providers.checking import failure_of, words_of
from tests.providers.voicemeup.account import NOWHERE, make_sms


async def test_a_vendor_that_answers_passes(voicemeup: FakeVoiceMeUp) -> None:
    assert await failure_of(make_sms(voicemeup.url)) is None
    (asked,) = voicemeup.requests
    assert (asked.method, AUTH_TOKEN in str(asked)) == ("GET", False)


async def test_a_vendor_that_is_not_there_does_not_pass() -> None:
    assert "try again later" in await words_of(make_sms(NOWHERE))


async def test_a_vendor_that_is_broken_does_not_pass(voicemeup: FakeVoiceMeUp) -> None:
    voicemeup.fail_next(Fault(Response(502, "")))

    assert "try again later" in await words_of(make_sms(voicemeup.url))

"""The contract of providers as tests, for any vendor."""

import asyncio
import inspect
import re
from typing import Any, ClassVar

import pytest

from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import WebhookItem, WebhookRefused, WebhookRequest
from channels_app.testing.provider_suite.case import Proof, ProviderCase, Sample, Trouble
from channels_app.testing.provider_suite.reading import check_item, misread
from channels_app.testing.provider_suite.spoiling import (
    add_to_body,
    falsify,
    spoil_body,
    take_away,
)
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import EventContent, TextContent
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType, ChannelType
from rooms.domain.event import EventSource, RoomEvent

CHANNEL = "suite"
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
# What a vendor can show must be allowed as a kind of content too, and the other way round.
FLAGS = {
    ChannelMediaType.MEDIA: "supports_media",
    ChannelMediaType.AUDIO: "supports_audio",
    ChannelMediaType.VIDEO: "supports_video",
    ChannelMediaType.TEMPLATE: "supports_templates",
}


def make_event(content: EventContent) -> RoomEvent:
    """Make an event that somebody in another channel of a room has said."""
    source = EventSource(channel_id="desk", channel_type=ChannelType.WEBSOCKET)
    return RoomEvent(room_id="suite-room", source=source, content=content)


HELLO = TextContent(body="Hello")
NO_TROUBLE = Trouble(SendOutcome.ACCEPTED)


@pytest.mark.asyncio
class ProviderSuite:
    """Derive a class named `Test…` from this and set `case`.

    The vendor is served anew for each test.
    """

    case: ClassVar[ProviderCase]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test of each trouble, content, webhook and carrier of the case."""
        case = self.case
        troubles = case.every_trouble()
        carriers = case.proof.carried_by if case.proof else ()
        for name, values, ids in (
            ("trouble", list(troubles.values()), list(troubles)),
            ("content", list(case.contents), [each.type for each in case.contents]),
            ("sample", list(case.webhooks), [each.name for each in case.webhooks]),
            ("carrier", list(carriers), list(carriers)),
        ):
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, values, ids=ids)

    # -- what it says of itself

    async def test_it_has_a_name_a_place_for_webhooks_and_a_contract(self) -> None:
        with self.case.serving() as vendor:
            provider = self.case.make_provider(vendor)

        assert isinstance(provider, Provider)
        assert isinstance(provider.name, str)
        assert provider.name
        assert SLUG.fullmatch(provider.slug) or self.case.proof is None
        wanted = _parameters(_contract_of(provider))[1:]
        assert _parameters(provider)[: len(wanted)] == wanted

    async def test_what_it_can_show_hangs_together(self) -> None:
        with self.case.serving() as vendor:
            provider = self.case.make_provider(vendor)

        shown = provider.capabilities()
        assert shown == provider.capabilities()
        if shown is not None:
            assert isinstance(shown, ChannelCapabilities)
            assert ChannelMediaType.TEXT in shown.media_types
            assert {kind: kind in shown.media_types for kind in FLAGS} == {
                kind: getattr(shown, flag) for kind, flag in FLAGS.items()
            }

    # -- sending

    async def test_content_goes_out_as_the_vendor_wants_it(self, content: EventContent) -> None:
        with self.case.serving() as vendor:
            async with self.case.ready(vendor) as provider:
                result = await provider.send(make_event(content), self.case.to)

        assert (result.success, result.outcome, result.error) == (
            True,
            SendOutcome.ACCEPTED,
            None,
        )
        assert all(result.provider_message_ids)
        assert result.provider_message_id == result.provider_message_ids[0]
        kept = ProviderResult.model_validate_json(result.model_dump_json())
        assert kept.provider_message_ids == result.provider_message_ids
        if vendor is not None:
            assert not vendor.refusals
            assert len(vendor.sent) >= 1

    async def test_two_messages_at_once_are_two_messages(self) -> None:
        with self.case.serving() as vendor:
            async with self.case.ready(vendor) as provider:
                results = await asyncio.gather(
                    *(provider.send(make_event(HELLO), self.case.to) for _ in range(2))
                )

        assert {result.outcome for result in results} == {SendOutcome.ACCEPTED}
        assert len({result.provider_message_id for result in results}) == 2

    async def test_trouble_is_called_what_it_is(self, trouble: Trouble) -> None:
        with self.case.serving() as vendor:
            async with self.case.ready(vendor, **trouble.config) as provider:
                result = await self._send_into(trouble, provider, vendor)

        assert (result.success, result.outcome) == (False, trouble.outcome)
        assert result.retry_after == trouble.retry_after
        assert result.code
        assert result.error
        if vendor is not None:
            assert len(vendor.sent) == int(trouble.is_taken)

    async def test_vendor_that_is_not_there_has_taken_nothing(self) -> None:
        if self.case.make_vendor is None:
            pytest.skip("the provider asks nobody")
        with self.case.serving() as vendor:
            provider = self.case.make_provider(vendor)
            await self.case.prepare(provider, vendor)
        try:
            result = await provider.send(make_event(HELLO), self.case.to)  # type: ignore[attr-defined] # each contract has it
        finally:
            await provider.close()

        assert (result.success, result.outcome) == (False, SendOutcome.TRANSIENT)

    async def test_closing_twice_does_no_harm(self) -> None:
        with self.case.serving() as vendor:
            async with self.case.ready(vendor) as provider:
                await provider.send(make_event(HELLO), self.case.to)
                await provider.close()
                await provider.close()

    # -- proof

    async def test_honest_webhook_is_taken(self) -> None:
        proof = self._proof()
        with self.case.serving() as vendor:
            async with self.case.ready(vendor) as provider:
                await provider.verify(proof.post(vendor))
            for request, config in proof.vectors:
                async with self.case.ready(vendor, **config) as provider:
                    await provider.verify(request)

    async def test_webhook_without_its_proof_is_refused(self, carrier: str) -> None:
        with self.case.serving() as vendor:
            request = self._proof().post(vendor)
            await self._must_refuse(vendor, take_away(request, carrier))

    async def test_webhook_with_a_false_proof_is_refused(self, carrier: str) -> None:
        with self.case.serving() as vendor:
            request = self._proof().post(vendor)
            await self._must_refuse(vendor, falsify(request, carrier))

    async def test_webhook_whose_body_was_changed_is_refused(self) -> None:
        proof = self._proof()
        if not proof.covers_body:
            pytest.skip("the vendor proves no bodies")
        with self.case.serving() as vendor:
            await self._must_refuse(vendor, add_to_body(proof.post(vendor)))

    async def test_webhook_that_is_too_old_is_refused(self) -> None:
        proof = self._proof()
        if proof.stale is None:
            pytest.skip("the vendor does not tell the time")
        with self.case.serving() as vendor:
            await self._must_refuse(vendor, proof.stale(vendor))

    async def test_without_a_secret_nothing_is_taken(self) -> None:
        proof = self._proof()
        if proof.unconfigured is None:
            pytest.skip("there is no provider without")
        with self.case.serving() as vendor:
            await self._must_refuse(vendor, proof.post(vendor), **proof.unconfigured)

    # -- reading

    async def test_webhook_holds_what_the_vendor_says(self, sample: Sample) -> None:
        items = self._read(sample)

        assert [type(item).__name__ for item in items] == [
            each.kind.__name__ for each in sample.items
        ]
        misses = [each.misses(item) for each, item in zip(sample.items, items, strict=True)]
        assert [told for told in misses if told] == []
        for item in items:
            check_item(item, CHANNEL)

    async def test_webhook_says_the_same_whenever_and_however_often_it_is_read(self) -> None:
        """A worker reads it again, perhaps after later ones, and repeats have the same ids."""
        with self.case.serving() as vendor:
            provider = self.case.make_provider(vendor)
            requests = [sample.post(vendor) for sample in self.case.webhooks]
        first = [provider.parse(request, CHANNEL) for request in requests]
        again = [provider.parse(request, CHANNEL) for request in reversed(requests)]

        assert again[::-1] == first

    async def test_what_the_vendor_never_sends_is_malformed_and_nothing_worse(
        self, sample: Sample
    ) -> None:
        with self.case.serving() as vendor:
            provider = self.case.make_provider(vendor)
            request = sample.post(vendor)

        assert [
            told for each in spoil_body(request) if (told := misread(provider, each, CHANNEL))
        ] == []

    # -- secrets

    async def test_no_secret_is_shown(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(0)
        shown: list[object] = []
        with self.case.serving() as vendor:
            for trouble in (NO_TROUBLE, *self.case.every_trouble().values()):
                async with self.case.ready(vendor, **trouble.config) as provider:
                    shown.append(await self._send_into(trouble, provider, vendor))
                    shown += [provider, vars(provider), await self._refusal(provider, vendor)]

        told = f"{shown!r} {caplog.text}"
        assert [secret for secret in self.case.secrets if secret in told] == []

    # -- steps

    def _proof(self) -> Proof:
        if self.case.proof is None:
            pytest.skip("the provider takes no webhooks")
        return self.case.proof

    async def _send_into(self, trouble: Trouble, provider: Any, vendor: Any) -> ProviderResult:
        trouble.arrange(vendor)
        result: ProviderResult = await provider.send(make_event(HELLO), trouble.to or self.case.to)
        return result

    def _read(self, sample: Sample) -> list[WebhookItem]:
        with self.case.serving() as vendor:
            return self.case.make_provider(vendor).parse(sample.post(vendor), CHANNEL)

    async def _must_refuse(self, vendor: Any, request: WebhookRequest, **config: Any) -> None:
        async with self.case.ready(vendor, **config) as provider:
            with pytest.raises(WebhookRefused):
                await provider.verify(request)

    async def _refusal(self, provider: Provider, vendor: Any) -> object:
        if self.case.proof is None:
            return None
        request = falsify(self.case.proof.post(vendor), self.case.proof.carried_by[0])
        with pytest.raises(WebhookRefused) as refused:
            await provider.verify(request)
        return refused.value


def _contract_of(provider: Provider) -> Any:
    """Return the contract of the provider's type, such as `SMSProvider`."""
    return next(each for each in type(provider).__mro__ if Provider in each.__bases__)


def _parameters(owner: Any) -> list[str]:
    return list(inspect.signature(owner.send).parameters)

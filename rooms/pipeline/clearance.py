"""Whether a message may go out now: its recipient may have opted out, or not written lately."""

from rooms.channel import Channel
from rooms.domain.content import TemplateContent
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.errors import DeliveryFailedError
from rooms.domain.event import RoomEvent
from rooms.domain.output import ChannelOutput
from rooms.domain.standing import ContactPoint, OptOutReason, Standing
from rooms.pipeline.consent import is_notice, point_of
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.outcomes import build_success
from rooms.pipeline.parts import Parts
from rooms.pipeline.windows import WINDOW_CLOSED, build_default_template, is_open
from rooms.pipeline.work import Work

OPTED_OUT = SendOutcome.OPTED_OUT.value
"""The error code of what is not sent because its recipient wants nothing more."""

SENT_AS = "sent_as_template"
"""Key in the metadata of a provider's result: the template that went out in a message's place."""


class Clearance:
    """Asks before every attempt, and learns from what vendors refuse."""

    def __init__(self, parts: Parts, lanes: Lanes) -> None:
        self._parts = parts
        self._lanes = lanes

    async def clear(self, work: Work, channel: Channel, event: RoomEvent) -> RoomEvent:
        """Return what may be sent: the event, or the template that stands in for it.

        Raises:
            DeliveryFailedError: If nothing may; no vendor is to be called.
        """
        points = self._points_of(work, channel, event)
        standings = [await self._parts.store.get_standing(point) for point in points]
        if not is_notice(event):
            _check_wanted(standings)
        if not standings or self._is_open(channel, event, standings[0]):
            return event
        return self._template_for(work, event, "has not written within the vendor's window")

    async def learn(
        self, work: Work, channel: Channel, event: RoomEvent, error: Exception
    ) -> RoomEvent | None:
        """Remember what a vendor's refusal says of the recipient.

        Return what may be sent instead, or None.
        """
        outcome = getattr(error, "outcome", None)
        if outcome == SendOutcome.OPTED_OUT:
            for point in self._points_of(work, channel, event)[:1]:
                await self._mark(work, point)
        if outcome != SendOutcome.WINDOW_CLOSED or isinstance(event.content, TemplateContent):
            return None
        try:
            return self._template_for(work, event, "has not written lately, says the vendor")
        except DeliveryFailedError:
            return None

    async def tell_template(
        self, work: Work, event: RoomEvent, output: ChannelOutput
    ) -> ChannelOutput:
        """Keep with the work's event that `event`, a template, went out in its place."""
        answer = output.provider_result or ProviderResult(success=True)
        sent_as = event.content.model_dump(mode="json", include={"template_id", "language"})
        metadata = {**answer.metadata, SENT_AS: sent_as}
        marked = output.model_copy(
            update={"provider_result": answer.model_copy(update={"metadata": metadata})}
        )
        result = build_success(work, marked)
        results = {result.channel_id: result.model_dump(mode="json")}
        await self._lanes.persist(
            work, lambda: self._parts.store.record_delivery_results(work.event.id, results)
        )
        return marked

    async def _mark(self, work: Work, point: ContactPoint) -> None:
        await self._lanes.persist(
            work,
            lambda: self._parts.store.opt_out(
                point, reason=OptOutReason.VENDOR, by=f"delivery:{work.event.id}"
            ),
        )

    def _template_for(self, work: Work, event: RoomEvent, why: str) -> RoomEvent:
        template = build_default_template(work.binding, event)
        if template is None:
            raise _refusal(
                WINDOW_CLOSED,
                f"the recipient {why}: send a template, or name a default_template in the metadata "
                "of the binding",
            )
        return event.model_copy(update={"content": template})

    def _is_open(self, channel: Channel, event: RoomEvent, standing: Standing) -> bool:
        window = channel.reply_window(event)
        if window is None or isinstance(event.content, TemplateContent):
            return True
        return is_open(standing.last_inbound_at, window, now=self._parts.clock.now())

    def _points_of(self, work: Work, channel: Channel, event: RoomEvent) -> list[ContactPoint]:
        """Return whom a delivery is for, the one that it goes to first."""
        addresses = channel.addresses(event, work.binding, work.context)
        points = [point_of(self._parts.channels, channel, address) for address in addresses]
        return list(dict.fromkeys(points))


def _check_wanted(standings: list[Standing]) -> None:
    for standing in standings:
        if standing.opted_out_at is not None:
            raise _refusal(
                OPTED_OUT,
                f"the recipient wants no messages ({standing.opt_out_reason}) since "
                f"{standing.opted_out_at:%Y-%m-%d %H:%M} UTC: nothing is sent until they ask for "
                "it, or a person lifts it in the admin",
            )


def went_as_template(answer: ProviderResult | None) -> bool:
    """Tell from a provider's answer whether a template went out in the place of a message."""
    return answer is not None and SENT_AS in answer.metadata


def _refusal(code: str, message: str) -> DeliveryFailedError:
    return DeliveryFailedError(code, message, retryable=False, blames_vendor=False)

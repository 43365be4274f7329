"""A site that is upgraded goes on answering those who wrote the day before."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from rooms import models
from rooms.domain.enums import ChannelDirection
from rooms.domain.frozen import utc_now
from rooms.domain.provider_message import ProviderMessage
from rooms.testing.factories import make_event, make_room, make_source

pytestmark = [pytest.mark.database, pytest.mark.django_db]

migration = import_module("rooms.migrations.0008_address_standings")


def note(message_id: str, channel_type: str, *, hours_ago: float, direction: str) -> None:
    event = models.Event.from_domain(
        make_event(source=make_source("line", channel_type=channel_type), index=len(message_id))
    )
    event.save()
    noted = ProviderMessage(
        channel_id="line",
        provider_message_id=message_id,
        event_id=event.pk,
        room_id=event.room_id,
        direction=ChannelDirection(direction),
        address=f"{channel_type} of Ann",
        noted_at=utc_now() - timedelta(hours=hours_ago),
    )
    models.ProviderMessage.from_domain(noted).save()


def test_who_wrote_last_is_remembered() -> None:
    models.Room.from_domain(make_room(organization_id="acme")).save()
    note("a", "whatsapp", hours_ago=30, direction="inbound")
    note("ab", "whatsapp", hours_ago=2, direction="inbound")
    note("abc", "whatsapp", hours_ago=1, direction="outbound")
    note("abcd", "sms", hours_ago=1, direction="inbound")

    migration.remember_who_wrote(apps, connection.schema_editor())

    row = models.AddressStanding.objects.get()
    assert (row.address, row.channel_id, row.organization_id) == (
        "whatsapp of Ann",
        "line",
        "acme",
    )
    assert row.last_inbound_at is not None
    assert timedelta(hours=1) < utc_now() - row.last_inbound_at < timedelta(hours=3)

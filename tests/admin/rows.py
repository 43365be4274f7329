"""A room with one row of everything that belongs to it."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.urls import reverse

from hooks.models import HookRun
from rooms import models
from rooms.domain.binding import ChannelBinding
from rooms.domain.content import TextContent
from rooms.domain.frozen import utc_now
from rooms.domain.job import DeliveryJob, DeliveryState
from rooms.domain.provider_message import MessageStatus, ProviderMessage
from rooms.domain.scheduled import ScheduledSend
from rooms.services.identities import create_identity
from rooms.services.scheduled_sends import add_scheduled
from rooms.testing.factories import (
    CHANNEL,
    make_address,
    make_binding,
    make_event,
    make_identity,
    make_observation,
    make_participant,
    make_room,
    make_task,
)

OURS = ("roomkit_rooms", "roomkit_hooks")
# Leases come and go between processes; there is nothing in them for people to read.
OUR_MODELS = [
    model
    for label in OURS
    for model in apps.get_app_config(label).get_models()
    if model is not models.Lease
]

each_model = pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)


def address(model: type[Model], page: str, *args: object) -> str:
    """Return the address of a model's page in the admin."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def make_rows(room_id: str = "room-1", organization_id: str | None = None) -> models.Room:
    """Store a room, an event, a failed delivery of it, and one row of every other model."""
    room = models.Room.from_domain(make_room(room_id, organization_id=organization_id))
    room.save()
    make_timeline(room, events=1)
    here = {"room_id": room_id}
    models.ChannelBinding.from_domain(make_binding(**here)).save()
    models.Participant.from_domain(make_participant(**here, display_name="Ann")).save()
    models.RoomAddress.from_domain(make_address(**here)).save()
    models.Task.from_domain(make_task(**here)).save()
    models.Observation.from_domain(make_observation(**here)).save()
    models.ReadMarker.objects.create(**here, channel_id=CHANNEL, index=0, updated_at=utc_now())
    models.DetachTombstone.objects.create(**here, channel_id="gone", detached_at=utc_now())
    models.AIPause.objects.create(
        **here, organization_id=room.organization_id, channel_id=CHANNEL, created_at=utc_now()
    )
    make_scheduled(room)
    make_media_file(room)
    make_rows_of_organization(room)
    return room


def make_scheduled(room: models.Room) -> models.ScheduledSend:
    """Store what is to be said in a room tomorrow."""
    scheduled = ScheduledSend(
        room_id=room.pk, content=TextContent(body="hello"), at=utc_now() + timedelta(days=1)
    )
    return add_scheduled(scheduled=scheduled)


def make_media_file(room: models.Room) -> models.MediaFile:
    """Store the row of a picture that came with the first event."""
    return models.MediaFile.objects.create(
        organization_id=room.organization_id,
        room_id=room.pk,
        event_id=f"{room.pk}-0",
        channel_id=CHANNEL,
        message_key=f"SM-{room.pk}",
        position=0,
        filename="cat.png",
        mime_type="image/png",
        created_at=utc_now(),
        stored_at=utc_now(),
    )


def make_timeline(room: models.Room, *, events: int) -> None:
    """Append events, each with a failed delivery and a former text."""
    first = room.events.count()
    for index in range(first, first + events):
        value = make_event(
            f"text {index} of {room.pk}", room_id=room.pk, index=index, id=f"{room.pk}-{index}"
        )
        event = models.Event.from_domain(value)
        event.save()
        make_delivery(event, DeliveryState.FAILED)
        make_provider_message(event)
        models.EventRevision.objects.create(
            event=event, content={"type": "text", "body": "before"}, changed_at=utc_now()
        )


def make_delivery(event: models.Event, state: DeliveryState) -> models.Delivery:
    """Store a delivery of an event, tried once and held by somebody until soon."""
    job = DeliveryJob(
        room_id=event.room_id,
        event_id=event.pk,
        event_index=event.index,
        channel_id=CHANNEL,
        state=state,
        attempts=1,
        lease_owner="node-1",
        lease_until=utc_now() + timedelta(seconds=15),
        due_at=utc_now() - timedelta(hours=1),
        error_code="timeout",
    )
    row = models.Delivery.from_domain(job)
    row.save()
    return row


def make_provider_message(event: models.Event) -> models.ProviderMessage:
    """Store what a provider calls an event that it took and could not deliver."""
    message = ProviderMessage(
        channel_id=CHANNEL,
        provider_message_id=f"SM-{event.pk}",
        event_id=event.pk,
        room_id=event.room_id,
        address="+15550001",
        status=MessageStatus.FAILED,
    )
    row = models.ProviderMessage.from_domain(message)
    row.save()
    return row


def make_rows_of_organization(room: models.Room) -> None:
    """Store what names an organization by itself."""
    organization_id = room.organization_id
    person = create_identity(
        identity=make_identity(
            f"identity of {room.pk}",
            organization_id=organization_id or None,
            channel_addresses={"sms": [f"address of {room.pk}"]},
        )
    )
    models.SourceState.objects.create(
        channel_id=f"source of {room.pk}", organization_id=organization_id
    )
    models.IdentityMerge.objects.create(
        id=f"merge of {room.pk}",
        organization_id=organization_id,
        survivor=person,
        merged=person,
        merged_at=utc_now(),
        undone_at=utc_now(),
    )
    models.Incident.objects.create(
        organization_id=organization_id,
        room=room,
        kind="circuit_open",
        title=f"incident of {room.pk}",
        started_at=utc_now(),
    )
    models.AuditEntry.objects.create(
        organization_id=organization_id,
        room_id=room.pk,
        action="listened",
        object_type="room",
        object_id=room.pk,
    )
    models.AddressStanding.objects.create(
        organization_id=organization_id,
        channel_type="sms",
        channel_id=CHANNEL,
        address=f"standing of {room.pk}",
    )
    HookRun.objects.create(
        organization_id=organization_id,
        room_id=room.pk,
        trigger="before_broadcast",
        hook_name="moderate",
        outcome=HookRun.Outcome.BLOCKED,
        duration_ms=1,
    )


def row_of(model: type[Model], room: models.Room) -> Model:
    """Return the row of a model that `make_rows` stored for a room."""
    names = {field.attname for field in model._meta.concrete_fields}
    if model is models.Room:
        return room
    if "room_id" in names:
        return model._default_manager.get(room_id=room.pk)
    if model is models.EventRevision:
        return model._default_manager.get(event__room_id=room.pk)
    return model._default_manager.get(organization_id=room.organization_id)


def make_user(*permissions: str, name: str = "agent") -> User:
    """Store a staff user with permissions like ``roomkit_rooms.reply``."""
    user = User.objects.create_user(name, is_staff=True)
    for permission in permissions:
        label, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=label, codename=codename)
        )
    return user


def binding_of(room: models.Room) -> ChannelBinding:
    """Return the only channel of a room, as the pipeline reads it."""
    return models.ChannelBinding.objects.get(room=room).to_domain()

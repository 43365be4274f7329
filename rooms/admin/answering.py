"""The panel on a room's page: who answers there, and the buttons that change it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import quote
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from rooms import models
from rooms.admin.base import signed_in
from rooms.domain.content import TextContent
from rooms.domain.enums import OwnerKind
from rooms.domain.errors import RoomKitError, StaleReplyError
from rooms.kit import RoomKit
from rooms.permissions import RoomPermission, has_permission
from rooms.runtime import get_kit
from rooms.services.ownership import find_actor

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REPLY = "reply"
SEEN = "last_seen_index"
TEXT = "text"

Act = Callable[[RoomKit, str, str, str], Awaitable[object]]
"""Does it: the kit, the room's id, the user's id, what was written in the box."""


@dataclass(frozen=True)
class Button:
    """One thing that a person may do about who answers.

    Attributes:
        label: What stands on it.
        done: What is said when it has been done.
        permission: Who may.
        owners: With which owners it makes sense.
        act: What it does.
        asks: What to write beside it; nothing where it is empty.
        must_write: Whether that may not be left out.
    """

    label: "StrOrPromise"
    done: "StrOrPromise"
    permission: RoomPermission
    owners: frozenset[OwnerKind]
    act: Act
    asks: "StrOrPromise" = ""
    must_write: bool = False


BUTTONS = {
    "take_over": Button(
        _("Take over"),
        _("You answer in this room now."),
        RoomPermission.TAKE_OVER,
        frozenset(OwnerKind),
        lambda kit, room, user, text: kit.take_over(room, user_id=user, reason=text or None),
        asks=_("Why (may be left out)"),
    ),
    "hand_back": Button(
        _("Hand back"),
        _("The AI answers in this room again."),
        RoomPermission.TAKE_OVER,
        frozenset({OwnerKind.HUMAN, OwnerKind.QUEUE}),
        lambda kit, room, user, text: kit.hand_back(room, user_id=user, summary=text or None),
        asks=_("What the AI should know of what happened"),
    ),
    "queue": Button(
        _("Put in queue"),
        _("The room waits for a person now."),
        RoomPermission.ASSIGN,
        frozenset({OwnerKind.AI, OwnerKind.HUMAN, OwnerKind.PAUSED}),
        lambda kit, room, user, text: kit.queue_room(room, user_id=user, reason=text),
        asks=_("Why"),
        must_write=True,
    ),
    "pause": Button(
        _("Pause AI"),
        _("The AI is paused in this room."),
        RoomPermission.PAUSE_AI_ROOM,
        frozenset({OwnerKind.AI, OwnerKind.QUEUE}),
        lambda kit, room, user, text: kit.pause_ai(room, user_id=user),
    ),
    "resume": Button(
        _("Resume AI"),
        _("The AI answers in this room again."),
        RoomPermission.PAUSE_AI_ROOM,
        frozenset({OwnerKind.PAUSED}),
        lambda kit, room, user, text: kit.resume_ai(room, user_id=user),
    ),
}


class AnsweringPanel:
    """Shows who answers in a room and takes what people want to become of it.

    Args:
        page: The admin page of rooms, which knows who may see which.
    """

    def __init__(self, page: "ModelAdmin[models.Room]") -> None:
        self._page = page
        self._name = f"{page.opts.app_label}_{page.opts.model_name}_answering"

    def urls(self) -> list[URLPattern]:
        """Return where the buttons post to."""
        # The kit commits on connections of its own, for which an open transaction is in the way.
        take = transaction.non_atomic_requests(require_POST(self.take))
        view = self._page.admin_site.admin_view(take)
        return [path("<path:object_id>/answering/<slug:verb>/", view, name=self._name)]

    def describe(self, request: HttpRequest, room: models.Room) -> dict[str, Any]:
        """Return what the panel shows to a user."""
        owner = find_actor(room.owner_id) if room.owner_id else None
        return {
            "room": room,
            "owner": owner.get_username() if owner else room.owner_id,
            "buttons": self._buttons(request, room),
            "reply_url": self._address(room.pk, REPLY) if self._may_reply(request, room) else None,
            "seen": room.next_index - 1,
        }

    def take(self, request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        """Do what a button says, or send a reply, and show the room again."""
        room = self._page.get_object(request, object_id)
        if room is None or (verb not in BUTTONS and verb != REPLY):
            raise Http404
        permission = RoomPermission.REPLY if verb == REPLY else BUTTONS[verb].permission
        if not has_permission(request.user, permission):
            raise PermissionDenied
        try:
            self._do(request, room, verb)
        except StaleReplyError as stale:
            return self._show_newer(request, room, stale)
        except RoomKitError as refusal:
            self._page.message_user(request, str(refusal), messages.ERROR)
        return HttpResponseRedirect(self._page_of(room))

    def _do(self, request: HttpRequest, room: models.Room, verb: str) -> None:
        user_id, written = str(signed_in(request).pk), request.POST.get(TEXT, "").strip()
        if verb == REPLY:
            self._reply(request, room, user_id, written)
            return
        button = BUTTONS[verb]
        if button.must_write and not written:
            self._page.message_user(request, _("Say why."), messages.ERROR)
            return
        async_to_sync(_call)(button.act, room.pk, user_id, written)
        self._page.message_user(request, str(button.done), messages.SUCCESS)

    def _reply(self, request: HttpRequest, room: models.Room, user_id: str, written: str) -> None:
        seen = _index_in(request.POST.get(SEEN, ""))
        if not written or seen is None:
            self._page.message_user(request, _("Write something to send."), messages.ERROR)
            return

        name = _full_name(signed_in(request))

        async def send(kit: RoomKit, room_id: str, user: str, text: str) -> object:
            content = TextContent(body=text)
            return await kit.reply(
                room_id, content, user_id=user, last_seen_index=seen, display_name=name
            )

        async_to_sync(_call)(send, room.pk, user_id, written)
        self._page.message_user(request, _("Your message is on its way."), messages.SUCCESS)

    def _show_newer(
        self, request: HttpRequest, room: models.Room, stale: StaleReplyError
    ) -> TemplateResponse:
        """Show what was written meanwhile above the reply, which nobody has to type again."""
        return TemplateResponse(
            request,
            "rooms/admin/newer_messages.html",
            {
                **self._page.admin_site.each_context(request),
                "title": _("New messages came meanwhile"),
                "opts": self._page.opts,
                "newer": stale.newer,
                "seen": stale.newer[-1].index,
                "text": request.POST.get(TEXT, ""),
                "reply_url": self._address(room.pk, REPLY),
                "room_url": self._page_of(room),
            },
            status=HTTPStatus.CONFLICT,
        )

    def _buttons(self, request: HttpRequest, room: models.Room) -> list[dict[str, Any]]:
        if not room.to_domain().accepts_events:
            return []
        return [
            {"button": button, "url": self._address(room.pk, verb), "verb": verb}
            for verb, button in BUTTONS.items()
            if room.owner_kind in button.owners
            and has_permission(request.user, button.permission)
            and not (verb == "take_over" and _is_owner(request, room))
        ]

    def _may_reply(self, request: HttpRequest, room: models.Room) -> bool:
        return (
            _is_owner(request, room)
            and room.to_domain().accepts_events
            and has_permission(request.user, RoomPermission.REPLY)
        )

    def _address(self, room_id: str, verb: str) -> str:
        return reverse(f"{self._page.admin_site.name}:{self._name}", args=[room_id, verb])

    def _page_of(self, room: models.Room) -> str:
        opts = self._page.opts
        name = f"{self._page.admin_site.name}:{opts.app_label}_{opts.model_name}_change"
        return reverse(name, args=[quote(room.pk)])


def _index_in(text: str) -> int | None:
    """Return the index that a form says; None if it is none."""
    try:
        return int(text)
    except ValueError:
        return None


async def _call(act: Act, room_id: str, user_id: str, written: str) -> object:
    """Act with this process's kit; on a server with an event loop that is where the kit lives."""
    return await act(get_kit(), room_id, user_id, written)


def _is_owner(request: HttpRequest, room: models.Room) -> bool:
    is_human = room.owner_kind == OwnerKind.HUMAN.value
    return is_human and room.owner_id == str(signed_in(request).pk)


def _full_name(user: AbstractBaseUser) -> str | None:
    """Return a person's name, where the site's accounts have one; a login is nobody's business."""
    read = getattr(user, "get_full_name", None)
    return (read() or None) if read else None

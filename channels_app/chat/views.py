"""The chat page."""

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language, get_language_bidi
from django.views.decorators.http import require_GET

from channels_app import visitors
from channels_app.chat.opening import open_chat, participant_of
from channels_app.chat.wording import chat_words
from channels_app.conf import ChatOptions, chat_options
from rooms.conf import get_settings
from rooms.domain.enums import OwnerKind
from rooms.domain.errors import ChannelNotRegisteredError
from rooms.domain.json import JsonObject
from rooms.domain.room import Room
from rooms.runtime import get_kit


@require_GET
async def chat(request: HttpRequest) -> HttpResponse:
    """Show the visitor's conversation; somebody new gets a cookie and an empty room."""
    options = chat_options()
    visitor = visitors.read_request(request) or visitors.new_visitor()
    try:
        room = await open_chat(get_kit(), visitor.id, options)
        participant_id = await participant_of(get_kit(), room.id, visitor.id)
    except ChannelNotRegisteredError as error:
        raise ImproperlyConfigured(
            f"The chat page uses channel {error.channel_id!r}, which is not registered: add it to "
            "ROOMKIT['CHANNELS'], or name another one in ROOMKIT['CHAT']."
        ) from error
    words = chat_words(options)
    context = {
        "options": options,
        "words": words,
        "is_answered_by_agent": bool(options.agent) and room.owner_kind is OwnerKind.AI,
        "settings": _client_settings(options, room, participant_id, words),
        "is_rtl": get_language_bidi(),
    }
    response = render(request, "channels_app/chat.html", context)
    visitors.remember(response, visitor, secure=request.is_secure())
    add_never_cache_headers(response)
    return response


def _client_settings(
    options: ChatOptions, room: Room, participant_id: str, words: dict[str, str]
) -> JsonObject:
    """Return what the page's script has to know."""
    return {
        "roomId": room.id,
        "participantId": participant_id,
        "channelId": options.channel,
        "latestIndex": room.latest_index,
        "socketPath": f"{get_script_prefix()}ws/{room.id}",
        "eventsPath": reverse("roomkit_channels:roomkit_chat:events", args=[room.id]),
        "messagesPath": reverse("roomkit_channels:roomkit_chat:messages", args=[room.id]),
        "maxLength": get_settings().MESSAGE_MAX_LENGTH,
        "language": get_language() or "en",
        "words": words,
    }

"""What the chat page says, in the reader's language."""

from django.utils.translation import gettext as _

from channels_app.conf import ChatOptions


def chat_words(options: ChatOptions) -> dict[str, str]:
    """Return the sentences of the chat page; the script fills in what stands in braces."""
    team = str(options.team_name or _("%(title)s team") % {"title": options.title})
    return {
        "team": team,
        "agent": _("%(name)s, AI assistant") % {"name": options.agent_name},
        "you": _("You"),
        "today": _("Today"),
        "yesterday": _("Yesterday"),
        "agentWriting": _("%(name)s is writing") % {"name": options.agent_name},
        "personWriting": _("%(name)s is writing") % {"name": team},
        "sending": _("Sending"),
        "sent": _("Sent {time}"),
        "read": _("Read {time}"),
        "edited": _("Edited"),
        "deleted": _("This message was deleted."),
        "interrupted": _("This answer was interrupted."),
        "notSent": _("Not sent. {reason}"),
        "tryAgain": _("Try again"),
        "heldBack": _("This message was not passed on. {reason}"),
        "answerFailed": _("The assistant could not answer. Please write again."),
        "answerWithdrawn": _("This answer was taken back."),
        "reconnecting": _("Reconnecting. Your draft is kept."),
        "offline": _("You are offline. Your draft is kept, and sent messages wait here."),
        "slowPath": _("The live connection is blocked here. New messages come every few seconds."),
        "caughtUpOne": _("Up to date, 1 message added."),
        "caughtUp": _("Up to date, {count} messages added."),
        "signedOut": _("This page is too old to go on. Load it again; your draft is kept."),
        "noRoom": _("This conversation is not open to you. Load the page again for a new one."),
        "closed": _("This conversation is closed."),
        "startNew": _("Start a new one"),
        "reload": _("Load again"),
        "tooLong": _("{count} of {limit} characters. Please shorten your message."),
        "nearLimit": _("{count} of {limit} characters."),
        "newMessages": _("New messages"),
        "earlier": _("Show earlier messages"),
        "file": _("File: {name}"),
        "place": _("Place: {name}"),
    }

"""Events as neonize's program tells of them: whole, since it leaves out no field."""

from itertools import count
from typing import Any

from channels_app.testing.fakes.neonize import ME, Account, jid
from channels_app.testing.fakes.neonize_checks import e2e, wire

ANA = jid("15145550123", device=3)
ANA_HIDDEN = jid("99887766554433", "lid", device=3)
PHONE = jid(ME.User)
"""The telephone of the account's owner; we are another of its devices."""

GROUP = jid("120363041234567890", "g.us")
STATUS = jid("status", "broadcast")
NOBODY = jid("", "")
SENT_AT = 1_767_225_600

_numbers = count(1)


def source(
    *,
    sender: Any = ANA,
    chat: Any = None,
    alt: Any = NOBODY,
    recipient_alt: Any = NOBODY,
    is_from_me: bool = False,
) -> Any:
    """Return who did something where; a chat of two is named by the other one."""
    place = jid(sender.User, sender.Server) if chat is None else chat
    return wire.MessageSource(
        Chat=place,
        Sender=sender,
        IsFromMe=is_from_me,
        IsGroup=place.Server == "g.us",
        SenderAlt=alt,
        RecipientAlt=recipient_alt,
        BroadcastListOwner=NOBODY,
    )


def by_phone(chat: Any = None, **more: Any) -> dict[str, Any]:
    """Return who did something that the account's owner did on the telephone, to Ana or others."""
    place = jid(ANA.User) if chat is None else chat
    return {"sender": PHONE, "chat": place, "is_from_me": True, **more}


def message(content: Any, *, message_id: str = "", name: str = "Ana", **who: Any) -> Any:
    """Return that a message came; `content` is what is in it."""
    info = wire.MessageInfo(
        MessageSource=source(**who),
        ID=message_id or f"3A{next(_numbers):018X}",
        ServerID=0,
        Type="text",
        Pushname=name,
        Timestamp=SENT_AT,
        Category="",
        Multicast=False,
        MediaType="",
        Edit="",
    )
    flags = dict.fromkeys(
        (
            "IsEphemeral",
            "IsViewOnce",
            "IsViewOnceV2",
            "IsViewOnceV2Extension",
            "IsDocumentWithCaption",
            "IsLottieSticker",
            "IsEdit",
        ),
        False,
    )
    return wire.Message(Info=info, Message=content, UnavailableRequestID="", RetryCount=0, **flags)


def text(words: str, *, quotes: str = "", **more: Any) -> Any:
    """Return that words came, as an answer to another message if it `quotes` one."""
    if not quotes:
        return message(e2e.Message(conversation=words), **more)
    context = e2e.ContextInfo(stanzaID=quotes, participant="15550100000@s.whatsapp.net")
    extended = e2e.ExtendedTextMessage(text=words, contextInfo=context)
    return message(e2e.Message(extendedTextMessage=extended), **more)


def file(account: Account, kind: str, content: bytes, *, facts: Any = None, **more: Any) -> Any:
    """Return that a file came; `kind` is the field of a message, `facts` are the file's own."""
    described = getattr(e2e.Message(), kind)
    made = type(described)(
        URL="https://mmg.whatsapp.net/1",
        directPath="/v/1",
        mediaKey=b"key",
        fileSHA256=account.keep(content),
        fileLength=len(content),
        **(facts or {}),
    )
    return message(e2e.Message(**{kind: made}), **more)


def place(latitude: float, longitude: float, name: str = "", **more: Any) -> Any:
    """Return that a place came."""
    located = e2e.LocationMessage(degreesLatitude=latitude, degreesLongitude=longitude, name=name)
    return message(e2e.Message(locationMessage=located), **more)


def reaction(target: str, emoji: str, **more: Any) -> Any:
    """Return that somebody put a sign on a message; the empty one takes it away."""
    signed = e2e.ReactionMessage(text=emoji)
    signed.key.ID, signed.key.fromMe = target, True
    return message(e2e.Message(reactionMessage=signed), **more)


def edit(target: str, words: str, **more: Any) -> Any:
    """Return that somebody changed a message."""
    change = e2e.ProtocolMessage(
        type=e2e.ProtocolMessage.MESSAGE_EDIT, editedMessage=e2e.Message(conversation=words)
    )
    change.key.ID, change.key.fromMe = target, True
    return message(e2e.Message(protocolMessage=change), **more)


def revoke(target: str, **more: Any) -> Any:
    """Return that somebody took a message back."""
    change = e2e.ProtocolMessage(type=e2e.ProtocolMessage.REVOKE)
    change.key.ID, change.key.fromMe = target, True
    return message(e2e.Message(protocolMessage=change), **more)


def receipt(kind: str, *message_ids: str, **who: Any) -> Any:
    """Return that a recipient's device reports on messages."""
    return wire.Receipt(
        MessageSource=source(**who),
        MessageIDs=message_ids,
        Timestamp=SENT_AT + 60,
        Type=wire.Receipt.ReceiptType.Value(kind),
    )


def presence(state: str, **who: Any) -> Any:
    """Return that somebody types (`COMPOSING`) or stopped (`PAUSED`)."""
    return wire.ChatPresence(
        MessageSource=source(**who),
        State=wire.ChatPresence.ChatPresence.Value(state),
        Media=wire.ChatPresence.ChatPresenceMedia.Value("TEXT"),
    )


def logged_out() -> Any:
    """Return that the account's owner has removed the device."""
    return wire.LoggedOut(OnConnect=False, Reason=wire.ConnectFailureReason.Value("LOGGED_OUT"))


def banned(reason: str) -> Any:
    """Return that WhatsApp has banned the account for a while."""
    return wire.TemporaryBan(Code=wire.TemporaryBan.TempBanReason.Value(reason), Expire=3600)


def refused(reason: str, words: str = "") -> Any:
    """Return that WhatsApp did not let us connect."""
    node = wire.Node(Tag="failure")
    return wire.ConnectFailure(
        Reason=wire.ConnectFailureReason.Value(reason), Message=words, Raw=node
    )


def paired(status: str = "SUCCESS", error: str = "") -> Any:
    """Return that the account was linked, or why not."""
    return wire.PairStatus(
        ID=ME,
        BusinessName="",
        Platform="android",
        Status=wire.PairStatus.PStatus.Value(status),
        Error=error,
    )

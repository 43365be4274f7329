"""What the client's news of its connection mean."""

from typing import Any, NamedTuple

from rooms.domain.source import SourceStatus

REPAIR = "save the channel again, or restart, to be shown a new picture"
BANS = {
    "SEND_TO_TOO_MANY_PEOPLE": "it wrote to too many people",
    "BLOCKED_BY_USERS": "too many people have blocked it",
    "CREATED_TOO_MANY_GROUPS": "it made too many groups",
    "SENT_TOO_MANY_SAME_MESSAGE": "it sent the same message too often",
    "BROADCAST_LIST": "it sent too much to broadcast lists",
}
# The rest passes by itself, or by connecting again.
FINAL_FAILURES = {
    "LOGGED_OUT": f"the account was logged out: {REPAIR}",
    "MAIN_DEVICE_GONE": f"the phone is not linked any more: {REPAIR}",
    "UNKNOWN_LOGOUT": f"the account was logged out: {REPAIR}",
    "TEMP_BANNED": "WhatsApp has banned the account for a while",
    "CLIENT_OUTDATED": "WhatsApp wants a newer client: pip install --upgrade neonize",
    "BAD_USER_AGENT": "WhatsApp wants a newer client: pip install --upgrade neonize",
}


class Verdict(NamedTuple):
    """Where the account stands, and why; ERROR is the end until a person has done something."""

    status: SourceStatus
    words: str | None = None


ERROR, RECONNECTING = SourceStatus.ERROR, SourceStatus.RECONNECTING
VERDICTS = {
    "Connected": Verdict(SourceStatus.CONNECTED),
    "KeepAliveRestored": Verdict(SourceStatus.CONNECTED),
    "KeepAliveTimeout": Verdict(RECONNECTING, "WhatsApp gives no sign of life"),
    "Disconnected": Verdict(RECONNECTING),
    "LoggedOut": Verdict(ERROR, f"the account was logged out on the phone: {REPAIR}"),
    "StreamReplaced": Verdict(ERROR, "another program uses the same session: end it, then restart"),
    "ClientOutdated": Verdict(ERROR, FINAL_FAILURES["CLIENT_OUTDATED"]),
}


def judge(event: Any) -> Verdict:
    """Return what an event of the connection means."""
    match type(event).__name__:
        case "TemporaryBan":
            why = BANS.get(event.TempBanReason.Name(event.Code), "no reason is known")
            return Verdict(ERROR, f"WhatsApp has banned the account for a while: {why}")
        case "ConnectFailure":
            return _judge_failure(event)
        case name:
            return VERDICTS[name]


def _judge_failure(event: Any) -> Verdict:
    reasons = event.DESCRIPTOR.fields_by_name["Reason"].enum_type.values_by_number
    reason = str(reasons[event.Reason].name)
    if reason in FINAL_FAILURES:
        return Verdict(ERROR, FINAL_FAILURES[reason])
    return Verdict(RECONNECTING, f"WhatsApp does not connect: {event.Message or reason.lower()}")

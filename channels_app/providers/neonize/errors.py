"""What neonize's errors mean: texts of the program behind it, which has no codes."""

import re

from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome

NOT_CONNECTED = "not_connected"

_SERVER_ERROR = re.compile(r"server returned error (\d+)")
_OF_SERVER = {
    "429": SendOutcome.THROTTLED,
    # The account may not write to strangers for a while.
    "463": SendOutcome.REJECTED,
    "500": SendOutcome.UNKNOWN,
    "503": SendOutcome.TRANSIENT,
}
# In this order; what is not known may have gone out.
_OF_WORDS = (
    ("websocket not connected", SendOutcome.TRANSIENT, NOT_CONNECTED),
    ("doesn't contain a device", SendOutcome.TRANSIENT, "not_paired"),
    ("timed out waiting for message send", SendOutcome.UNKNOWN, "timeout"),
    ("failed to get device list", SendOutcome.TRANSIENT, "devices_unknown"),
    ("failed to get group", SendOutcome.TRANSIENT, "group_unknown"),
    ("info query timed out", SendOutcome.TRANSIENT, "timeout_before"),
    ("unknown server", SendOutcome.REJECTED, "bad_address"),
    ("must be a user jid", SendOutcome.REJECTED, "bad_address"),
    ("not a participant", SendOutcome.REJECTED, "not_in_group"),
)


def not_connected(words: str = "the account is not connected") -> ProviderResult:
    """Return that nothing was sent, and that it may be tried again."""
    return refused(SendOutcome.TRANSIENT, NOT_CONNECTED, words)


def read_send_error(error: Exception) -> ProviderResult:
    """Return what an error of a send means."""
    text = str(error)
    code = _SERVER_ERROR.search(text)
    if code is not None:
        outcome = _OF_SERVER.get(code[1], SendOutcome.REJECTED)
        return refused(outcome, code[1], text)
    for words, outcome, name in _OF_WORDS:
        if words in text.lower():
            return refused(outcome, name, text)
    return refused(SendOutcome.UNKNOWN, "unknown_error", text)


def read_upload_error(error: Exception) -> ProviderResult:
    """Return what an error of an upload means: no message was sent yet."""
    return refused(SendOutcome.TRANSIENT, "upload_failed", str(error))

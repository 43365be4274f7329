"""What a mail server's words say about a mail (RFC 5321 §4.2): 4yz later, 5yz never."""

import smtplib

from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome

FIRST_REPLY, FIRST_LATER, FIRST_NEVER = 200, 400, 500
# Authentication is required, too weak, refused, or wants encryption (RFC 4954 §6).
AUTH_CODES = (530, 534, 535, 538)
MAX_WORDS = 300


def read_opening_error(error: Exception) -> ProviderResult:
    """Return what it means that no conversation came about: nothing was sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= FIRST_NEVER:
        return refused(SendOutcome.AUTH, f"smtp_{error.smtp_code}", "the server refused the login")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        words = "the server offers no such encryption or login"
        return refused(SendOutcome.AUTH, "smtp_not_supported", words)
    if isinstance(error, smtplib.SMTPResponseException):
        return _told(SendOutcome.TRANSIENT, error.smtp_code, error.smtp_error)
    words = f"no connection to the mail server: {type(error).__name__}"
    return refused(SendOutcome.TRANSIENT, "unreachable", words)


def read_sending_error(error: Exception, *, handed_over: bool) -> ProviderResult:
    """Return what it means that a conversation went wrong.

    Args:
        error: What was raised.
        handed_over: Whether the mail itself may have reached the server.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, told = next(iter(error.recipients.values()))
        return _told(_outcome(code, handed_over=False), code, told)
    if isinstance(error, smtplib.SMTPResponseException):
        return _told(_outcome(error.smtp_code, handed_over), error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError | ValueError):
        words = f"the mail cannot be sent by this server: {type(error).__name__}"
        return refused(SendOutcome.REJECTED, "not_sendable", words)
    outcome = SendOutcome.UNKNOWN if handed_over else SendOutcome.TRANSIENT
    return refused(outcome, "connection_lost", f"the connection was lost: {type(error).__name__}")


def _outcome(code: int, handed_over: bool) -> SendOutcome:
    if code in AUTH_CODES:
        return SendOutcome.AUTH
    if code >= FIRST_NEVER:
        return SendOutcome.REJECTED
    if code >= FIRST_LATER:
        return SendOutcome.TRANSIENT
    # No code of RFC 5321: the line broke, or somebody else speaks.
    return SendOutcome.UNKNOWN if handed_over else SendOutcome.TRANSIENT


def _told(outcome: SendOutcome, code: int, words: bytes | str) -> ProviderResult:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    named = f"smtp_{code}" if code >= FIRST_REPLY else "smtp_unreadable"
    return refused(outcome, named, " ".join(said.split())[:MAX_WORDS])

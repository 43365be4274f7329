"""Whether a mail's sender is who it says: the word of our own mail server, and of nobody else."""

import re

from channels_app.providers.base.mail.received import ReceivedMail

_DMARC = re.compile(r"\bdmarc\s{0,3}=\s{0,3}([a-z]+)", re.IGNORECASE)
PASSED = "pass"
UNTOLD = ("none", "temperror")


def sender_verdict(mail: ReceivedMail, authserv_id: str | None) -> bool | None:
    """Return whether the sender is proved (RFC 8601); None if nobody we trust said anything.

    Args:
        mail: As it came in.
        authserv_id: The name of our mail server; the same header of others is ignored.
    """
    if mail.sender_verified is not None or not authserv_id:
        return mail.sender_verified
    for header in mail.headers("Authentication-Results"):
        server, _, results = header.partition(";")
        found = _DMARC.search(results)
        if server.split(" ")[0].lower() != authserv_id.lower() or not found:
            continue
        verdict = found[1].lower()
        return None if verdict in UNTOLD else verdict == PASSED
    return None

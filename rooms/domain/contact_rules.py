"""When people may be written to: their consent, and quiet hours."""

from rooms.domain.frozen import Frozen
from rooms.domain.quiet_hours import QuietHours
from rooms.domain.standing import ConsentRules


class ContactRules(Frozen):
    """What a site holds to when it writes to people.

    Attributes:
        consent: The words by which people stop and start messages.
        quiet_hours: When nobody is written to who has not asked; None is never.
    """

    consent: ConsentRules = ConsentRules()
    quiet_hours: QuietHours | None = None

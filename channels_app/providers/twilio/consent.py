"""What Twilio itself makes of words that stop and start messages.

Sources: Twilio's help on opt-out keywords and on Advanced Opt-Out. Unless support has switched
it off, Twilio obeys and answers the words below on long codes and toll-free numbers; with Advanced
Opt-Out it says so in `OptOutType`.
"""

from collections.abc import Mapping

from rooms.domain.standing import ConsentWord

STOP_WORDS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")
START_WORDS = ("START", "UNSTOP", "YES")
HELP_WORDS = ("HELP", "INFO")
WORDS = {
    **dict.fromkeys(STOP_WORDS, ConsentWord.STOP),
    **dict.fromkeys(START_WORDS, ConsentWord.START),
    **dict.fromkeys(HELP_WORDS, ConsentWord.HELP),
}
TOLD = {"STOP": ConsentWord.STOP, "START": ConsentWord.START, "HELP": ConsentWord.HELP}
CHANGES = {ConsentWord.STOP: "opted_out", ConsentWord.START: "opted_in"}


def read_told(fields: Mapping[str, str]) -> ConsentWord | None:
    """Return what Twilio says that it has obeyed and answered."""
    return TOLD.get(fields.get("OptOutType", "").upper())


def read_word(fields: Mapping[str, str]) -> ConsentWord | None:
    """Return what a text message is to a number without Advanced Opt-Out."""
    return WORDS.get(fields.get("Body", "").strip().upper())

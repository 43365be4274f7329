"""What somebody wrote now, apart from the mails below it."""

import re

from mailparser_reply import EmailReplyParser

# Languages whose quoted heads ("On … wrote:") are known.
LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "da", "sv", "pl", "cs", "ja", "ko", "zh")

# Some of the parser's patterns take time that grows with the cube of what they read; strangers
# write it. An answer whose quoted mail begins after this keeps it.
SCANNED_CHARS = 4_000

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
_PARSER = EmailReplyParser(languages=list(LANGUAGES))


def latest_reply(text: str) -> str:
    """Return what the sender wrote above the quoted mails; everything if that is nothing."""
    tidy = _BLANK_LINES.sub("\n\n", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    scanned = tidy[:SCANNED_CHARS]
    latest = str(_PARSER.parse_reply(scanned) or "").strip()
    if not latest:
        return tidy
    written = _first_lines(scanned, latest)
    if len(tidy) > SCANNED_CHARS and len(written) >= len(scanned.rstrip()):
        return tidy
    return written


def _first_lines(text: str, latest: str) -> str:
    """Return as many lines as `latest` has, as they were written: the parser trims each."""
    wanted = latest.split("\n")
    lines = text.split("\n")[: len(wanted)]
    same = [line.strip() for line in lines] == [line.strip() for line in wanted]
    return "\n".join(lines).rstrip() if same else latest

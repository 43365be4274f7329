"""What people attach in Teams ("Send and receive files using bot")."""

import mimetypes
from collections.abc import Iterator

from channels_app.providers.teams.wire import Activity, Attachment
from rooms.domain.content import MediaContent

FILE = "application/vnd.microsoft.teams.file.download.info"
HTML = "text/html"
UNKNOWN_TYPE = "application/octet-stream"
WEB = ("http://", "https://")


def read_files(activity: Activity) -> Iterator[MediaContent]:
    """Yield the files of a message; cards and quotes are none."""
    for attachment in activity.attachments or []:
        if attachment.content_type == FILE:
            yield from _read_upload(attachment)
        elif attachment.content_type.startswith(("image/", "audio/", "video/")):
            yield from _media(attachment.content_url, attachment.content_type, attachment.name)


def html_of(activity: Activity) -> str:
    """Return the HTML that Teams puts beside a message's text, or ''."""
    for attachment in activity.attachments or []:
        if attachment.content_type == HTML and isinstance(attachment.content, str):
            # Halves of surrogate pairs, which JSON can hold, are no text to whoever reads HTML.
            return attachment.content.encode("utf-8", "replace").decode()
    return ""


def _read_upload(attachment: Attachment) -> Iterator[MediaContent]:
    """Yield a file that lies in OneDrive: its download address carries its own permission."""
    facts = attachment.content if isinstance(attachment.content, dict) else {}
    name = attachment.name or f"file.{facts.get('fileType') or 'bin'}"
    mime_type, _ = mimetypes.guess_type(name)
    yield from _media(facts.get("downloadUrl"), mime_type or UNKNOWN_TYPE, name)


def _media(url: object, mime_type: str, name: str | None) -> Iterator[MediaContent]:
    if isinstance(url, str) and url.startswith(WEB):
        yield MediaContent(url=url, mime_type=mime_type, filename=name)

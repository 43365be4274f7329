"""Files of mails."""

from dataclasses import dataclass

from rooms.domain.media import (
    DATA_SCHEME,
    UNKNOWN_TYPE,
    FileBytes,
    read_data_url,
    safe_name,
    safe_type,
)

__all__ = ["DATA_SCHEME", "UNKNOWN_TYPE", "MailFile", "read_file_url", "safe_name", "safe_type"]


@dataclass(frozen=True)
class MailFile:
    """A file in a mail; `content_id` is what `cid:` references in the HTML call it."""

    name: str
    mime_type: str
    content: bytes
    content_id: str = ""

    def data_url(self) -> str:
        """Return the whole file as an address."""
        return FileBytes(self.content, self.mime_type).data_url()


def read_file_url(url: str, name: str | None = None) -> MailFile:
    """Read a file from the `data:` address that holds it.

    Raises:
        ValueError: If it holds no comma, or no base64 where it says so.
    """
    file = read_data_url(url)
    return MailFile(safe_name(name or "", file.mime_type), file.mime_type, file.content)

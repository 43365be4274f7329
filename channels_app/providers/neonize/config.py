"""What a personal account is connected with."""

from typing import Literal

from pydantic import BaseModel, Field, field_validator

SHORTEST_NUMBER, LONGEST_NUMBER = 7, 15
Platform = Literal["chrome", "firefox", "safari", "edge", "desktop"]


class WhatsAppPersonalConfig(BaseModel):
    """A personal account, linked as one more device of it.

    Attributes:
        session: The path of the SQLite file that holds the link; it is made when it is missing.
            Whoever has the file has the account: keep it where backups are, and nobody else.
        device_name: What the phone shows under its linked devices.
        platform: What kind of device it says to be.
        phone: The account's number; then a code is shown that is typed into the phone, instead of a
            picture that the phone has to see.
        self_chat: Whether what the account's owner writes into the chat with themselves comes in.
        max_file_bytes: Larger files are not fetched; words say so.
    """

    session: str = Field(
        min_length=1,
        description="A file on the server, such as /var/lib/roomkit/whatsapp.sqlite3; its directory"
        " must be there. Whoever has it has the account",
    )
    device_name: str = Field(default="RoomKit", min_length=1, max_length=50)
    platform: Platform = "chrome"
    phone: str | None = Field(
        default=None,
        description="The account's number, to pair by a code instead of a picture",
    )
    self_chat: bool = False
    max_file_bytes: int = Field(default=25_000_000, gt=0)

    @field_validator("session")
    @classmethod
    def check_session(cls, session: str) -> str:
        """Refuse what is no path: an address of a database would hold a password.

        Raises:
            ValueError: If it is an address.
        """
        if "://" in session:
            raise ValueError("name a file, not an address")
        return session

    @field_validator("phone")
    @classmethod
    def check_phone(cls, phone: str | None) -> str | None:
        """Take the digits of a number with its country code.

        Raises:
            ValueError: If there are too few or too many.
        """
        digits = "".join(each for each in phone or "" if each.isdigit())
        if phone and not SHORTEST_NUMBER <= len(digits) <= LONGEST_NUMBER:
            raise ValueError("give the whole number with its country code, such as +15145550100")
        return digits or None

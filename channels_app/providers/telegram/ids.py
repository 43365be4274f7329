"""Ids of messages: Telegram counts them in each chat anew, so that the chat is part of ours."""


def join_id(chat: int | str, message_id: int) -> str:
    """Return the id of a message that no other chat of the bot has."""
    return f"{chat}:{message_id}"


def message_of(joined: str) -> int | None:
    """Return Telegram's own part of such an id, None if it is none."""
    number = joined.rpartition(":")[2]
    return int(number) if number.isascii() and number.isdigit() else None


def chat_of(to: str) -> int | str:
    """Return a recipient as Telegram wants it: a number, or a public name with its `@`."""
    digits = to.strip().removeprefix("-")
    return int(to) if digits.isascii() and digits.isdigit() else to.strip()

"""What is marked in a text: commands and mentions."""

from collections.abc import Iterator, Sequence

from channels_app.providers.telegram.wire import Entity


def cut_units(text: str, offset: int, length: int) -> str:
    """Return a stretch of a text that is measured in UTF-16 units, as Telegram measures."""
    wide = text.encode("utf-16-le", "surrogatepass")
    return wide[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def find_command(text: str, entities: Sequence[Entity]) -> tuple[str, str] | None:
    """Return the command that a text begins with and the bot it names, "" if it names none."""
    for entity in entities:
        if entity.type == "bot_command" and entity.offset == 0:
            command, _, bot = cut_units(text, 0, entity.length).partition("@")
            return command, bot
    return None


def find_mentions(text: str, entities: Sequence[Entity]) -> Iterator[str]:
    """Yield the names that a text mentions, with their `@`, in order."""
    for entity in entities:
        if entity.type == "mention":
            yield cut_units(text, entity.offset, entity.length)

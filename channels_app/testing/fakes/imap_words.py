"""The words of an IMAP command: atoms, quoted texts and literals (RFC 9051 §4, §9)."""

import asyncio
import re
from dataclasses import dataclass

_LITERAL = re.compile(rb"\{(\d+)\}\Z")
_WORD = re.compile(rb'"((?:[^"\\\r\n]|\\["\\])*)"|(\((?:[^()]|\([^()]*\))*\))|([^\s"]+)')


class BadCommand(Exception):
    """A command breaks the grammar or its own rules; the text goes to the client after BAD."""


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        tag: What the client calls it.
        name: In capitals; with `UID ` in front where that was said.
        words: Its arguments; quoted ones without their quotes.
    """

    tag: str
    name: str
    words: tuple[str, ...]


async def read_command(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Command:
    """Read one command, asking for its literals.

    Raises:
        BadCommand: If it is none.
        asyncio.IncompleteReadError: If the client has gone.
    """
    line = (await reader.readuntil(b"\r\n")).removesuffix(b"\r\n")
    while found := _LITERAL.search(line):
        writer.write(b"+ go on\r\n")
        literal = await reader.readexactly(int(found[1]))
        rest = (await reader.readuntil(b"\r\n")).removesuffix(b"\r\n")
        quoted = literal.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        line = line[: found.start()] + b'"' + quoted + b'"' + rest
    return parse_command(line)


def parse_command(line: bytes) -> Command:
    """Parse a command whose literals were put in as quoted texts.

    Raises:
        BadCommand: If it is none.
    """
    words = _split(line)
    if len(words) < 2 or not re.fullmatch(r"[A-Za-z0-9]+", words[0]):
        raise BadCommand("a command has a tag and a name")
    tag, name, *rest = words
    if name.upper() == "UID" and rest:
        return Command(tag, f"UID {rest[0].upper()}", tuple(rest[1:]))
    return Command(tag, name.upper(), tuple(rest))


def _split(line: bytes) -> list[str]:
    words: list[str] = []
    place = 0
    for found in _WORD.finditer(line):
        if line[place : found.start()].strip(b" "):
            raise BadCommand(f"cannot be read: {line[place : found.start()]!r}")
        quoted, group, atom = found.groups()
        raw = group or atom or re.sub(rb"\\(.)", rb"\1", quoted or b"")
        words.append(raw.decode("utf-8"))
        place = found.end()
    if line[place:].strip(b" "):
        raise BadCommand(f"cannot be read: {line[place:]!r}")
    return words


def parse_set(text: str, highest: int) -> tuple[int, int]:
    """Return the bounds of a sequence set of one number or range; `*` is the highest.

    Raises:
        BadCommand: If it is none.
    """
    if not re.fullmatch(r"(\d+|\*)(:(\d+|\*))?", text):
        raise BadCommand(f"no sequence set: {text}")
    bounds = [highest if each == "*" else int(each) for each in text.split(":")]
    return min(bounds), max(bounds)

"""One client's conversation with a fake mail server."""

import asyncio

from channels_app.testing.fakes.imap_state import MailState
from channels_app.testing.fakes.imap_words import BadCommand, Command, read_command


class Session:
    """One client's connection.

    Attributes:
        idle_tag: The tag of the IDLE command while the client waits.
    """

    def __init__(
        self, state: MailState, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.writer = writer
        self.idle_tag: str | None = None
        self._state = state
        self._reader = reader
        self._is_encrypted = False
        self._is_known = False
        self._is_open = False
        self._is_read_only = True
        self._told = 0

    async def run(self) -> None:
        """Greet, and answer commands until the client leaves."""
        self._say(f"* OK [CAPABILITY {' '.join(self._offer())}] ready")
        while not self.writer.is_closing():
            try:
                command = await read_command(self._reader, self.writer)
            except BadCommand as error:
                self._complain("*", str(error))
                continue
            self._state.commands.append(command.name)
            await self._answer(command)
            await self.writer.drain()

    def tell_news(self) -> None:
        """Tell a waiting client how many mails there are now."""
        if self.idle_tag is not None:
            self._tell_count()

    async def _answer(self, command: Command) -> None:
        answers = {
            "CAPABILITY": self._capability,
            "NOOP": self._noop,
            "LOGIN": self._login,
            "SELECT": self._select,
            "EXAMINE": self._select,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
            "UID STORE": self._store,
            "LOGOUT": self._logout,
        }
        try:
            if command.name == "IDLE":
                await self._idle(command)
            elif command.name == "STARTTLS":
                await self._encrypt(command)
            else:
                answers.get(command.name, self._unknown)(command)
        except BadCommand as error:
            self._complain(command.tag, str(error))

    def _unknown(self, command: Command) -> None:
        raise BadCommand(f"unknown command {command.name}")

    # -- any state

    def _capability(self, command: Command) -> None:
        self._say(f"* CAPABILITY {' '.join(self._offer())}")
        self._done(command)

    def _noop(self, command: Command) -> None:
        if self._is_open:
            self._tell_count()
        self._done(command)

    def _logout(self, command: Command) -> None:
        self._say("* BYE see you")
        self._done(command)
        self.writer.close()

    async def _encrypt(self, command: Command) -> None:
        """Go on encrypted (RFC 9051 §6.2.1)."""
        certificate = self._state.starttls
        if certificate is None or self._is_encrypted or self._is_known:
            raise BadCommand("STARTTLS is not offered now")
        self._done(command)
        await self.writer.start_tls(certificate)
        self._is_encrypted = True

    # -- logging in and opening

    def _login(self, command: Command) -> None:
        if self._is_known or len(command.words) != 2:
            raise BadCommand("LOGIN comes once, with a name and a password")
        if self._state.starttls is not None and not self._is_encrypted:
            self._say(f"{command.tag} NO [PRIVACYREQUIRED] encrypt first")
            return
        if command.words != (self._state.username, self._state.password):
            self._say(f"{command.tag} NO [AUTHENTICATIONFAILED] invalid credentials")
            return
        self._is_known = True
        self._done(command)

    def _select(self, command: Command) -> None:
        self._require(self._is_known, "log in first")
        if len(command.words) != 1:
            raise BadCommand(f"{command.name} names one mailbox")
        if command.words[0] != self._state.mailbox:
            self._say(f"{command.tag} NO [NONEXISTENT] no such mailbox")
            return
        self._is_open, self._is_read_only = True, command.name == "EXAMINE"
        self._say(r"* FLAGS (\Seen \Answered \Flagged \Deleted \Draft)")
        self._tell_count()
        self._say(f"* OK [UIDVALIDITY {self._state.uidvalidity}] valid")
        self._say(f"* OK [UIDNEXT {self._state.next_uid}] predicted")
        access = "READ-ONLY" if self._is_read_only else "READ-WRITE"
        self._say(f"{command.tag} OK [{access}] {command.name} completed")

    # -- reading

    def _search(self, command: Command) -> None:
        self._require(self._is_open, "open a mailbox first")
        found = [str(mail.uid) for mail in self._state.matching(command.words)]
        self._say(" ".join(["* SEARCH", *found]))
        self._done(command)

    def _fetch(self, command: Command) -> None:
        self._require(self._is_open, "open a mailbox first")
        if len(command.words) != 2:
            raise BadCommand("FETCH takes a set and what to fetch")
        numbers, wanted = command.words
        for place, mail in self._state.numbered(numbers):
            self.writer.write(mail.show(place, wanted.strip("()").upper()))
        self._done(command)

    def _store(self, command: Command) -> None:
        self._require(self._is_open, "open a mailbox first")
        if len(command.words) != 3 or command.words[1] not in ("+FLAGS", "+FLAGS.SILENT"):
            raise BadCommand("STORE takes a set, +FLAGS and flags")
        if self._is_read_only:
            self._say(f"{command.tag} NO [READ-ONLY] the mailbox was opened to be read only")
            return
        for _, mail in self._state.numbered(command.words[0]):
            mail.flags.update(command.words[2].strip("()").split())
        self._done(command)

    # -- waiting

    async def _idle(self, command: Command) -> None:
        self._require(self._is_open, "open a mailbox first")
        self._require("IDLE" in self._state.capabilities, "not offered")
        self._say("+ idling")
        self.idle_tag = command.tag
        if self._told != len(self._state.mails):
            self._tell_count()
        word = await self._reader.readuntil(b"\r\n")
        self.idle_tag = None
        if word.strip().upper() != b"DONE":
            raise BadCommand("IDLE ends with DONE")
        self._done(command)

    # -- words

    def _offer(self) -> list[str]:
        if self._is_known:
            return self._state.capabilities
        can_encrypt = self._state.starttls is not None and not self._is_encrypted
        return ["IMAP4rev1", *(["STARTTLS", "LOGINDISABLED"] if can_encrypt else [])]

    def _tell_count(self) -> None:
        self._told = len(self._state.mails)
        self._say(f"* {self._told} EXISTS")

    def _require(self, condition: bool, hint: str) -> None:
        if not condition:
            raise BadCommand(hint)

    def _done(self, command: Command) -> None:
        self._say(f"{command.tag} OK {command.name} completed")

    def _complain(self, tag: str, hint: str) -> None:
        self._state.complaints.append(hint)
        self._say(f"{tag} BAD {hint}")

    def _say(self, line: str) -> None:
        self.writer.write(f"{line}\r\n".encode())

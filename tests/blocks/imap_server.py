"""A stand-in for a mailbox: the part of IMAP that reading messages takes, over one thread."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """Its messages by folder, and what clients said."""

    port: int = 0
    folders: dict[str, list[bytes]] = field(default_factory=lambda: {"INBOX": []})
    said: list[str] = field(default_factory=list)


class _Handler(socketserver.StreamRequestHandler):
    folder = "INBOX"
    server: _Server

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline():
            tag, _, command = line.decode().strip().partition(" ")
            self.server.mailbox.said.append(command)
            self.wfile.write(self._answer(command) + f"{self.end(tag, command)}\r\n".encode())
            if command.upper().startswith("LOGOUT"):
                return

    def end(self, tag: str, command: str) -> str:
        if command.upper().startswith("LOGIN") and self.server.login not in command:
            return f"{tag} NO wrong"
        if command.upper().startswith("EXAMINE") and self._folder(command) is None:
            return f"{tag} NO no such folder"
        return f"{tag} OK done"

    def _folder(self, command: str) -> str | None:
        name = command.partition(" ")[2].strip('"')
        return name if name in self.server.mailbox.folders else None

    def _answer(self, command: str) -> bytes:
        word = command.upper()
        messages = self.server.mailbox.folders[self.folder]
        if word.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4REV1\r\n"
        if word.startswith("EXAMINE") and (name := self._folder(command)) is not None:
            self.folder = name
            return f"* {len(self.server.mailbox.folders[name])} EXISTS\r\n".encode()
        if word.startswith("LIST"):
            return b"".join(
                b'* LIST () "/" "%s"\r\n' % n.encode() for n in self.server.mailbox.folders
            )
        if word.startswith("UID SEARCH"):
            numbers = " ".join(str(n) for n in range(1, len(messages) + 1))
            return f"* SEARCH {numbers}\r\n".encode()
        if found := re.match(r"UID FETCH (\d+) \((.*)\)", word):
            return self._fetched(int(found.group(1)), found.group(2), messages)
        return b""

    def _fetched(self, number: int, what: str, messages: list[bytes]) -> bytes:
        content = messages[number - 1]
        if what == "RFC822.SIZE":
            return b"* %d FETCH (RFC822.SIZE %d)\r\n" % (number, len(content))
        if "HEADER" in what:
            content = content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        return b"* %d FETCH (BODY[] {%d}\r\n%b)\r\n" % (number, len(content), content)


class _Server(socketserver.ThreadingTCPServer):
    mailbox: Mailbox
    login: str


@contextmanager
def imap_server(username: str, password: str) -> Iterator[Mailbox]:
    """A mailbox with one user."""
    mailbox = Mailbox()

    server = _Server(("127.0.0.1", 0), _Handler)
    server.mailbox, server.login = mailbox, f'{username} "{password}"'
    mailbox.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield mailbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A mailbox over IMAP, as far as a reader needs one (RFC 3501); it lies outside our process."""

from __future__ import annotations

import re
import socketserver
import threading
from email.message import EmailMessage


class PostOffice:
    """Serves one folder, INBOX.

    Attributes:
        messages: What is in it, by number.
        validity: Changes when the folder is made anew.
        wrong_login: Whether every login is refused.
    """

    def __init__(self) -> None:
        self.messages: dict[int, bytes] = {}
        self.validity = 1
        self.wrong_login = False
        self.changed = 0
        office = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK ready\r\n")
                while line := self.rfile.readline().decode().strip():
                    tag, _, rest = line.partition(" ")
                    self.wfile.write(office.answer(tag, rest))

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> PostOffice:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def receive(self, subject: str, sender: str, message_id: str = "") -> None:
        message = EmailMessage()
        message["Subject"], message["From"] = subject, sender
        message["Message-ID"] = message_id or f"<{len(self.messages) + 1}@shop.example>"
        message.set_content("Your invoice is attached to your account.")
        self.messages[max(self.messages, default=0) + 1] = message.as_bytes()

    def answer(self, tag: str, command: str) -> bytes:
        verb = command.upper()
        if verb.startswith("CAPABILITY"):
            return f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode()
        if verb.startswith("LOGIN"):
            return f"{tag} {'NO wrong password' if self.wrong_login else 'OK in'}\r\n".encode()
        if verb.startswith("EXAMINE"):
            return (
                f"* {len(self.messages)} EXISTS\r\n* OK [UIDVALIDITY {self.validity}]\r\n"
                f"{tag} OK [READ-ONLY] done\r\n"
            ).encode()
        if found := re.match(r"UID SEARCH UID (\d+):\*", verb):
            newest = max(self.messages, default=0)
            first = min(int(found.group(1)), newest)
            uids = " ".join(str(uid) for uid in self.messages if uid >= first)
            return f"* SEARCH {uids}\r\n{tag} OK done\r\n".encode()
        if found := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]\)", verb):
            uid = int(found.group(1))
            content = self.messages[uid]
            head = f"* {uid} FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode()
            return head + content + f")\r\n{tag} OK done\r\n".encode()
        self.changed += verb.startswith(("UID STORE", "STORE", "SELECT"))
        return f"{tag} OK whatever\r\n".encode()

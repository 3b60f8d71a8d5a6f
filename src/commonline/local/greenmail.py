"""GreenMail on this machine: a real IMAP and SMTP server for tests and for the demo day."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx

from commonline.errors import PlatformError
from commonline.local import ports
from commonline.local.artifacts import load_lock
from commonline.local.fetch import fetch
from commonline.local.java import command
from commonline.local.server import Server, end_stale

START_S = 60.0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A user of the server: logs in with the address."""

    address: str
    password: str


class GreenMail:
    """One mail server, in memory. A restart empties it and changes UIDVALIDITY (the time of its start)."""

    def __init__(self, home: Path, cache: Path, mailboxes: tuple[Mailbox, ...] = ()) -> None:
        self.cache, self.mailboxes = cache.absolute(), mailboxes
        self.host = ports.HOST
        self.imap_port = self.smtp_port = self.api_port = 0
        self.server = Server("greenmail", "the mail server", home.absolute())

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.server.pid is not None

    def start(self) -> None:
        """Fetch (11 MB, once), start, wait. Ports stay the same over restarts. Raises `PlatformError`."""
        if self.alive:
            return
        end_stale(self.server.pid_file)
        jar = fetch([load_lock("greenmail")], self.cache)["greenmail"][0]
        self.imap_port = self.imap_port or ports.free_port()
        self.smtp_port = self.smtp_port or ports.free_port()
        self.api_port = self.api_port or ports.free_port()
        self.server.start(self._argv(jar), self._ready, START_S)

    def stop(self) -> None:
        """End it; its mails are gone."""
        self.server.stop()

    def restart(self) -> None:
        """Stop and start: same ports and configured users, no mails, another UIDVALIDITY."""
        self.stop()
        self.start()

    def add(self, mailbox: Mailbox) -> None:
        """Add a user to the running server. Raises `PlatformError` when it refuses."""
        user = {"email": mailbox.address, "login": mailbox.address, "password": mailbox.password}
        self._post("user", user)

    def purge(self) -> None:
        """Remove all mails of all users."""
        self._post("mail/purge", None)

    def _post(self, what: str, body: object) -> None:
        try:
            url = f"http://{self.host}:{self.api_port}/api/{what}"
            httpx.post(url, json=body, timeout=10, trust_env=False).raise_for_status()
        except httpx.HTTPError as error:
            raise PlatformError(f"the mail server refused {what}: {error}") from error

    def _argv(self, jar: Path) -> list[str]:
        options = {"users.login": "email", "startup.timeout": "20000"}
        for protocol, port in (("imap", self.imap_port), ("smtp", self.smtp_port), ("api", self.api_port)):
            options |= {f"{protocol}.hostname": self.host, f"{protocol}.port": str(port)}
        if self.mailboxes:
            options["users"] = ",".join(_user(mailbox) for mailbox in self.mailboxes)
        flags = [f"-Dgreenmail.{key}={value}" for key, value in options.items()]
        return command(["-jar", str(jar)], heap="128m", options=flags)

    def _ready(self) -> bool:
        if not (ports.answers(self.imap_port) and ports.answers(self.api_port)):
            return False
        try:
            url = f"http://{self.host}:{self.api_port}/api/service/readiness"
            return httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


def _user(mailbox: Mailbox) -> str:
    name, _, domain = mailbox.address.partition("@")
    return f"{name}:{mailbox.password}@{domain}"

"""Reads mailboxes over IMAP (RFC 9051, RFC 3501); nothing is changed there, no mail is marked as seen.

Cursor: ``{"folders": {name: {"uidvalidity": n, "uid": n}}, "since": day}``, `uid` being the last one that was read. A
folder whose UIDVALIDITY has changed was rebuilt: it is read again from `since` on; the ids of mails do not depend on
UIDs, so repeats harm nobody. A mail larger than `size_limit` is fetched up to `HEAD` and marked as truncated.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError, ProtocolError

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError, RetryLaterError
from commonline.kit.mail.mail import FOLDER, INTERNAL_DATE, TRUNCATED
from commonline.kit.source import Context, Cursor, Item, Page
from commonline.kit.times import SECOND, from_micros, to_micros

HEAD = 1024 * 1024
"""Bytes that are kept of a mail beyond the size limit."""
BATCH = 50
BATCH_BYTES = 8 * 1024 * 1024
"""A page holds at most so many mails and bytes; a larger mail is a page of its own."""
BUSY = ("[unavailable]", "[limit]", "[inuse]", "throttl", "too many", "try again", "[overquota]")
_ONE_DAY = timedelta(days=1)
T = TypeVar("T")


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """What is new in all folders. Raises `DisconnectedError`, `RetryLaterError`, `AuthenticationError`,
    `ConfigurationError`."""
    mailbox = _Mailbox(context)
    state = _state(context, cursor)
    try:
        await _in_thread(mailbox, mailbox.connect)
        for folder in context.settings["folders"]:
            async for items, position in _folder(mailbox, folder, state, context):
                state["folders"][folder] = position
                yield Page(items, _copy(state))
    finally:
        await asyncio.shield(asyncio.to_thread(mailbox.close))


async def _folder(
    mailbox: _Mailbox, folder: str, state: Cursor, context: Context
) -> AsyncIterator[tuple[list[Item], Cursor]]:
    opened = await _in_thread(mailbox, mailbox.open, folder)
    before = state["folders"].get(folder)
    since = date.fromisoformat(state["since"])
    if before is not None and before["uidvalidity"] == opened["uidvalidity"]:
        position = dict(before)
        if opened["uidnext"] is not None and opened["uidnext"] <= position["uid"] + 1:
            return
        criteria: list[Any] = ["UID", f"{position['uid'] + 1}:*", "UNDRAFT"]
    elif before is None and context.mode == "live" and context.since_us is None:
        last = (opened["uidnext"] or 1) - 1
        yield [], {"uidvalidity": opened["uidvalidity"], "uid": last}
        return
    else:
        position = {"uidvalidity": opened["uidvalidity"], "uid": 0}
        criteria = ["SINCE", since, "UNDRAFT"]
    found = await _in_thread(mailbox, mailbox.search, criteria)
    uids = [uid for uid in sorted(found) if uid > position["uid"]]
    earliest = context.since_us if before is None else None
    for group in await _in_thread(mailbox, mailbox.groups, uids, earliest):
        items = await _in_thread(mailbox, mailbox.fetch, folder, opened["uidvalidity"], group)
        position = {**position, "uid": group[-1][0]}
        yield items, position
    if not uids:
        yield [], position


def _state(context: Context, cursor: Cursor | None) -> Cursor:
    if cursor and isinstance(cursor.get("folders"), dict):
        return _copy(cursor)
    # SINCE speaks of days in the server's own zone: one day earlier holds everything.
    begin = context.since_us if context.since_us is not None else context.clock()
    return {"folders": {}, "since": (from_micros(begin).date() - _ONE_DAY).isoformat()}


def _copy(state: Cursor) -> Cursor:
    return {"since": state["since"], "folders": {name: dict(position) for name, position in state["folders"].items()}}


async def _in_thread(mailbox: _Mailbox, call: Callable[..., T], *arguments: Any) -> T:
    """Run a blocking call of the library, and tell its errors in our words."""
    try:
        return await asyncio.get_running_loop().run_in_executor(mailbox.thread, mailbox.alone, call, *arguments)
    except IMAPClientError as error:
        text = str(error).lower()
        if any(word in text for word in BUSY):
            raise RetryLaterError(f"the mail server asks for patience: {error}", 60.0) from error
        raise DisconnectedError(f"the mail server: {error}") from error
    except (OSError, EOFError) as error:
        raise DisconnectedError(f"the connection to the mail server: {error}") from error


class _Mailbox:
    """The connection. All methods block: call them in a thread, one at a time."""

    def __init__(self, context: Context) -> None:
        self._settings = context.settings
        self._source = context.source
        self._client: IMAPClient | None = None
        self._lock = threading.Lock()
        self.thread = ThreadPoolExecutor(1, f"imap-{context.source}")

    def alone(self, call: Callable[..., T], *arguments: Any) -> T:
        """Run a method while no other one runs."""
        with self._lock:
            return call(*arguments)

    def connect(self) -> None:
        """Connect and log in."""
        settings = self._settings
        tls = None if settings["tls"] == "none" else ssl.create_default_context()
        if tls is not None and settings.get("ca_file"):
            tls.load_verify_locations(settings["ca_file"])
        client = IMAPClient(
            settings["host"],
            port=settings["port"],
            ssl=settings["tls"] == "implicit",
            ssl_context=tls if settings["tls"] == "implicit" else None,
            timeout=settings["timeout_s"],
        )
        self._client = client
        if settings["tls"] == "starttls":
            client.starttls(tls)
        self._login(client)

    def _login(self, client: IMAPClient) -> None:
        settings = self._settings
        token, password = settings.get("access_token"), settings.get("password")
        try:
            if isinstance(token, ResolvedSecret):
                client.oauth2_login(settings["user"], token.value)
            elif isinstance(password, ResolvedSecret):
                client.login(settings["user"], password.value)
            else:
                raise ConfigurationError(
                    f"sources.{self._source}.password: is missing; give the password or an access_token"
                )
        except LoginError as error:
            raise AuthenticationError(f"{settings['user']} cannot log in at {settings['host']}: {error}") from error

    def open(self, folder: str) -> dict[str, int | None]:
        """Open a folder for reading only. `uidnext` is None where the server does not tell it."""
        try:
            answer = self._connected.select_folder(folder, readonly=True)
        except IMAPClientError as error:
            raise IMAPClientError(f"sources.{self._source}.folders: {folder!r} cannot be opened: {error}") from error
        if b"UIDVALIDITY" not in answer:
            raise ConfigurationError(
                f"sources.{self._source}.folders: {folder!r} has no lasting UIDs on this server; choose another folder"
            )
        return {"uidvalidity": int(answer[b"UIDVALIDITY"]), "uidnext": answer.get(b"UIDNEXT")}

    def search(self, criteria: list[Any]) -> list[int]:
        """UIDs that fit."""
        return [int(uid) for uid in self._connected.search(criteria)]

    def groups(self, uids: list[int], earliest: int | None) -> list[list[tuple[int, int]]]:
        """UIDs with their sizes, in groups of one page each; without mails that are gone by now, or are stored
        before `earliest` (microseconds)."""
        sizes: dict[int, int] = {}
        for start in range(0, len(uids), 1000):
            answer = self._connected.fetch(uids[start : start + 1000], ["RFC822.SIZE", "INTERNALDATE"])
            for uid, data in answer.items():
                stored = data.get(b"INTERNALDATE")
                if earliest is None or stored is None or to_micros(stored.astimezone(UTC)) + SECOND > earliest:
                    sizes[int(uid)] = int(data.get(b"RFC822.SIZE", 0))
        return list(_groups([(uid, sizes[uid]) for uid in uids if uid in sizes]))

    def fetch(self, folder: str, uidvalidity: int, group: list[tuple[int, int]]) -> list[Item]:
        """The mails of one group, in order of their UIDs."""
        limit = self._settings["size_limit"]
        whole = [uid for uid, size in group if size <= limit]
        found: dict[int, tuple[bytes, datetime | None, int]] = {}
        for uid, data in (self._connected.fetch(whole, ["INTERNALDATE", "BODY.PEEK[]"]) if whole else {}).items():
            found[int(uid)] = (data.get(b"BODY[]") or b"", data.get(b"INTERNALDATE"), 0)
        for uid, size in group:
            if size > limit:
                found[uid] = (*self._begin(uid), size)
        return [self._item(folder, uidvalidity, uid, *found[uid]) for uid, _ in group if uid in found]

    def _begin(self, uid: int) -> tuple[bytes, datetime | None]:
        """The first bytes of a mail; from a server that answers partial fetches wrongly, its header fields."""
        try:
            data = self._connected.fetch([uid], ["INTERNALDATE", f"BODY.PEEK[]<0.{HEAD}>"]).get(uid, {})
            body = data.get(b"BODY[]<0>")
        except ProtocolError:
            data = self._connected.fetch([uid], ["INTERNALDATE", "BODY.PEEK[HEADER]"]).get(uid, {})
            body = data.get(b"BODY[HEADER]")
        return body or b"", data.get(b"INTERNALDATE")

    def _item(
        self, folder: str, uidvalidity: int, uid: int, body: bytes, stored: datetime | None, full_size: int
    ) -> Item:
        headers = {FOLDER: folder}
        if stored is not None:
            # The library gives local time without a zone.
            headers[INTERNAL_DATE] = stored.astimezone(UTC).isoformat()
        if full_size:
            headers[TRUNCATED] = str(full_size)
        place = f"/{quote(folder, safe='/')};UIDVALIDITY={uidvalidity}/;UID={uid}"
        return Item(
            body=body,
            content_type="message/rfc822",
            request=f"FETCH {place}",
            headers=headers,
            vendor_id=place,
        )

    @property
    def _connected(self) -> IMAPClient:
        if self._client is None:
            raise DisconnectedError("not connected to the mail server")
        return self._client

    def close(self) -> None:
        """Log out. Where a call is still under way, or the server does not answer, the connection is cut."""
        self.thread.shutdown(wait=False)
        client, self._client = self._client, None
        if client is None:
            return
        idle = self._lock.acquire(blocking=False)
        with suppress(IMAPClientError, OSError, EOFError):
            (client.logout if idle else client.shutdown)()
        if idle:
            self._lock.release()


def _groups(sized: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    group: list[tuple[int, int]] = []
    total = 0
    for uid, size in sized:
        if group and (len(group) >= BATCH or total + size > BATCH_BYTES):
            yield group
            group, total = [], 0
        group.append((uid, size))
        total += size
    if group:
        yield group

"""The mailbox reader against a real IMAP server (GreenMail)."""

from __future__ import annotations

import imaplib
import smtplib
from collections.abc import AsyncIterator
from contextlib import aclosing
from email.message import EmailMessage
from typing import Any, NamedTuple
from uuid import uuid4

import aiohttp
import pytest

from commonline.clock import now_us
from commonline.configuration.load import ResolvedSecret
from commonline.connectors.email.source import HEAD, read
from commonline.errors import AuthenticationError, DisconnectedError
from commonline.kit import catalogue
from commonline.kit.replay import trial
from commonline.kit.samples import Sample
from commonline.kit.source import Context, Cursor, Item
from commonline.local.greenmail import GreenMail, Mailbox
from commonline.schemas.records import Activity

HOUR_US = 3_600_000_000


class Desk(NamedTuple):
    """A mailbox of its own for each test, and the server where it is."""

    server: GreenMail
    box: Mailbox


@pytest.fixture
def desk(greenmail: GreenMail) -> Desk:
    """An empty mailbox."""
    box = Mailbox(f"desk-{uuid4().hex[:8]}@acme.example", "s3cret-of-the-desk")
    greenmail.add(box)
    return Desk(greenmail, box)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """What a context holds; mailboxes do not use it."""
    async with aiohttp.ClientSession() as session:
        yield session


def context(desk: Desk, http: aiohttp.ClientSession, since_us: int | None = None, **given: Any) -> Context:
    """A source of that mailbox."""
    server, box = desk
    declared = catalogue.manifest("email").settings
    settings = {name: setting.default for name, setting in declared.items()}
    settings |= {"host": server.host, "port": server.imap_port, "tls": "none", "user": box.address, "timeout_s": 10.0}
    settings |= {"password": ResolvedSecret((box.password,)), **given}
    return Context("desk", "acme", settings, http, since_us=since_us)


def send(desk: Desk, subject: str, text: str = "The lid of my kettle broke.", **more: str) -> None:
    """Send a mail to the desk."""
    mail = EmailMessage()
    mail["From"] = "Ana López <ana@example.org>"
    mail["To"] = desk.box.address
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{subject.replace(' ', '.')}@example.org>"
    for name, value in more.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    with smtplib.SMTP(desk.server.host, desk.server.smtp_port, timeout=10) as smtp:
        smtp.send_message(mail)


async def poll(source: Context, cursor: Cursor | None) -> tuple[list[Item], Cursor | None]:
    """One round: all items, and the last cursor."""
    items: list[Item] = []
    async with aclosing(read(source, cursor)) as pages:  # type: ignore[type-var]
        async for page in pages:
            items += page.items
            cursor = page.cursor
    return items, cursor


def activities(item: Item, address: str = "desk@acme.example") -> list[Activity]:
    """What normalize makes of an item."""
    source = trial(catalogue.connector("email"), {"address": address})
    sample = Sample("item", item.body, item.content_type, item.headers, item.request)
    return [one for result in source.run(source.delivery(sample, now_us())) for one in result.activities]


async def test_new_mails_once_and_unseen(desk: Desk, http: aiohttp.ClientSession) -> None:
    source = context(desk, http)
    send(desk, "before the first look")
    items, cursor = await poll(source, None)
    assert items == []
    send(desk, "first")
    send(desk, "second", text="Größe 🫖\n" * 2000)
    items, cursor = await poll(source, cursor)
    found = [activities(item)[0] for item in items]
    assert [one.object.title for one in found] == ["first", "second"]
    assert found[0].object.id == "mid:first@example.org"
    assert found[0].our_account == "mailto:desk@acme.example"
    assert found[1].object.text is not None
    assert found[1].object.text.startswith("Größe 🫖")
    assert abs(found[0].published - now_us()) < HOUR_US
    assert await poll(source, cursor) == ([], cursor)
    unseen = await poll(context(desk, http, since_us=now_us() - HOUR_US), None)
    assert len(unseen[0]) == 3
    assert (await poll(context(desk, http, since_us=now_us() + HOUR_US), None))[0] == []
    assert b"\\Seen" not in _flags(desk)


def _flags(desk: Desk) -> bytes:
    with imaplib.IMAP4(desk.server.host, desk.server.imap_port, timeout=10) as client:
        client.login(desk.box.address, desk.box.password)
        client.select("INBOX", readonly=True)
        return b"".join(part for part in client.fetch("1:*", "(FLAGS)")[1] if isinstance(part, bytes))


async def test_rebuilt_mailbox_is_read_again_and_ids_stay(desk: Desk, http: aiohttp.ClientSession) -> None:
    source = context(desk, http)
    _, cursor = await poll(source, None)
    send(desk, "kept")
    before, cursor = await poll(source, cursor)
    desk.server.restart()
    desk.server.add(desk.box)
    send(desk, "kept")
    send(desk, "new after the restart")
    after, again = await poll(source, cursor)
    assert cursor is not None
    assert again is not None
    assert cursor["folders"]["INBOX"]["uidvalidity"] != again["folders"]["INBOX"]["uidvalidity"]
    assert [activities(item)[0].object.title for item in after] == ["kept", "new after the restart"]
    assert activities(after[0])[0].object.id == activities(before[0])[0].object.id
    assert after[0].vendor_id != before[0].vendor_id


async def test_a_page_holds_few_mails_and_its_own_cursor(
    desk: Desk, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonline.connectors.email.source.BATCH", 2)
    source = context(desk, http)
    _, cursor = await poll(source, None)
    for number in range(5):
        send(desk, f"mail {number}")
    pages = [page async for page in read(source, cursor)]
    assert [len(page.items) for page in pages] == [2, 2, 1]
    assert pages[0].cursor is not None
    rest, _ = await poll(source, pages[0].cursor)
    assert [activities(item)[0].object.title for item in rest] == ["mail 2", "mail 3", "mail 4"]


async def test_too_large_a_mail_is_kept_in_part_and_says_so(desk: Desk, http: aiohttp.ClientSession) -> None:
    source = context(desk, http, size_limit=HEAD)
    _, cursor = await poll(source, None)
    send(desk, "large", text="A line about kettles.\n" * 80_000)
    send(desk, "small")
    items, _ = await poll(source, cursor)
    # This server answers partial fetches wrongly (no space before the literal): its header fields are kept.
    assert len(items[0].body) < HEAD
    large, small = (activities(item)[0] for item in items)
    assert large.object.title == "large"
    assert int(large.fields["truncated"]) > 80_000 * 22
    assert "truncated" not in small.fields


async def test_several_folders(desk: Desk, http: aiohttp.ClientSession) -> None:
    with imaplib.IMAP4(desk.server.host, desk.server.imap_port, timeout=10) as client:
        client.login(desk.box.address, desk.box.password)
        client.create("Sent")
        source = context(desk, http, folders=["INBOX", "Sent"])
        _, cursor = await poll(source, None)
        client.append("Sent", "", "", b"From: desk@acme.example\r\nSubject: answer\r\n\r\nIt is on its way.\r\n")
    send(desk, "question")
    items, cursor = await poll(source, cursor)
    assert [activities(item)[0].fields["folder"] for item in items] == ["INBOX", "Sent"]
    assert await poll(source, cursor) == ([], cursor)


async def test_what_goes_wrong_is_told_in_the_runners_words(desk: Desk, http: aiohttp.ClientSession) -> None:
    with pytest.raises(AuthenticationError, match="cannot log in"):
        await poll(context(desk, http, password=ResolvedSecret(("wrong",))), None)
    with pytest.raises(DisconnectedError, match="folders: 'No such folder' cannot be opened"):
        await poll(context(desk, http, folders=["No such folder"]), None)
    with pytest.raises(DisconnectedError):
        await poll(context(desk, http, tls="implicit"), None)
    desk.server.stop()
    try:
        with pytest.raises(DisconnectedError):
            await poll(context(desk, http), None)
    finally:
        desk.server.start()

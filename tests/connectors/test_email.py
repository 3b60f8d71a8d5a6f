"""What the e-mail goldens do not show: identity, trust, charsets, hostile mails, real collections."""

from __future__ import annotations

import base64
import os
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import ProtocolError

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.email.source import HEAD, _groups, _Mailbox
from commonline.errors import ConfigurationError
from commonline.kit import catalogue
from commonline.kit.mail import charsets, quotes
from commonline.kit.mail.authentication import verified
from commonline.kit.mail.headers import words
from commonline.kit.mail.threads import title_of
from commonline.kit.mapping import Dead
from commonline.kit.replay import Result, trial, verdict
from commonline.kit.samples import Sample, read
from commonline.schemas.codec import decode_activity, encode_activity
from commonline.schemas.records import Activity

RECEIVED = 1_780_315_200_000_000
MIB = 1024 * 1024
PAYLOADS = Path(os.environ.get("COMMONLINE_PAYLOADS", Path(__file__).parents[3] / "shared" / "payloads")) / "email"


def run(raw: bytes, **settings: Any) -> list[Result]:
    """What normalize makes of a mail."""
    source = trial(catalogue.connector("email"), settings)
    return source.run(source.delivery(Sample("mail.eml", raw, "message/rfc822"), RECEIVED))


def one(raw: bytes, **settings: Any) -> Activity:
    """The only activity of a mail."""
    (result,) = run(raw, **settings)
    (activity,) = result.activities
    return activity


def mail(text: str, **headers: str) -> bytes:
    """A simple mail; the headers' underscores are hyphens."""
    fields = {"From": "Ana <ana@example.org>", "Date": "Mon, 1 Jun 2026 09:00:00 +0000", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"{head}\r\n{text}".encode()


def test_identity_ignores_how_a_mail_travelled() -> None:
    first = mail("Hello there  \r\nüber\r\n", Message_ID="<a@example.org>", Content_Type="text/plain; charset=utf-8")
    body = base64.b64encode("Hello there\nüber".encode()).decode()
    second = mail(
        body,
        Received="from x by y; Tue, 2 Jun 2026 09:00:00 +0000",
        Message_ID="<a@example.org>",
        Content_Type="text/plain; charset=utf-8",
        Content_Transfer_Encoding="base64",
        Delivered_To="other@example.org",
    )
    assert one(first).id == one(second).id


def test_another_text_or_attachment_under_one_message_id_is_another_fact() -> None:
    first, second = one(mail("a", Message_ID="<a@x.org>")), one(mail("b", Message_ID="<a@x.org>"))
    assert first.object.id == second.object.id == "mid:a@x.org"
    assert first.id != second.id


def test_a_mail_without_message_id_keeps_its_id() -> None:
    raw = mail("a")
    assert one(raw).object.id == one(raw).object.id
    assert one(raw).object.id.startswith("email:digest/")
    assert one(raw).object.id != one(mail("b")).object.id


def test_spans_of_a_cut_text_lie_within_it() -> None:
    activity = one(mail("https://example.org/a\n" + "x" * 50_000 + "\nhttps://example.org/b\n> " + "y" * 50_000))
    assert activity.fields["text.characters"] == "100000"
    assert len(activity.object.text or "") == 40_000
    assert [span.value for span in activity.object.spans] == ["https://example.org/a"]
    quoted = one(mail("top\n> " + "y" * 50_000)).object.spans
    assert [(span.kind, span.end) for span in quoted] == [("quoted", 40_000)]


AUTHENTICATED = "mx.acme.example; dkim=pass header.d=example.org; dmarc=pass (p=none) header.from=example.org"


@pytest.mark.parametrize(
    ("fields", "address", "expected"),
    [
        ([AUTHENTICATED], "ana@example.org", True),
        ([AUTHENTICATED], "ana@example.com", False),
        (["MX.acme.example 1; dkim=pass header.i=@mail.example.org"], "ana@example.org", True),
        (["mx.acme.example; dkim=pass header.d=example.org"], "ana@news.example.org", True),
        (["mx.acme.example; dkim=pass header.d=org"], "ana@example.org", False),
        (["mx.acme.example; dkim=pass header.d=notexample.org"], "ana@example.org", False),
        (["mx.acme.example; dkim=fail header.d=example.org; spf=pass"], "ana@example.org", False),
        (["mx.attacker.example; dmarc=pass header.from=example.org"], "ana@example.org", False),
        (
            ["mx.acme.example; dkim=pass header.d=example.org; dmarc=fail header.from=example.org"],
            "a@example.org",
            False,
        ),
        (["mx.acme.example; spf=pass (dmarc=pass header.from=example.org)"], "ana@example.org", False),
        (["mx.acme.example; none"], "ana@example.org", False),
        ([], "ana@example.org", False),
    ],
)
def test_who_is_verified(fields: list[str], address: str, expected: bool) -> None:
    assert verified(fields, "mx.acme.example", address) is expected
    assert verified(fields, None, address) is False


def test_a_second_author_is_never_verified_by_the_first() -> None:
    raw = mail("x", From="ana@example.org, ben@example.org", Authentication_Results=AUTHENTICATED)
    activity = one(raw, authserv_id="mx.acme.example")
    assert activity.actor is not None
    trusts = [claim.trust for party in (activity.actor, *activity.participants) for claim in party.claims]
    assert trusts == ["asserted", "asserted"]


def test_words_shared_by_many_mails_join_no_thread() -> None:
    raw = mail("x", In_Reply_To="desk@example.org", Message_ID="<c@x.org>", References="none")
    assert one(raw).thread.id == "mid:c@x.org"
    assert one(raw).references == []


@pytest.mark.parametrize(
    ("subject", "title"),
    [("Re: AW: Fwd: Kettle", "Kettle"), ("RE[2]: Kettle", "Kettle"), ("Recall: Kettle", "Recall: Kettle"), ("re:", "")],
)
def test_thread_title(subject: str, title: str) -> None:
    assert title_of(subject) == title


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("naïve – “ok”".encode("cp1252"), "iso-8859-1", "naïve – “ok”"),
        ("水壶坏了，请退款".encode("gbk"), "gb2312", "水壶坏了，请退款"),
        ("やかんが壊れた".encode("iso2022_jp"), None, "やかんが壊れた"),
        ("やかんが壊れた".encode("cp932"), "x-sjis", "やかんが壊れた"),
        ("Чайник сломался, верните деньги пожалуйста".encode("cp1251"), None, None),
        ("über alles".encode(), "us-ascii", "über alles"),
        (b"a+AGE-b", "utf-7", "aab"),
        (b"plain", "no-such-charset", "plain"),
        (b"xn--caf-dma", "punycode", "xn--caf-dma"),
        ("Größe".encode(), "iso-8859-99", "Größe"),
        (b"\xff\xfe", "utf-8", "ÿþ"),
    ],
)
def test_charsets(data: bytes, label: str | None, text: str | None) -> None:
    expected = data.decode("cp1251") if text is None else text
    assert charsets.decode(data, label) == expected


def test_encoded_words() -> None:
    assert words("=?UTF-8?Q?b=C3?= =?UTF-8?Q?=A4r?= =?utf-8?B?w6Q?= end") == "bärä end"
    assert words("a =?UTF-8?B?!!?= b") == "a =?UTF-8?B?!!?= b"
    assert words("=?us-ascii*en?q?Hi_there?=") == "Hi there"


@given(st.binary(max_size=400))
def test_any_bytes_decode(data: bytes) -> None:
    for label in (None, "utf-8", "utf-7", "gb2312", "iso-2022-jp", "x"):
        assert isinstance(charsets.decode(data, label), str)


@given(st.text(alphabet="> -_\nOnwrote:aFromSentTo@1", max_size=300))
def test_quotes_are_marked_in_order_and_apart(text: str) -> None:
    spans = quotes.mark(text)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)


@given(st.text(max_size=200), st.text(max_size=60), st.binary(max_size=60))
def test_what_the_library_writes_is_read_again(text: str, subject: str, attached: bytes) -> None:
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message["Subject"] = "".join(c for c in subject if c.isprintable())
    message.set_content("".join(c for c in text if c.isprintable() or c == "\n"))
    message.add_attachment(attached, maintype="application", subtype="octet-stream", filename="b.bin")
    activity = one(message.as_bytes())
    assert activity.object.attachments[0].size == len(attached)
    assert decode_activity(encode_activity(activity)) == activity


def nested(levels: int, tail: bytes = b"") -> bytes:
    """Multiparts within multiparts."""
    return (
        b"Subject: x\n"
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))
        + tail
    )


HOSTILE = {
    "nested beyond the limit": nested(30_000),
    "nested up to the limit": nested(20, b"\n\n" + b"line\n" * (MIB // 5)),
    "delimiters": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\na\n" * (MIB // 8),
    "mails within mails": b"Content-Type: message/rfc822\n\n" * (MIB // 30),
    "parameters": b"Content-Type: text/plain" + b";" * MIB + b"\n\nx",
    "addresses": b"From: " + b'<(,"' * (MIB // 4) + b"\n\nx",
    "encoded words": b"Subject: " + b"=?a?q?" * (MIB // 6) + b"\n\nx",
    "header fields": b"A: b\n" * (MIB // 5),
    "quotes": b"From: a@b.c\n\n" + b">> \n--\nFrom:\n" * (MIB // 13),
    "calendar": b"From: a@b.c\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nUID:1\n" * 9000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_bounded_and_explained(name: str) -> None:
    begun = time.process_time()
    (result,) = run(HOSTILE[name])
    assert time.process_time() - begun < 15
    assert not isinstance(result.outcome, Dead) or result.outcome.cause == "MalformedPayloadError"


class PartialServer:
    """Stands in for the client library where a server is needed that answers partial fetches."""

    def __init__(self, *, correct: bool) -> None:
        self.correct = correct

    def fetch(self, uids: list[int], items: list[str]) -> dict[int, dict[bytes, bytes]]:
        """As IMAPClient's."""
        if items[1] == f"BODY.PEEK[]<0.{HEAD}>":
            if not self.correct:
                raise ProtocolError("uneven number of response items")
            return {uids[0]: {b"BODY[]<0>": b"begin"}}
        return {uids[0]: {b"BODY[HEADER]": b"head"}}


class LoginServer:
    """Notes how the client library is asked to log in."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def login(self, *arguments: str) -> None:
        """As IMAPClient's."""
        self.calls.append(("password", *arguments))

    def oauth2_login(self, *arguments: str) -> None:
        """As IMAPClient's (XOAUTH2)."""
        self.calls.append(("token", *arguments))


@pytest.mark.parametrize(
    ("given", "call"),
    [
        ({"password": ResolvedSecret(("p", "older"))}, ("password", "desk", "p")),
        ({"access_token": ResolvedSecret(("t",)), "password": ResolvedSecret(("p",))}, ("token", "desk", "t")),
    ],
)
def test_login_by_password_or_token(given: dict[str, Any], call: tuple[str, ...]) -> None:
    mailbox, server = _Mailbox.__new__(_Mailbox), LoginServer()
    mailbox._settings, mailbox._source = {"user": "desk", "host": "h", **given}, "desk"
    mailbox._login(server)
    assert server.calls == [call]


def test_login_without_any_secret_names_the_setting() -> None:
    mailbox = _Mailbox.__new__(_Mailbox)
    mailbox._settings, mailbox._source = {"user": "desk", "host": "h"}, "desk"
    with pytest.raises(ConfigurationError, match=r"sources\.desk\.password"):
        mailbox._login(LoginServer())


@pytest.mark.parametrize(("correct", "kept"), [(True, b"begin"), (False, b"head")])
def test_the_begin_of_a_large_mail(correct: bool, kept: bytes) -> None:
    mailbox = _Mailbox.__new__(_Mailbox)
    mailbox._client = PartialServer(correct=correct)
    assert mailbox._begin(7) == (kept, None)


@given(st.lists(st.integers(min_value=0, max_value=20 * MIB), max_size=200))
def test_pages_hold_every_mail_once_in_order(sizes: list[int]) -> None:
    sized = list(enumerate(sizes))
    groups = list(_groups(sized))
    assert [pair for group in groups for pair in group] == sized
    assert all(len(group) == 1 or sum(size for _, size in group) <= 8 * MIB for group in groups)


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the collection of real mails is not there")
def test_real_mails_are_all_explained() -> None:
    outcomes: dict[str, int] = {}
    for path in sorted(PAYLOADS.iterdir()):
        for sample in read(path.name, path.read_bytes()):
            told = verdict(sample.name, run(sample.body))
            outcomes[told.outcome] = outcomes.get(told.outcome, 0) + 1
            assert told.outcome != "dead" or told.path
    assert outcomes["mapped"] >= 0.9 * sum(outcomes.values())
    assert set(outcomes) <= {"mapped", "dead"}

"""What one thread says of another: replies, hand-overs, quoted permalinks, ticket numbers.

A thing may be pointed at before it is seen: the pointer waits at the anchor, so that order does not matter.
"""

from __future__ import annotations

import re
import string
from urllib.parse import parse_qsl, urlencode, urlsplit

from commonline.schemas.records import Activity
from commonline.streams.unify import links, threads
from commonline.streams.unify.keys import Key
from commonline.streams.unify.reading import Reading
from commonline.streams.unify.rows import AnchorRow
from commonline.streams.unify.shapes import Waiting
from commonline.streams.unify.texts import TICKET
from commonline.streams.unify.turn import Turn

JOINING = frozenset({"reply", "thread", "parent", "merged_into", "attachment_of", "forward"})
UNIQUE = ("object:", "thread:")
"""A URI may name an object, a thread, or both, and the object need not lie in that thread: a reference means both, each
by itself, so that it does not matter which of them is seen first."""
PROPOSING = frozenset({"quote"})
MOST_WAITING = 64
MOST_THREADS = 4
MOST_POINTERS = 40
"""Pointers of one activity that are followed."""
URL = re.compile(r"https?://[^\s<>\"')\]]{4,500}")
PLAIN_HOST = string.ascii_lowercase.encode() + b"0123456789.-"
PLAIN_PATH = string.ascii_letters.encode() + b"0123456789._~/+=,!$&'()*-"
"""In an address of these there is nothing to take apart."""
DIGITS = re.compile(r"\d\d\d\d*")
MOST_DIGITS = 12
CALLED = re.compile(r"\b(?:ticket|case|request|issue|ticket-id|vorgang)\W{0,3}\Z", re.IGNORECASE)
MOST_CALLED = 12
"""What stands before a ticket's number, and its greatest length."""
TRACKING = ("utm_", "fbclid", "gclid", "mc_", "igsh")
NUMBERED = frozenset({"Ticket", "Issue"})


def url_anchor(url: str) -> str | None:
    """One spelling of a permalink: no scheme, ``www.``, ``m.``, fragment, tracking parameters or closing slash."""
    plain = _plain_anchor(url)
    if plain is not None:
        return plain
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    if not host or len(parts.path) + len(parts.query) < 2:
        return None
    query = sorted((k, v) for k, v in parse_qsl(parts.query) if not k.lower().startswith(TRACKING))
    return f"url:{host}{parts.path.rstrip('/')}" + (f"?{urlencode(query)}" if query else "")


def _plain_anchor(url: str) -> str | None:
    """The same for an address in which there is nothing to take apart; None for any other."""
    begin = 8 if url.startswith("https://") else 7 if url.startswith("http://") else 0
    slash = url.find("/", begin)
    if not begin or slash <= begin or slash + 1 == len(url) or not url.isascii():
        return None
    host, path = url[begin:slash], url[slash:]
    if host.encode().translate(None, PLAIN_HOST) or path.encode().translate(None, PLAIN_PATH):
        return None
    return f"url:{host.removeprefix('www.').removeprefix('m.')}{path.rstrip('/')}"


def ticket_numbers(text: str) -> list[str]:
    """Numbers of 3 to 12 digits behind ``#`` or a word for a ticket, each once. Digits are looked for first: there are
    few of them."""
    found: dict[str, None] = {}
    for run in DIGITS.finditer(text):
        begin, end = run.span()
        if (
            end - begin <= MOST_DIGITS
            and begin
            and (text[begin - 1] == "#" or CALLED.search(text, max(begin - MOST_CALLED, 0), begin))
        ):
            found[run[0]] = None
    return list(found)


def names_of(activity: Activity) -> list[str]:
    """Under which names, beside its ids, others may point at this activity's thread."""
    obj = activity.object
    names: list[str] = []
    if obj.url:
        url = url_anchor(obj.url)
        if url is not None:
            names.append(url)
    if obj.type in NUMBERED:
        number = obj.id.rpartition("/")[2]
        if number.isdigit():
            names.append(f"number:{number}")
    return names


def pointers_of(activity: Activity, reading: Reading, most: int = MOST_POINTERS) -> list[tuple[str, str, bool]]:
    """(anchor, rule, whether it joins) for what this activity's texts point at. `reading` is of this activity."""
    found: list[tuple[str, str, bool]] = []
    obj, text = activity.object, reading.text
    if "://" in text or obj.spans:
        urls = [span.value for span in obj.spans if span.kind == "link" and span.value]
        if "://" in text:
            urls += [url.rstrip(".,;:!?") for url in URL.findall(text)]
        anchors = (url_anchor(url) for url in dict.fromkeys(urls) if url.startswith("http"))
        found += [(anchor, links.PERMALINK, True) for anchor in anchors if anchor is not None]
    if reading.traces & TICKET:
        numbers = ticket_numbers(f"{obj.title or ''}\n{text}")
        staff = activity.actor is not None and activity.actor.side == "us"
        found += [(f"number:{number}", links.TICKET_NUMBER, staff) for number in numbers]
    return found[:most]


def register(turn: Turn, activity: Activity, thread: Key, *, new_object: bool, new_thread: bool) -> None:
    """Make the thread known under its names; whoever waited for it is linked now.

    An id is one thread's, and nobody waits for one that was seen; a permalink or number may be several threads', so
    those pointers keep waiting for more.
    """
    if turn.row.waiting:
        if new_object:
            _settle(turn, f"object:{activity.object.id}", thread)
        if new_thread:
            _settle(turn, f"thread:{activity.thread.id}", thread)
    for name in names_of(activity):
        key = turn.keys.anchor(name)
        row = turn.view.anchor(key)
        if row is None:
            turn.view.put(key, AnchorRow([thread]))
            continue
        if thread not in row.threads and len(row.threads) < MOST_THREADS:
            row.threads.append(thread)
            turn.view.put(key, row)
        for waiting in list(row.waiting):
            _link(turn, waiting.thread, thread, waiting.rule, joins=waiting.active)


def _settle(turn: Turn, name: str, thread: Key) -> None:
    key = turn.keys.anchor(name)
    row = turn.view.anchor(key)
    if row is None or not row.waiting:
        return
    waiting, row.waiting = row.waiting, []
    turn.row.waiting -= len(waiting)
    turn.view.put(key, row)
    for one in waiting:
        _link(turn, one.thread, thread, one.rule, joins=one.active)


def follow(turn: Turn, activity: Activity, reading: Reading, thread: Key) -> None:
    """Link the thread with all that the activity points at; what is unseen is waited for."""
    left = MOST_POINTERS
    for reference in activity.references:
        joins = reference.kind in JOINING
        if joins or reference.kind in PROPOSING:
            if left > 0:
                _follow_object(turn, reference.id, thread, joins=joins)
            if left > 1:
                _follow_thread(turn, reference.id, thread, joins=joins)
            left -= 2
    if not (reading.points or activity.object.spans):
        return
    for name, rule, joins in pointers_of(activity, reading, max(left, 0)):
        key = turn.keys.anchor(name)
        row = turn.view.anchor(key)
        if row is None:
            row = AnchorRow()
        for target in list(row.threads):
            _link(turn, thread, target, rule, joins=joins)
        _wait_at(turn, name, key, row, thread, rule, joins=joins)


def _follow_object(turn: Turn, uri: str, thread: Key, *, joins: bool) -> None:
    row = turn.view.object(turn.keys.object(uri))
    if row is None:
        _wait(turn, f"object:{uri}", thread, links.REPLY_CHAIN, joins=joins)
    else:
        _link(turn, thread, row.thread, links.REPLY_CHAIN, joins=joins)


def _follow_thread(turn: Turn, uri: str, thread: Key, *, joins: bool) -> None:
    key = turn.keys.thread(uri)
    if key == thread:
        return
    if turn.view.thread(key) is None:
        _wait(turn, f"thread:{uri}", thread, links.REPLY_CHAIN, joins=joins)
    else:
        _link(turn, thread, key, links.REPLY_CHAIN, joins=joins)


def _wait(turn: Turn, name: str, thread: Key, rule: str, *, joins: bool) -> None:
    key = turn.keys.anchor(name)
    row = turn.view.anchor(key)
    _wait_at(turn, name, key, row if row is not None else AnchorRow(), thread, rule, joins=joins)


def _wait_at(turn: Turn, name: str, key: Key, row: AnchorRow, thread: Key, rule: str, *, joins: bool) -> None:
    for one in row.waiting:
        if one.thread == thread and one.rule == rule:
            if joins and not one.active:
                one.active = True
                turn.view.put(key, row)
            return
    if len(row.waiting) >= MOST_WAITING:
        return
    row.waiting.append(Waiting(thread, rule, joins, turn.cause))
    turn.row.waiting += name.startswith(UNIQUE)
    turn.view.put(key, row)


def _link(turn: Turn, a: Key, b: Key, rule: str, *, joins: bool) -> None:
    if a == b:
        return
    row_a, row_b = turn.view.thread(a), turn.view.thread(b)
    if row_a is None or row_b is None:
        return
    able = joins and threads.fits(turn, row_a, row_b)
    link = links.propose(turn, "thread", ((a, row_a.uri), (b, row_b.uri)), rule, active=able)
    if link is not None:
        threads.join(turn, a, b, link)

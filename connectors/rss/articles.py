"""Entries: published, changed, removed.

What identifies an entry is its id, and ids that are addresses or tags are the same in every feed of a site; others
count within their feed. An entry without an id is known by its link, else by what it says.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urljoin, urlsplit

from msgspec import Struct, structs

from commonline.kit import syndication
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.syndication import HTML, PLAIN, Author, Enclosure, Feed, Markup
from commonline.kit.text import Text, link_spans, one_line, render_html, tidy
from commonline.schemas.records import (
    Attachment,
    AttachmentKind,
    Change,
    Container,
    Object,
    Party,
    Reference,
    Thread,
)

CONNECTOR = "rss"
LONGEST_ID = 400
MOST_FILES = 50
WEB = ("https://", "http://")
KINDS: dict[str, AttachmentKind] = {"image": "image", "video": "video", "audio": "audio"}
_GLOBAL = re.compile(r"(?:https?|tag|urn|at|yt|info):\S+\Z", re.IGNORECASE)
SECOND_US = 1_000_000


class Part(Struct, frozen=True):
    """An entry, in which feed it stands, and what the poller says: whether it is news, and saw it otherwise before."""

    feed: Feed
    address: str | None
    entry: syndication.Entry
    news: bool = True
    changed: bool = False


def key(one: syndication.Entry) -> str:
    """A short name of an entry, whichever version it is."""
    return hashlib.sha256(_native_id(one).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def version(one: syndication.Entry) -> str:
    """What of an entry a reader would call changed."""
    told = "\x1f".join([one.title.value if one.title else "", one.text.value if one.text else "", one.link or ""])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _native_id(one: syndication.Entry) -> str:
    found = one.id or one.link
    if found:
        return found
    files = "\x1f".join(file.url for file in one.enclosures)
    return f"digest:{version(one)}{hashlib.sha256(files.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _uri(feed: Feed, address: str | None, native_id: str) -> str:
    told = native_id
    if len(told) > LONGEST_ID:
        told = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    if _GLOBAL.match(native_id):
        return native(CONNECTOR, "entry", told)
    return native(CONNECTOR, _place(feed, address), "entry", told)


def _place(feed: Feed, address: str | None) -> str:
    """A feed by its address without what changes, else by its site, else by its name."""
    url = address or feed.self_url or feed.link or feed.id
    parts = urlsplit(url or "")
    if parts.netloc:
        return f"{parts.netloc.lower()}{parts.path}".rstrip("/")[:200]
    return (url or feed.title or "feed")[:200]


def _container(feed: Feed, address: str | None) -> Container:
    return Container(id=native(CONNECTOR, "feed", _place(feed, address)), name=_title(feed.title), kind="site")


def _title(text: str | None) -> str | None:
    return one_line(render_html(text).text) if text and ("<" in text or "&" in text) else one_line(text)


def published(entry: Entry) -> list[Draft] | Ignored:
    """An entry; and that it was changed, where the feed or the poller says so."""
    part: Part = entry.body
    if not part.news:
        return Ignored("repeat")
    one = part.entry
    if not (one.id or one.link or one.title or one.text or one.enclosures):
        return Ignored("no-content")
    uri = _uri(part.feed, part.address, _native_id(one))
    text, markup = _text(one.text)
    title = _heading(one.title)
    obj = Object(
        id=uri,
        type="Article" if title else "Note",
        url=one.link if one.link and one.link.startswith(WEB) else None,
        title=title,
        text=text.text if text is not None else None,
        markup=markup,
        language=one.language or part.feed.language,
        created=one.published,
        spans=text.spans if text is not None else [],
        attachments=[_file(file, part.address) for file in one.enclosures[:MOST_FILES]],
    )
    above = _uri(part.feed, part.address, one.answers) if one.answers else None
    writers = [_writer(author) for author in one.authors or part.feed.authors]
    new = Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=Thread(id=above or uri, title=title, container=_container(part.feed, part.address)),
        channel="news",
        visibility="public",
        actor=writers[0] if writers else None,
        participants=writers[1:],
        references=[Reference(kind="reply", id=above)] if above else [],
        published=one.published or one.updated,
        clock="author",
        tags=list(dict.fromkeys(tag for each in one.tags if (tag := one_line(each)))),
    )
    return [new, _changed(new, one)] if _is_changed(part) else [new]


def _is_changed(part: Part) -> bool:
    one = part.entry
    later = one.published is not None and one.updated is not None and one.updated > one.published + 60 * SECOND_US
    return part.changed or later


def _changed(new: Draft, one: syndication.Entry) -> Draft:
    """The version that stands there now. Without a time of its own it is named by what it says."""
    named = str(one.updated) if one.updated is not None and one.updated != one.published else version(one)
    obj = structs.replace(new.object, version=named)
    changes = [Change(field="body")]
    return structs.replace(new, type="Update", object=obj, revision=named, published=one.updated, changes=changes)


def removed(entry: Entry) -> list[Draft]:
    """An entry that the feed says is gone (RFC 6721)."""
    feed, address, ref, when = entry.body
    uri = _uri(feed, address, ref)
    return [
        Draft(
            event=entry.event,
            type="Delete",
            object=Object(id=uri, type="Article"),
            thread=Thread(id=uri, container=_container(feed, address)),
            channel="news",
            visibility="public",
            published=when,
            clock="author",
        )
    ]


def _text(told: Markup | None) -> tuple[Text | None, str]:
    if told is None:
        return None, PLAIN
    if told.media_type == HTML:
        return render_html(told.value), HTML
    plain = tidy(told.value.strip(), [])
    return Text(plain.text, link_spans(plain.text)), PLAIN


def _heading(told: Markup | None) -> str | None:
    if told is None:
        return None
    return _title(told.value) if told.media_type == HTML else one_line(told.value)


def _writer(author: Author) -> Party:
    """Who wrote it, by their page. What a feed says of a mail address is said by somebody."""
    account = _page(author.url)
    name = _title(author.name) or one_line(author.email)
    claims = claim(mailto(author.email), "asserted")
    return Party(account=account, kind="person", role="author", name=name, claims=claims)


def _page(url: str | None) -> str | None:
    """An address that can be an account: web, and spelled as addresses are."""
    if url is None or not url.startswith(WEB) or any(ord(c) <= 32 or c in '<>"{}|\\^`\x7f' for c in url):
        return None
    return url


def _file(file: Enclosure, address: str | None) -> Attachment:
    """A file; one whose address is relative to nothing that is known keeps its name alone."""
    kind = (file.media_type or "").partition(";")[0].strip().lower() or None
    seconds = file.duration_s
    url = _absolute(address, file.url)
    return Attachment(
        kind=KINDS.get((kind or "").partition("/")[0], "file"),
        url=url,
        media_type=kind,
        name=one_line(file.title) or (None if url else one_line(file.url.rpartition("/")[2])),
        size=file.size,
        duration_ms=round(seconds * 1000) if seconds is not None and 0 < seconds < 1e6 else None,
    )


def _absolute(address: str | None, url: str) -> str | None:
    try:
        whole = urljoin(address or "", url)
    except ValueError:
        return None
    return whole if whole.startswith(WEB) else None

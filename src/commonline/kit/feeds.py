"""Feeds as values: RSS, Atom and JSON Feed, however ill-formed. Pure.

RSS and Atom are read by feedparser, which takes what people publish; JSON Feed (https://jsonfeed.org/version/1.1) is
read by types. Atom's removed entries (RFC 6721), which feedparser does not know, are read by lxml.
"""

from __future__ import annotations

import calendar
import re
from typing import Any

import feedparser
from charset_normalizer import from_bytes
from lxml import etree

from commonline.errors import MalformedPayloadError
from commonline.kit import jsonfeed, times
from commonline.kit.syndication import HTML, MOST, MOST_HUBS, PLAIN, Author, Enclosure, Entry, Feed, Markup, line

_DECLARED = re.compile(rb"^\s*<\?xml[^>]*\sencoding\s*=", re.IGNORECASE)
_DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
_PERIODS = {"hourly": 3600.0, "daily": 86_400.0, "weekly": 604_800.0, "monthly": 2_592_000.0, "yearly": 31_536_000.0}


DEEPEST = 200
"""Elements within elements; feeds have a dozen. feedparser takes time by the square of it."""


class _Depth:
    """How deep elements of a body lie; libxml2 itself ends at 256."""

    def __init__(self) -> None:
        self.now = self.most = 0

    def start(self, _tag: str, _attributes: object) -> None:
        self.now += 1
        self.most = max(self.most, self.now)

    def end(self, _tag: str) -> None:
        self.now -= 1

    def close(self) -> int:
        return self.most

    @classmethod
    def of(cls, body: bytes) -> int:
        """The deepest, as far as the body can be read."""
        target = cls()
        parser = etree.XMLParser(target=target, recover=True, resolve_entities=False, no_network=True)
        try:
            parser.feed(body)
            parser.close()
        except etree.XMLSyntaxError:
            pass  # ill-formed feeds are feedparser's business
        return target.most


class _Bytes:
    """What feedparser reads from, so that it never takes a body for an address or a file's name."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self) -> bytes:
        return self._body


def parse(body: bytes, content_type: str = "", base: str | None = None) -> Feed:
    """The feed of a body. `base` is the address that relative ones count from.

    Raises `MalformedPayloadError` for what is no feed.
    """
    start = body.lstrip()[:1]
    if start == b"{":
        return jsonfeed.parse(body)
    if start != b"<" and body[:1] not in (b"\xef", b"\xff", b"\xfe", b"\x00"):
        raise MalformedPayloadError("is no feed: neither XML nor JSON")
    if _Depth.of(body) > DEEPEST:
        raise MalformedPayloadError(f"is no feed: elements nested deeper than {DEEPEST}")
    headers = {"content-type": _typed(content_type)}
    if base:
        headers["content-location"] = base
    try:
        told = feedparser.parse(_Bytes(_labelled(body, content_type)), response_headers=headers)
    except (ValueError, LookupError, AttributeError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise MalformedPayloadError(f"is no feed: {type(error).__name__}") from error
    if not told.get("version") and not told.entries and not told.feed:
        raise MalformedPayloadError("is no feed")
    return _feed(told, body)


def _typed(content_type: str) -> str:
    """feedparser refuses what is not labelled as XML, whatever it is."""
    return content_type if "xml" in content_type.lower() else "application/xml"


def _labelled(body: bytes, content_type: str) -> bytes:
    """Bytes of an encoding that nobody names are guessed at, and turned to UTF-8."""
    if _DECLARED.match(body) or "charset=" in content_type.lower() or body[:2] in (b"\xff\xfe", b"\xfe\xff", b"\x00<"):
        return body
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(body[:65_536]).best()
        if best is not None:
            return body.decode(best.encoding, "replace").encode()
    return body


def _feed(told: Any, body: bytes) -> Feed:
    feed = told.feed
    links = feed.get("links") or []
    return Feed(
        title=line(feed.get("title")),
        link=line(feed.get("link")),
        id=line(feed.get("id")),
        language=line(feed.get("language")),
        authors=_authors(feed),
        entries=[_entry(one) for one in told.entries[:MOST]],
        removed=_removed(body),
        self_url=next((line(link.get("href")) for link in links if link.get("rel") == "self"), None),
        hubs=[href for link in links if link.get("rel") == "hub" and (href := line(link.get("href")))][:MOST_HUBS],
        ttl_s=_ttl(feed),
    )


def _entry(one: Any) -> Entry:
    content = next((part for part in one.get("content") or [] if part.get("value")), None)
    links = one.get("links") or []
    reply = one.get("in-reply-to") or one.get("thr_in-reply-to")
    return Entry(
        id=line(one.get("id")),
        link=line(one.get("link")),
        title=_markup(one.get("title_detail")),
        text=_markup(content or one.get("summary_detail")),
        authors=_authors(one),
        # By itself feedparser gives the one time where the other is asked for and missing.
        published=_time(dict.get(one, "published_parsed")),
        updated=_time(dict.get(one, "updated_parsed")),
        tags=[tag for each in one.get("tags") or [] if (tag := line(each.get("label") or each.get("term")))],
        enclosures=[found for link in links if (found := _enclosure(link, one.get("itunes_duration"))) is not None],
        language=line((content or {}).get("language") or (one.get("title_detail") or {}).get("language")),
        answers=line(reply.get("ref") or reply.get("href")) if isinstance(reply, dict) else None,
        extra={name: value for name, value in one.items() if "_" in name and isinstance(value, str)},
    )


def _markup(detail: Any) -> Markup | None:
    if not detail or detail.get("value") is None:
        return None
    kind, value = str(detail.get("type") or PLAIN).lower(), str(detail["value"])
    # Base64 of any other type than text was markup wherever it was seen.
    is_html = "html" in kind or (not kind.startswith("text/") and value.lstrip().startswith("<"))
    return Markup(value, HTML if is_html else PLAIN)


def _authors(one: Any) -> list[Author]:
    told = [author for author in one.get("authors") or [] if author]
    if not told and one.get("author"):
        told = [{"name": one["author"]}]
    return [
        Author(line(author.get("name")), line(author.get("email")), line(author.get("href"))) for author in told[:20]
    ]


def _enclosure(link: Any, duration: Any) -> Enclosure | None:
    href = line(link.get("href"))
    if link.get("rel") != "enclosure" or href is None:
        return None
    kind = line(link.get("type"))
    size = str(link.get("length") or "")
    return Enclosure(href, kind, int(size) if size.isdecimal() and len(size) < 16 else None, None, _duration(duration))


def _duration(told: Any) -> float | None:
    """Seconds of ``328`` or ``1:05:28``."""
    parts = str(told or "").split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isdecimal() and len(part) < 7 for part in parts):
        return None
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + int(part)
    return seconds


def _time(parsed: Any) -> int | None:
    """feedparser's times are in UTC, as tuples."""
    if not parsed:
        return None
    try:
        return times.from_number(float(calendar.timegm(parsed)))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _ttl(feed: Any) -> float | None:
    """Minutes of ``ttl``, or the period of the syndication module."""
    ttl = str(feed.get("ttl") or "")
    if ttl.isdecimal() and len(ttl) < 7:
        return int(ttl) * 60.0
    period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    frequency = str(feed.get("sy_updatefrequency") or "1").strip()
    if period is None or not frequency.isdecimal() or not int(frequency[:6]) > 0:
        return None
    return period / int(frequency[:6])


def _removed(body: bytes) -> list[tuple[str, int | None]]:
    if b"deleted-entry" not in body:
        return []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    found = [] if root is None else list(root.iter(_DELETED))[:MOST]
    return [(ref, times.parse(one.get("when"))) for one in found if (ref := line(one.get("ref")))]

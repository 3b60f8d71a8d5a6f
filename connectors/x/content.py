"""Text of posts and messages: entities decoded once, short addresses written out, spans by what they stand for.

The two APIs count offsets differently (code points, UTF-16 units), and both count in the escaped text. So entities are
found by what they are, in the order in which they stand.
"""

from __future__ import annotations

import html
import re

from msgspec import Struct

from commonline.connectors.x.payload import Entities1, Named
from commonline.connectors.x.people import text_id, user_uri
from commonline.connectors.x.second_payload import Entities2
from commonline.kit.text import Text, link_spans, one_line, tidy
from commonline.schemas.records import Attachment, AttachmentKind, Span, SpanKind

KINDS: dict[str, AttachmentKind] = {"photo": "image", "video": "video", "animated_gif": "video"}
WEB = ("https://", "http://")
_HASHTAG = re.compile(r"(?<![\w&/])#(\w*[^\W\d]\w*)")
_MENTION = re.compile(r"(?<![\w@/.])@(\w{1,15})\b", re.ASCII)


class Mark(Struct, frozen=True):
    """A part of a text: what stands there, what is shown instead, and what it means."""

    needle: str
    shown: str
    kind: SpanKind
    value: str | None


def marks1(entities: Entities1 | None, media: Entities1 | None) -> list[Mark]:
    """The parts of a text, API 1.1. Addresses of media are left out: media are attached."""
    found: list[Mark] = []
    if entities is not None:
        found += [_tag(one.text) for one in entities.hashtags or () if one.text]
        for named in entities.user_mentions or ():
            user = text_id(named.id_str) or text_id(named.id)
            if named.screen_name:
                found.append(_mention(named.screen_name, user))
        found += [_link(one.url, one.expanded_url) for one in entities.urls or () if one.url]
    for source in (entities, media):
        found += [Mark(one.url, "", "link", None) for one in (source.media if source else None) or () if one.url]
    return found


def marks2(entities: Entities2 | None) -> list[Mark]:
    """The parts of a text, API 2."""
    if entities is None:
        return []
    found = [_tag(one.tag) for one in entities.hashtags or () if one.tag]
    found += [_mention(one.username, text_id(one.id)) for one in entities.mentions or () if one.username]
    for one in entities.urls or ():
        if one.url:
            found.append(Mark(one.url, "", "link", None) if one.media_key else _link(one.url, one.expanded_url))
    return found


def marks_unsaid(raw: str) -> list[Mark]:
    """The tags and mentions of a text that comes without its entities; whose the mentions are is then not known."""
    tags = [_tag(found[1]) for found in _HASHTAG.finditer(raw)]
    return tags + [_mention(found[1], None) for found in _MENTION.finditer(raw)]


def _tag(tag: str) -> Mark:
    return Mark(f"#{tag}", f"#{tag}", "hashtag", tag)


def _mention(name: str, user: str | None) -> Mark:
    return Mark(f"@{name}", f"@{name}", "mention", user_uri(user) if user else None)


def _link(url: str, target: str | None) -> Mark:
    shown = target if target and target.startswith(WEB) else url
    return Mark(url, shown, "link", shown)


def render(raw: str, marks: list[Mark]) -> Text:
    """The plain text, its marks as spans. Bare addresses that are no entity are links too."""
    known = {mark.needle.casefold(): mark for mark in marks if mark.needle}
    if not known:
        plain = tidy(html.unescape(raw), [])
        return Text(plain.text, link_spans(plain.text))
    pattern = re.compile("|".join(re.escape(one) for one in sorted(known, key=len, reverse=True)), re.IGNORECASE)
    parts: list[str] = []
    spans: list[Span] = []
    done = length = 0
    for found in pattern.finditer(raw):
        mark = known.get(found[0].casefold())
        if mark is None or _goes_on(raw, found.end(), mark):
            continue
        before = html.unescape(raw[done : found.start()])
        if not mark.shown:
            before = before.rstrip(" ")
        parts.append(before)
        length += len(before)
        shown = mark.shown if mark.kind == "link" else found[0]
        if shown:
            parts.append(shown)
            spans.append(Span(kind=mark.kind, start=length, end=length + len(shown), value=mark.value))
            length += len(shown)
        done = found.end()
    parts.append(html.unescape(raw[done:]))
    return _stripped(tidy("".join(parts), spans))


def _stripped(told: Text) -> Text:
    whole = told.text.rstrip()
    return Text(whole, [span for span in told.spans if span.end <= len(whole)])


def _goes_on(raw: str, end: int, mark: Mark) -> bool:
    """``#tea`` does not stand in ``#teapot``."""
    return mark.kind != "link" and raw[end : end + 1].isidentifier()


def attached(media: Named) -> Attachment:
    """A picture or film, API 1.1."""
    info = media.video_info if isinstance(media.video_info, dict) else {}
    millis = info.get("duration_millis")
    url = media.media_url_https
    return Attachment(
        kind=KINDS.get(media.type or "", "file"),
        id=text_id(media.id_str) or text_id(media.id),
        url=url if url and url.startswith(WEB) else None,
        name=one_line(media.ext_alt_text),
        duration_ms=millis if isinstance(millis, int) and 0 < millis < 10**9 else None,
    )

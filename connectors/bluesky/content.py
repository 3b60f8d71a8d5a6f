"""What stands in a post: text with its facets, pictures, films, pages, quotations."""

from __future__ import annotations

import msgspec

from commonline.connectors.bluesky import places
from commonline.connectors.bluesky.payload import EMBED, NOTHING, QUOTED, Embed, Facet, Feature, Picture, Post
from commonline.kit.text import Text, link_spans, one_line, tidy
from commonline.schemas.records import Attachment, Span

WEB = ("https://", "http://")
MOST = 100


def text_of(post: Post) -> Text:
    """The text, its facets as spans. Facets count bytes of UTF-8; those that cut a character are left out."""
    raw = post.text.encode("utf-8", "surrogatepass")
    spans = [span for facet in (post.facets or [])[:MOST] if (span := _span(raw, facet)) is not None]
    told = tidy(post.text, spans)
    known = {(span.start, span.end) for span in told.spans}
    bare = [one for one in link_spans(told.text) if not any(a <= one.start and one.end <= b for a, b in known)]
    return Text(told.text, sorted([*told.spans, *bare], key=lambda span: (span.start, -span.end)))


def _span(raw: bytes, facet: Facet) -> Span | None:
    begin, end = facet.index.byte_start, facet.index.byte_end
    if not 0 <= begin < end <= len(raw):
        return None
    try:
        start = len(raw[:begin].decode("utf-8", "surrogatepass"))
        length = len(raw[begin:end].decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        return None
    for feature in facet.features:
        if (made := _meaning(feature, start, start + length)) is not None:
            return made
    return None


def _meaning(feature: Feature, start: int, end: int) -> Span | None:
    if feature.kind.endswith("#mention") and places.is_did(feature.did):
        return Span(kind="mention", start=start, end=end, value=feature.did)
    if feature.kind.endswith("#link") and feature.uri and feature.uri.startswith(WEB):
        return Span(kind="link", start=start, end=end, value=feature.uri)
    if feature.kind.endswith("#tag") and feature.tag:
        return Span(kind="hashtag", start=start, end=end, value=feature.tag)
    return None


def tags(post: Post, text: Text) -> list[str]:
    """Hashtags, in the text and beside it."""
    told = [span.value or "" for span in text.spans if span.kind == "hashtag"] + (post.tags or [])[:MOST]
    return list(dict.fromkeys(tag for one in told if (tag := one_line(one))))


def embedded(raw: msgspec.Raw) -> tuple[list[Attachment], str | None]:
    """What is attached, and the address of what is quoted. What cannot be read is nothing."""
    if bytes(raw) in (b"", b"null"):
        return [], None
    try:
        embed = EMBED.decode(raw)
    except msgspec.DecodeError:
        return [], None
    inner = _inner(embed)
    return _attachments(embed) + (_attachments(inner) if inner is not None else []), _quoted(embed)


def _inner(embed: Embed) -> Embed | None:
    if bytes(embed.media) in (b"", b"null"):
        return None
    try:
        return EMBED.decode(embed.media)
    except msgspec.DecodeError:
        return None


def _quoted(embed: Embed) -> str | None:
    if embed.record == NOTHING:
        return None
    try:
        told = QUOTED.decode(embed.record)
    except msgspec.DecodeError:
        return None
    uri = told.uri or (told.record.uri if told.record is not None else None)
    return uri if places.parts(uri) else None


def _attachments(embed: Embed) -> list[Attachment]:
    found = [_picture(one) for one in (embed.images or [])[:MOST]]
    if embed.video is not None:
        native_id, media_type, size = _blob(embed.video)
        name = one_line(embed.alt)
        found.append(Attachment(kind="video", id=native_id, media_type=media_type, size=size, name=name))
    if embed.external is not None and embed.external.uri.startswith(WEB):
        found.append(Attachment(kind="link", url=embed.external.uri, name=one_line(embed.external.title)))
    return found


def _picture(one: Picture) -> Attachment:
    native_id, media_type, size = _blob(one.image)
    url = one.fullsize if one.fullsize and one.fullsize.startswith(WEB) else None
    return Attachment(kind="image", id=native_id, url=url, media_type=media_type, size=size, name=one_line(one.alt))


def _blob(value: object) -> tuple[str | None, str | None, int | None]:
    """Content id, media type and size of a blob."""
    if not isinstance(value, dict):
        return None, None, None
    ref, kind, size = value.get("ref"), value.get("mimeType"), value.get("size")
    link = ref.get("$link") if isinstance(ref, dict) else value.get("cid")
    return (
        link if isinstance(link, str) else None,
        kind if isinstance(kind, str) else None,
        size if isinstance(size, int) and 0 <= size < 2**53 else None,
    )

"""Objects: text, media, threads, versions."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from commonline.connectors.activitypub.payload import Thing, iri, listed, text, thing, uri, web, word
from commonline.connectors.activitypub.people import account, plain
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.markdown import render_markdown
from commonline.kit.text import Text, link_spans, one_line, render_html, tidy
from commonline.schemas.records import Attachment, AttachmentKind, Object, ObjectType, Reference, Span

TYPES: dict[str, ObjectType] = {
    "Note": "Note",
    "Article": "Article",
    "Page": "Page",
    "Question": "Question",
    "Image": "Image",
    "Video": "Video",
    "Audio": "Audio",
    "Document": "Document",
    "Event": "Event",
}
KINDS: dict[str, AttachmentKind] = {"image": "image", "video": "video", "audio": "audio"}
BY_TYPE: dict[str, AttachmentKind] = {"Image": "image", "Video": "video", "Audio": "audio", "Link": "link"}


def tags(told: Thing) -> list[str]:
    """Hashtags."""
    names = [text(one.name) for each in listed(told.tag) if (one := thing(each)) and word(one.type) == "Hashtag"]
    return list(dict.fromkeys(tag for name in names if name and (tag := one_line(name.removeprefix("#")))))


def the_object(told: Thing, address: str) -> Object:
    """What was written."""
    rendered = body(told)
    kind = word(told.type) or ""
    title = plain(told.name) if kind not in ("Note", "Question") or told.content is not None else None
    if title is None and told.summary is not None and kind != "Question":
        title = plain(told.summary)
    begin, end = times.parse(text(told.start_time)), times.parse(text(told.end_time))
    return Object(
        id=address,
        type=TYPES.get(kind, "Other"),
        version=version(told),
        url=permalink(told.url) or web(address),
        title=title,
        text=rendered.text if rendered is not None else None,
        markup=_media_type(told),
        language=_language(told),
        created=times.parse(text(told.published)),
        start_time=begin,
        end_time=end if end is not None and (begin is None or end >= begin) else None,
        spans=rendered.spans if rendered is not None else [],
        attachments=attachments(told),
    )


def version(told: Thing) -> str | None:
    """When it was last changed."""
    updated, published = (times.parse(text(one)) for one in (told.updated, told.published))
    return str(updated) if updated is not None and updated != published else None


def digest(told: Thing) -> str:
    """What it says, for versions that have no time."""
    said = msgspec.json.encode([told.content, told.name, told.summary, told.attachment, told.former_type])
    return hashlib.sha256(said).hexdigest()[:16]


def _media_type(told: Thing) -> str:
    kind = text(told.media_type)
    return kind if kind in ("text/markdown", "text/plain") else "text/html"


def _language(told: Thing) -> str | None:
    if isinstance(told.content_map, dict) and len(told.content_map) == 1:
        return one_line(next(iter(told.content_map)))
    language = told.language
    if isinstance(language, dict):
        language = language.get("identifier")
    found = one_line(language) if isinstance(language, str) else None
    return found if found != "und" else None


def body(told: Thing) -> Text | None:
    """The text, and the choices of a question below it."""
    raw = text(told.content)
    if raw is None and isinstance(told.content_map, dict):
        raw = next((one for one in told.content_map.values() if isinstance(one, str)), None)
    if raw is None:
        raw = text(told.name) if word(told.type) in ("Note", "Question") else None
    if raw is None:
        return None
    kind = _media_type(told)
    if kind == "text/markdown":
        rendered = render_markdown(raw)
    elif kind == "text/plain":
        plain = tidy(raw, [])
        rendered = Text(plain.text, link_spans(plain.text))
    else:
        rendered = render_html(raw)
    spans = [_resolved(span, rendered.text, _mentions(told)) for span in rendered.spans]
    lines = [f"- {choice}" for one in choices(told) if (choice := one_line(text(one.name)))]
    return Text("\n".join([part for part in (rendered.text, *lines) if part]), spans)


def choices(told: Thing) -> list[Thing]:
    """What can be chosen in a question."""
    return [one for each in listed(told.one_of) + listed(told.any_of) if (one := thing(each)) is not None]


def _mentions(told: Thing) -> dict[str, str]:
    """Accounts by what texts show of them: ``@ana`` and ``@ana@host``."""
    found: dict[str, str] = {}
    for each in listed(told.tag):
        one = thing(each)
        address = account(one.href) if one is not None and word(one.type) == "Mention" else None
        name = (text(one.name) or "").lower() if one is not None else ""
        if address is not None and name.startswith("@"):
            found |= {name: address, f"@{name[1:].partition('@')[0]}": address}
    return found


def _resolved(span: Span, shown: str, known: dict[str, str]) -> Span:
    address = known.get(shown[span.start : span.end].lower()) if span.kind in ("mention", "link") else None
    return span if address is None else Span(kind="mention", start=span.start, end=span.end, value=address)


def permalink(value: Any) -> str | None:
    """Where people read it: an address, or the link to a page."""
    found: str | None = None
    for one in listed(value):
        href = one.get("href") if isinstance(one, dict) else one
        kind = one.get("mediaType") if isinstance(one, dict) else "text/html"
        if (address := web(href)) is not None:
            if kind in (None, "text/html"):
                return address
            found = found or address
    return found


def attachments(told: Thing) -> list[Attachment]:
    """Media, files and pages; of a video or sound the file itself too."""
    found = [
        made for each in listed(told.attachment) if (one := thing(each)) and (made := _attachment(one)) is not None
    ]
    if word(told.type) in ("Video", "Audio", "Image"):
        files = [one for each in listed(told.url) if isinstance(each, dict) and (one := thing(each)) is not None]
        media = [one for one in files if (text(one.media_type) or "").partition("/")[0] in KINDS]
        found += [made for one in media[:1] if (made := _attachment(one)) is not None]
    return found


def _attachment(one: Thing) -> Attachment | None:
    address = permalink(one.url) or web(iri(one.href))
    kind = (text(one.media_type) or "").partition(";")[0].strip().lower() or None
    if address is None or word(one.type) in ("PropertyValue", "IdentityProof"):
        return None
    default = BY_TYPE.get(word(one.type) or "", "file")
    made = KINDS.get((kind or "").partition("/")[0], default if kind is None or default != "link" else "link")
    return Attachment(kind=made, url=address, media_type=kind, name=plain(one.name))


def references(told: Thing) -> list[Reference]:
    """What it answers, and what it quotes."""
    parents = [address for one in listed(told.in_reply_to) if (address := uri(iri(one))) is not None]
    found = [Reference(kind="reply", id=one) for one in parents]
    quoted = uri(iri(told.quote) or iri(told.quote_uri) or iri(told.quote_url))
    return [*found, Reference(kind="quote", id=quoted)] if quoted is not None else found


def thread_of(told: Thing, address: str) -> str:
    """The conversation that it says it belongs to, else what it answers, else itself."""
    for value in (told.context, told.conversation):
        told_as = iri(value) if not isinstance(value, list) or len(value) == 1 else None
        if told_as is not None:
            return uri(told_as) or address
    return uri(iri(told.in_reply_to)) or address


def composed(verb: str, actor: str | None, target: str) -> str:
    """The name of a relation whose activity has none."""
    return native("activitypub", verb.lower(), target, actor or "nobody")

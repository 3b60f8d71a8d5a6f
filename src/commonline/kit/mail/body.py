"""The text of a mail as people read it, with its spans."""

from __future__ import annotations

from email.message import Message

from commonline.kit.mail import quotes
from commonline.kit.mail.headers import Headers
from commonline.kit.mail.parts import Parts, TextPart, hint, sort
from commonline.kit.text import Text, link_spans, render_html, tidy
from commonline.schemas.records import Span

ENOUGH = 100_000
"""Characters; an activity holds fewer. What is beyond stays in the delivery."""
_BREAK = "\n\n"
_SIGNATURE_MARK = "-- "


def render(parts: Parts, *, forwarded: bool = True) -> tuple[Text, str]:
    """Text with spans, and the markup that it was made from.

    A mail that has no text of its own and only carries another one shows that one, marked as quoted.
    """
    texts = [part for part in parts.texts if part.content.strip()]
    markup = "text/html" if any(part.markup == "text/html" for part in texts) else "text/plain"
    whole = Text("", [])
    for part in texts:
        whole = _joined(whole, _rendered(part, ENOUGH - len(whole.text)))
        if len(whole.text) >= ENOUGH:
            break
    if not whole.text and forwarded:
        for message in parts.forwarded[:3]:
            whole = _joined(whole, _forwarded(message))
    return whole, markup


def _joined(whole: Text, more: Text) -> Text:
    if not whole.text or not more.text:
        return whole if whole.text else more
    shift = len(whole.text) + len(_BREAK)
    moved = [Span(kind=s.kind, start=s.start + shift, end=s.end + shift, value=s.value) for s in more.spans]
    return tidy(f"{whole.text}{_BREAK}{more.text}", [*whole.spans, *moved])


def _rendered(part: TextPart, most: int) -> Text:
    if part.markup == "text/html":
        html = render_html(part.content)
        text = html.text[:most]
        spans = [span for span in html.spans if span.end <= len(text) and not _all(span, text)]
        if not any(span.kind in {"quoted", "signature"} for span in spans):
            spans += quotes.mark(text)
        return tidy(text, spans)
    content = part.content[: 2 * most].replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    if part.flowed:
        content = _unflowed(content, part.delsp)
    text = tidy("\n".join(line.rstrip() for line in content.split("\n")).strip("\n"), []).text[:most]
    return tidy(text, [*link_spans(text), *quotes.mark(text)])


def _all(span: Span, text: str) -> bool:
    """Some programs wrap the whole mail as if it were quoted."""
    return span.kind == "quoted" and span.end - span.start == len(text)


def _forwarded(message: Message) -> Text:
    headers = Headers(message, hint(message))
    inner = render(sort(message), forwarded=False)[0]
    sender = next(iter(headers.addresses("from")), None)
    told = [headers.text("subject"), sender and f"{sender.name or ''} <{sender.address}>".strip()]
    head = "\n".join(line for line in told if line)
    text = f"{head}{_BREAK}{inner.text}".strip("\n")
    return Text(text, [Span(kind="quoted", start=0, end=len(text))] if text else [])


def _unflowed(content: str, delsp: bool) -> str:
    """RFC 3676: a line that ends in a space goes on in the next one, at the same depth of ``>``."""
    lines: list[str] = []
    depth_before: int | None = None
    for line in content.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ")
        soft = body.endswith(" ") and body != _SIGNATURE_MARK
        shown = body[:-1] if soft and delsp else body
        if depth_before == depth and lines and body != _SIGNATURE_MARK:
            lines[-1] += shown
        else:
            lines.append((">" * depth + " " + shown) if depth else shown)
        depth_before = depth if soft else None
    return "\n".join(lines)

"""What stands in a status: text with its spans, polls, media."""

from __future__ import annotations

from commonline.connectors.mastodon import simple_html
from commonline.connectors.mastodon.payload import Media, Poll, Status, id_text
from commonline.connectors.mastodon.server import Server, mention_account, one_line, web
from commonline.kit.text import Text
from commonline.schemas.records import Attachment, AttachmentKind, Span

KINDS: dict[str, AttachmentKind] = {"image": "image", "video": "video", "gifv": "video", "audio": "audio"}
PASSES = ("signature", "token", "x-amz-", "expires=")
"""What tells that an address' query lets anyone in until it expires."""
MOST_OPTIONS = 50
MOST_EMOJIS = 50


def text_of(server: Server, status: Status) -> Text:
    """The text of a status and, below it, the choices of its poll. Mentions are resolved to accounts."""
    rendered = simple_html.render(status.content or "")
    text, spans = rendered.text, rendered.spans
    if spans and status.mentions:
        known = {one.url: account for one in status.mentions if one.url and (account := mention_account(server, one))}
        spans = [_resolved(span, known) for span in spans]
    if status.emojis and ":" in text:
        spans = sorted([*spans, *_emojis(text, status)], key=lambda span: (span.start, -span.end))
    if status.poll is not None:
        text = "\n".join([part for part in (text, *_options(status.poll)) if part])
    return Text(text, spans)


def _resolved(span: Span, known: dict[str, str]) -> Span:
    account = known.get(span.value or "") if span.kind == "mention" else None
    return span if account is None else Span(kind="mention", start=span.start, end=span.end, value=account)


def _emojis(text: str, status: Status) -> list[Span]:
    spans: list[Span] = []
    for emoji in (status.emojis or ())[:MOST_EMOJIS]:
        mark = f":{emoji.shortcode}:"
        at = text.find(mark) if emoji.shortcode else -1
        while at >= 0:
            spans.append(Span(kind="emoji", start=at, end=at + len(mark), value=emoji.shortcode))
            at = text.find(mark, at + len(mark))
    return spans


def _options(poll: Poll) -> list[str]:
    return [f"- {title}" for option in poll.options[:MOST_OPTIONS] if (title := one_line(option.title))]


def poll_metrics(poll: Poll) -> dict[str, float]:
    """Votes in all and by the number of the choice (from 1), as far as they may be seen."""
    told: dict[str, int | None] = {"votes": poll.votes_count, "voters": poll.voters_count}
    told |= {f"votes.{n}": option.votes_count for n, option in enumerate(poll.options[:MOST_OPTIONS], start=1)}
    return {name: float(value) for name, value in told.items() if value is not None}


def attachments(status: Status) -> list[Attachment]:
    """Media with their descriptions, and the page whose preview is shown."""
    found = [_medium(medium) for medium in status.media_attachments or ()]
    card = status.card
    if card is not None and (url := web(card.url)):
        found.append(Attachment(kind="link", url=url, name=one_line(card.title)))
    return [one for one in found if one.id or one.url]


def _medium(medium: Media) -> Attachment:
    original = medium.meta.original if medium.meta else None
    seconds = original.duration if original else None
    return Attachment(
        kind=KINDS.get(medium.type or "", "file"),
        id=id_text(medium.id),
        url=_without_pass(web(medium.url) or web(medium.remote_url)),
        name=one_line(medium.description),
        duration_ms=round(seconds * 1000) if seconds is not None and 0 < seconds < 1e6 else None,
    )


def _without_pass(url: str | None) -> str | None:
    if url is None or "?" not in url:
        return url
    address, _, query = url.partition("?")
    low = query.lower()
    return address if any(word in low for word in PASSES) else url

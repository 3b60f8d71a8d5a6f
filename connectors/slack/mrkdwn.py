"""Slack's mark-up to plain text with spans.

``<@U1|name>`` people, ``<#C1|name>`` channels, ``<!here>`` groups, ``<https://…|label>`` links, ``&amp; &lt; &gt;``.
Stars, underscores and emoji names stay as people typed them.
https://docs.slack.dev/messaging/formatting-message-text/
"""

from __future__ import annotations

from collections.abc import Callable

from commonline.kit.accounts import native
from commonline.schemas.records import Span, SpanKind

Who = Callable[[str], str]
"""The account URI of a user's id."""
LINK_SCHEMES = ("https://", "http://", "mailto:", "tel:")
LIMIT = 40_000
"""Slack's own longest text; more is cut."""


def unescape(text: str) -> str:
    """The three characters that Slack escapes."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


class Writer:
    """Text that grows with its spans."""

    def __init__(self, who: Who) -> None:
        self.who = who
        self.parts: list[str] = []
        self.spans: list[Span] = []
        self.length = 0

    def add(self, text: str) -> None:
        """Plain text."""
        text = text[: max(LIMIT - self.length, 0)]
        if text:
            self.parts.append(text)
            self.length += len(text)

    def mark(self, kind: SpanKind, text: str, value: str | None) -> None:
        """Text that is a span."""
        start = self.length
        self.add(text)
        self.span(kind, start, value)

    def span(self, kind: SpanKind, start: int, value: str | None = None) -> None:
        """What was written since `start` is a span."""
        if self.length > start:
            self.spans.append(Span(kind=kind, start=start, end=self.length, value=value))

    def line(self) -> None:
        """What follows stands on a line of its own."""
        if self.parts and not self.parts[-1].endswith("\n"):
            self.add("\n")

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.parts)

    def mrkdwn(self, text: str) -> None:
        """A text in Slack's mark-up."""
        if "<" not in text:
            self.add(unescape(text))
            return
        done = 0
        while (start := text.find("<", done)) >= 0:
            end = text.find(">", start)
            if end < 0:
                break
            inner = text[start + 1 : end]
            if not inner or inner[0].isspace() or "<" in inner:
                self.add(unescape(text[done : start + 1]))
                done = start + 1
                continue
            self.add(unescape(text[done:start]))
            self._marked(inner)
            done = end + 1
        self.add(unescape(text[done:]))

    def user(self, native_id: str, label: str | None = None) -> None:
        """A person who is mentioned."""
        self.mark("mention", f"@{(label or native_id).lstrip('@')}", self.who(native_id) if native_id else None)

    def _marked(self, inner: str) -> None:
        body, _, label = inner.partition("|")
        label = unescape(label)
        first = body[:1]
        if first == "@":
            self.user(body[1:], label)
        elif first == "#":
            self.mark("mention", f"#{(label or body[1:]).lstrip('#')}", channel_uri(body[1:]) if body[1:] else None)
        elif first == "!":
            self._special(body[1:], label)
        elif body:
            self.link(unescape(body), label)

    def _special(self, body: str, label: str) -> None:
        name, _, rest = body.partition("^")
        if name == "subteam":
            group = rest.partition("^")[0]
            uri = native("slack", "usergroup", group) if group else None
            self.mark("mention", f"@{(label or group).lstrip('@')}", uri)
        elif name == "date":
            self.add(label or rest)
        else:
            self.mark("mention", f"@{(label or name).lstrip('@')}", None)

    def link(self, url: str, label: str = "") -> None:
        """A link; an address is shown without its scheme. What cannot be followed is text."""
        shown = label or url.removeprefix("mailto:").removeprefix("tel:")
        if url.lower().startswith(LINK_SCHEMES):
            self.mark("link", shown, url)
        else:
            self.add(shown)


def channel_uri(channel: str) -> str:
    """The URI of a channel. Its id is the same in every workspace that shares it."""
    if channel.isalnum() and channel.isascii():
        return f"slack:channel/{channel}"
    return native("slack", "channel", channel)

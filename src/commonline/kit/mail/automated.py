"""Mails that no person sent just now: they never wait for an answer, and answering them makes loops.

Fields: RFC 3834 (``Auto-Submitted``), RFC 2919 and 2369 (``List-*``), ``Precedence``, an empty ``Return-Path``,
``X-Auto-Response-Suppress`` (Exchange), ``X-Autoreply`` and relatives.
"""

from __future__ import annotations

from commonline.kit.mail.headers import Headers

_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_MARKS = ("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-failed-recipients", "x-loop", "feedback-id")
_LIST = ("list-id", "list-unsubscribe", "list-post", "mailing-list")
ROBOTS = frozenset(
    {
        "postmaster",
        "bounce",
        "bounces",
        "notification",
        "notifications",
        "alerts",
        "daemon",
        "root",
        "nobody",
        "auto-reply",
        "autoreply",
    }
)
NO_REPLY = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon")
POST_TO_LIST = "list-id"
MASS = frozenset({"precedence", "list-unsubscribe", "feedback-id", "x-failed-recipients", "mailing-list"})
"""Reasons that speak against a person; an absence note or a post to a mailing list is a person's."""
SHARED = frozenset(
    {"info", "support", "sales", "help", "helpdesk", "service", "kundenservice", "contact", "kontakt", "office"}
    | {"hello", "team", "admin", "press", "presse", "media", "marketing", "hr", "jobs", "careers", "billing"}
    | {"accounts", "security", "abuse", "webmaster", "hostmaster", "news", "newsletter", "orders", "desk", "customer"}
)
"""Local parts of shared mailboxes: RFC 2142 and what companies use."""


def reason(headers: Headers) -> str | None:
    """Which field says that a program sent it, None if none does."""
    if headers.word("auto-submitted") not in {"", "no"}:
        return "auto-submitted"
    if "list-id" in headers and "list-post" in headers:
        return POST_TO_LIST
    if headers.word("precedence") in _PRECEDENCE:
        return "precedence"
    if "return-path" in headers and (headers.raw("return-path") or "").strip() == "<>":
        return "return-path"
    if headers.word("x-auto-response-suppress") not in {"", "none"}:
        return "x-auto-response-suppress"
    return next((name for name in (*_MARKS, *_LIST) if name in headers), None)


def local_part(address: str) -> str:
    """The part before the @, without what stands behind a plus."""
    return address.rpartition("@")[0].lower().partition("+")[0]

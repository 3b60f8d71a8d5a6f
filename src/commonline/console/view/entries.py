"""One thing that was said or done, as a timeline shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from commonline.console.view.texts import Part, difference, parts, safe_link
from commonline.schemas.models import Activity, Attachment, Redaction

_VERBS: dict[str, str] = {
    "Create": "",
    "Update": "edited",
    "Delete": "deleted",
    "Undo": "took back",
    "Like": "reacted",
    "Dislike": "disliked",
    "Announce": "shared",
    "Follow": "followed",
    "Block": "blocked",
    "Flag": "reported",
    "Add": "added",
    "Remove": "removed",
    "Offer": "offered",
    "Invite": "invited",
    "Accept": "accepted",
    "Reject": "rejected",
    "Join": "joined",
    "Leave": "left",
    "Move": "moved",
    "View": "looked at",
    "Other": "did something to",
}
_SAID = frozenset({"Note", "Article", "Page", "Question", "Review", "Image", "Video", "Audio", "Document", "Form"})
"""Objects whose creation needs no verb: the text says what happened."""


@dataclass(frozen=True, slots=True)
class Version:
    """What an object said before: when that ended, and what the edit changed."""

    until: datetime
    changed: list[Part]


@dataclass(frozen=True, slots=True)
class File:
    """Something attached. `url` only where a browser may follow it."""

    kind: str
    name: str
    url: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a template needs, nothing more. Texts are plain and are escaped where they are written."""

    anchor: str
    activity: str
    who: str
    side: str
    verb: str
    title: str | None
    text: list[Part]
    channel: str
    direction: str
    visibility: str
    published: datetime
    source: str
    url: str | None
    automated: bool
    deleted: bool
    files: list[File] = field(default_factory=list)
    hidden: list[Redaction] = field(default_factory=list)
    past: list[Version] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


def entry(
    anchor: str,
    activity: Activity,
    *,
    visibility: str,
    hidden: list[Redaction],
    earlier: list[tuple[datetime, Activity]],
    deleted: bool,
) -> Entry:
    """An object as it is now. `earlier`: when its former versions ended, oldest first."""
    told = activity.object
    actor = activity.actor
    past = _past(earlier, activity)
    told_by_mark = (deleted and activity.type == "Delete") or (bool(past) and activity.type == "Update")
    return Entry(
        anchor=anchor,
        activity=str(activity.id),
        who=who(activity),
        side=actor.side if actor else "unknown",
        verb="" if told_by_mark else _verb(activity),
        title=told.title if told.title != told.text else None,
        text=parts(told.text, told.spans) if told.text else [],
        channel=activity.channel,
        direction=activity.direction,
        visibility=visibility,
        published=activity.published,
        source=activity.source,
        url=safe_link(told.url),
        automated=activity.automated,
        deleted=deleted,
        files=[_file(one) for one in told.attachments],
        hidden=hidden,
        past=past,
        changes=[_change(one.field, one.before, one.after) for one in activity.changes],
    )


def who(activity: Activity) -> str:
    """Name of who did it, as shown to this viewer."""
    actor = activity.actor
    if actor is None:
        return "Someone"
    return actor.name or actor.handle or (short(actor.account) if actor.account else "Someone")


def short(account: str) -> str:
    """An account by which nobody is called, as few words: ``U0SAM0001 on slack``, ``ana@example.org``."""
    system, _, rest = account.partition(":")
    return rest if system in ("mailto", "tel") else f"{rest.rpartition('/')[2] or rest} on {system}"


def _verb(activity: Activity) -> str:
    told = activity.object
    verb = _VERBS.get(activity.type, activity.type.lower())
    if activity.type == "Undo" and activity.undoes:
        verb = f"took back: {_VERBS.get(activity.undoes, activity.undoes.lower())}"
    if activity.type == "Create":
        return "" if told.type in _SAID else f"new {told.type.lower()}"
    if activity.reaction:
        verb = f"{verb} {activity.reaction}"
    return verb if told.type in _SAID or told.text else f"{verb} {told.type.lower()}"


def _past(earlier: list[tuple[datetime, Activity]], now: Activity) -> list[Version]:
    texts = [(until, version.object.text or "") for until, version in earlier]
    following = [*(text for _, text in texts[1:]), now.object.text or ""]  # one too many where nothing was earlier
    return [
        Version(until, difference(text, after))
        for (until, text), after in zip(texts, following, strict=False)
        if text != after
    ]


def _file(one: Attachment) -> File:
    return File(one.kind, one.name or one.media_type or one.kind, safe_link(one.url), one.size)


def _change(field_: str, before: str | None, after: str | None) -> str:
    name = field_.removeprefix("x.").replace("_", " ")
    if before and after:
        return f"{name}: {before} → {after}"
    return f"{name}: {after}" if after else f"{name} taken away"

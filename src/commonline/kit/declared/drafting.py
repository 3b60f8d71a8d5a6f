"""One item to one draft."""

from __future__ import annotations

import hashlib
from typing import Any, cast

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit import accounts, times
from commonline.kit.declared import guesses, parties, values
from commonline.kit.declared.expressions import Scope
from commonline.kit.declared.plan import ENUMERATIONS, Plan
from commonline.kit.draft import Draft
from commonline.kit.text import html_to_text, link_spans, tidy
from commonline.schemas.records import (
    ActivityType,
    Channel,
    Container,
    Direction,
    Object,
    ObjectType,
    Party,
    Reference,
    Thread,
    ThreadState,
    Visibility,
)

PREFIX = parties.PREFIX
RELATIONS = frozenset({"Like", "Dislike", "Announce", "Follow", "Block", "Flag", "Join", "Invite"})
MADE = "application/json"
"""Media type of what a text of `guesses.summary` was made from."""
BODY = "body"
"""Kind of objects that have no id of their own."""


class Item:
    """An item under its plan: what the expressions find, and the ids that are made of it."""

    __slots__ = ("delivery", "plan", "region", "scope", "system")

    def __init__(self, plan: Plan, scope: Scope, region: str | None) -> None:
        self.plan, self.scope, self.delivery, self.region = plan, scope, scope.delivery, region
        self.system = plan.system or scope.delivery.source

    def value(self, name: str) -> Any:
        """What the expression of a key finds; None too where none is configured."""
        getter = self.plan.get.get(name)
        return None if getter is None else getter(self.scope)

    def line(self, name: str) -> str | None:
        """The same as one line of text."""
        return values.line(self.value(name))

    def time(self, name: str) -> int | None:
        """The same as microseconds."""
        value = self.value(name)
        return times.parse(value) if isinstance(value, (str, int, float)) else None

    def symbol(self, name: str, default: str | None = None) -> str | None:
        """The same as a symbol of the contract."""
        return cast("str | None", values.choice(self.value(name), ENUMERATIONS[name]) or default)

    def uri(self, name: str, kind: str) -> str | None:
        """The same as an id in the source's system."""
        told = values.identifier(self.value(name))
        return None if told is None else accounts.native(PREFIX, self.system, kind, told)

    def object_id(self) -> str:
        """The object's id. Raises `MalformedPayloadError` where the configured expression finds none."""
        if "id" not in self.plan.get:
            return accounts.native(PREFIX, self.system, BODY, values.digest(self.scope.item))
        told = self.uri("id", self.plan.kind)
        if told is None:
            raise MalformedPayloadError("the expression of mapping.id finds no text or whole number", path="mapping.id")
        return told


def draft(event: str, plan: Plan, scope: Scope, region: str | None) -> Draft:
    """The fact that an item tells. `region`: of telephone numbers without ``+``."""
    item = Item(plan, scope, region)
    verb, undoes = _verb(item, event)
    obj = _object(item, event, verb)
    actor = parties.party(plan.actor, scope, item.system, region, "author") if plan.actor else None
    told = Draft(
        event=event,
        type=verb,
        undoes=undoes,
        object=obj,
        thread=_thread(item, obj.id),
        actor=actor,
        participants=[one for table in plan.participants for one in parties.parties(table, scope, item.system, region)],
        our_account=parties.account_uri(item.value("our_account")),
        references=_references(item, obj.id),
        channel=cast("Channel", item.symbol("channel", "other")),
        direction=cast("Direction | None", item.symbol("direction")),
        visibility=cast("Visibility", item.symbol("visibility", "restricted")),
        automated=values.truth(item.value("automated")),
        generator=item.line("generator"),
        client_ref=item.line("client_ref"),
        published=_published(item),
        reaction=item.line("reaction"),
        tags=values.lines(item.value("tags")) if "tags" in plan.get else [],
        metrics=_metrics(item),
        fields=_fields(item),
    )
    told.edge = _edge(item, verb, undoes, actor, told.reaction)
    told.revision = _revision(item, told)
    return told


def _verb(item: Item, event: str) -> tuple[ActivityType, ActivityType | None]:
    """Deletion, edit, the table of verbs, the expression, the event's name, a version: the first that speaks."""
    plan = item.plan
    if values.truth(item.value("deleted")):
        return "Delete", None
    if values.truth(item.value("edited")):
        return "Update", None
    if event in plan.verbs:
        return cast("tuple[ActivityType, ActivityType | None]", plan.verbs[event])
    if told := item.symbol("type"):
        return cast("ActivityType", told), None
    if "id" not in plan.get:
        return "Create", None
    return guesses.verb(event) or ("Update" if _version(item) else "Create"), None


def _object(item: Item, event: str, verb: ActivityType) -> Object:
    plan = item.plan
    text, markup = _text(item) if verb != "Delete" else (None, "text/plain")
    version = _version(item)
    return Object(
        id=item.object_id(),
        type=cast("ObjectType", item.symbol("object_type") or _object_type(item)),
        version=version if version and version.isdecimal() else None,
        url=values.url(item.value("url")),
        title=item.line("title") if "title" in plan.get else None if "text" in plan.get else _unnamed(event),
        text=text,
        markup=markup,
        language=_language(item.line("language")),
        created=item.time("created"),
        author=parties.party(plan.author, item.scope, item.system, item.region, "author") if plan.author else None,
        spans=link_spans(text) if text and markup != MADE else [],
        attachments=parties.attachments(plan.attachments, item.scope) if plan.attachments else [],
    )


def _text(item: Item) -> tuple[str | None, str]:
    """The text and the media type that it was made from; without an expression all values as lines."""
    if "text" in item.plan.get:
        told = values.text(item.value("text"))
        if told is not None and item.plan.markup == "text/html":
            return html_to_text(told), "text/html"
        return None if told is None else tidy(told, []).text, item.plan.markup
    found = item.scope.item
    if isinstance(found, dict) and found.keys() == {"text"} and isinstance(found["text"], str):
        return tidy(found["text"], []).text.strip(), "text/plain"
    return guesses.summary(found), MADE


def _object_type(item: Item) -> str:
    found = item.scope.item
    if "text" in item.plan.get:
        return "Note"
    return "Document" if isinstance(found, dict) and found.keys() == {"text"} else "Record"


def _unnamed(event: str) -> str | None:
    return None if event == guesses.UNNAMED else event


def _language(told: str | None) -> str | None:
    return told if told and len(told) <= 35 and all(part.isalnum() for part in told.split("-")) else None


def _thread(item: Item, object_id: str) -> Thread:
    container = item.uri("container", "container")
    return Thread(
        id=item.uri("thread", item.plan.thread_kind) or object_id,
        title=item.line("thread_title"),
        state=cast("ThreadState", item.symbol("thread_state", "unknown")),
        container=Container(id=container, name=item.line("container_name")) if container else None,
    )


def _references(item: Item, object_id: str) -> list[Reference]:
    parent = item.uri("parent", item.plan.kind)
    return [Reference(kind="reply", id=parent)] if parent and parent != object_id else []


def _published(item: Item) -> int | None:
    if "published" in item.plan.get:
        return item.time("published")
    return guesses.published(item.scope.item, item.delivery)


def _metrics(item: Item) -> dict[str, float]:
    found = ((name, values.number(getter(item.scope))) for name, getter in item.plan.metrics.items())
    return {name: value for name, value in found if value is not None}


def _fields(item: Item) -> dict[str, str]:
    found = ((name, values.line(getter(item.scope))) for name, getter in item.plan.fields.items())
    return {name: value for name, value in found if value is not None}


def _version(item: Item) -> str | None:
    """A revision as it is; a time as microseconds, so that versions can be compared."""
    value = item.value("version")
    if type(value) is str and not value.strip().isdecimal():
        moment = times.from_text(value)
        if moment is not None:
            return str(moment)
    return values.identifier(value)


def _edge(
    item: Item, verb: ActivityType, undoes: ActivityType | None, actor: Party | None, reaction: str | None
) -> str | None:
    """The id of the relation that a Like, Follow … makes: object, verb, actor and emoji (contract §3)."""
    relation = undoes or verb
    if relation not in RELATIONS:
        return None
    told = values.identifier(item.value("id")) or values.digest(item.scope.item)
    who = (actor.account or actor.name or "") if actor else ""
    parts = [self_part for self_part in (told, relation.lower(), who, reaction or "") if self_part]
    return accounts.native(PREFIX, item.system, item.plan.kind, *parts)


def _revision(item: Item, told: Draft) -> str:
    """Of a Create nothing; else the version, else when it happened, else a digest of the facts."""
    if told.type == "Create":
        return ""
    if version := _version(item):
        return version
    if told.published is not None and told.type != "Update":
        return str(told.published)
    facts = (told.object, told.thread, told.actor, told.tags, told.fields, told.visibility)
    return hashlib.blake2b(msgspec.json.encode(facts), digest_size=8).hexdigest()

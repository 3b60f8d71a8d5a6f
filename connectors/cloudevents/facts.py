"""What an event tells where nobody has said more: something happened to a subject, and these are the values."""

from __future__ import annotations

import hashlib
from typing import Any

from commonline.connectors.cloudevents.envelope import CORE, Event
from commonline.kit import times
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.declared import guesses
from commonline.kit.declared.drafting import MADE, draft
from commonline.kit.declared.expressions import Scope
from commonline.kit.declared.plan import plan
from commonline.kit.declared.values import identifier, line, url
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import Attachment, Object, Party, PartyKind, Thread

CONNECTOR = "cloudevents"
DEFAULTS = {"id": "join(' ', [source, id])", "event": "type", "published": "time", "title": "type"}
"""What a source's own mapping need not say."""
UNTOLD = frozenset({"traceparent", "tracestate", "partitionkey", "sampledrate", "authtype", "authid", "authclaims"})
"""Extensions for machines, and those that are told elsewhere."""
KINDS: dict[str, PartyKind] = {
    "app_user": "person",
    "user": "person",
    "service_account": "application",
    "api_key": "application",
    "system": "application",
    "unauthenticated": "anonymous",
}
"""https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/authcontext.md"""
_LEVELS = 300


def event(entry: Entry) -> list[Draft]:
    """One event."""
    told: Event = entry.body
    table = entry.settings.get("mapping")
    if table:
        whole = told.whole()
        scope = Scope(whole, whole, entry.delivery)
        region = entry.settings.get("region")
        return [draft(line(told.type) or "event", plan(table, DEFAULTS), scope, str(region) if region else None)]
    return [_plain(told)]


def _plain(told: Event) -> Draft:
    own = _uri(told.source, "event", told.id)
    subject = told.text("subject")
    verb = guesses.verb(told.type) if subject else None
    obj = Object(
        id=_uri(told.source, "subject", subject) if subject and verb else own,
        type="Record",
        title=line(told.type),
        url=url(told.text("dataref")) or url(_value(told, "url")),
    )
    new = Draft(
        event=line(told.type, guesses.EVENT_LIMIT) or "event",
        type=verb or "Create",
        object=obj,
        thread=_thread(told, obj.id),
        channel="other",
        visibility="restricted",
        revision=told.id if verb in ("Update", "Delete") else "",
        actor=_actor(told),
        published=times.parse(told.text("time")),
        fields=_extensions(told),
    )
    if new.type != "Delete":
        _content(told, obj)
    return new


def _content(told: Event, obj: Object) -> None:
    if told.raw is not None:
        digest = hashlib.sha256(told.raw).hexdigest()
        media = told.content_type.partition(";")[0].strip().lower()[:127] or None
        obj.attachments = [Attachment(id="data", media_type=media, size=len(told.raw), sha256=digest)]
        return
    data = told.data
    if isinstance(data, dict) and data.keys() == {"text"} and isinstance(data["text"], str):
        obj.text = tidy(data["text"], []).text.strip()
        obj.spans = link_spans(obj.text)
    elif data is not None:
        obj.text, obj.markup = guesses.summary(data), MADE


def _thread(told: Event, own: str) -> Thread:
    """The subject of the source; else what the sender says belongs together; else the event itself."""
    if subject := told.text("subject"):
        return Thread(id=_uri(told.source, "subject", subject), title=line(subject))
    if together := told.text("correlationid"):
        return Thread(id=native(CONNECTOR, "correlation", identifier(together) or together))
    return Thread(id=own)


def _actor(told: Event) -> Party | None:
    kind, who = told.text("authtype"), told.text("authid")
    if kind is None and who is None:
        return None
    account = _uri(told.source, "principal", who) if who else None
    return Party(
        account=account,
        kind=KINDS.get(kind or "", "unknown"),
        role="author",
        name=line(who),
        claims=claim(mailto(who), "asserted"),
    )


def _extensions(told: Event) -> dict[str, str]:
    found = {
        line(name, 100) or "": line(value, _LEVELS)
        for name, value in told.attributes.items()
        if name not in CORE and name not in UNTOLD and not guesses.is_secretive(name)
    }
    return {name: value for name, value in found.items() if name and value}


def _value(told: Event, name: str) -> Any:
    return told.data.get(name) if isinstance(told.data, dict) else None


def _uri(source: str, kind: str, native_id: str) -> str:
    """``cloudevents:%2Fmycontext/event/A234``"""
    return native(CONNECTOR, identifier(source) or source, kind, identifier(native_id) or native_id)

"""An activity as a department may see it. Pure: the same facts, policy and key give the same bytes.

Custom fields are hidden unless the policy lists them. Every place of an activity that may hold something personal is
named here; what is done to it is in `redactor`.
"""

from __future__ import annotations

import msgspec

from commonline.schemas.records import Activity, Attachment, Change, Container, Object, Reference, Span, Thread
from commonline.streams.unify.patterns import account_kind
from commonline.streams.unify.redactor import Redactor
from commonline.streams.unify.texts import ACCOUNT, FILE, LINK


def redact(activity: Activity, tool: Redactor) -> Activity:
    """The activity as shown; the same object if nothing had to be taken away."""
    actor = tool.party(activity.actor, "actor") if activity.actor else None
    participants = activity.participants
    if participants:
        participants = [tool.party(party, f"participants[{i}]") for i, party in enumerate(participants)]
    obj = _object(activity.object, tool)
    thread = _thread(activity.thread, tool)
    references, changes, fields, tags = activity.references, activity.changes, activity.fields, activity.tags
    if references:
        references = [_reference(one, tool, i) for i, one in enumerate(references)]
    if changes:
        changes = [_change(one, tool, i) for i, one in enumerate(changes)]
    if fields:
        fields = _fields(fields, tool)
    if tags:
        tags = [tool.text(tag, f"tags[{i}]") or "" for i, tag in enumerate(tags)]
    client_ref = tool.text(activity.client_ref, "client_ref")
    edge = tool.identifier(activity.edge, "edge") if activity.edge else activity.edge
    if not tool.seen:
        return activity
    return msgspec.structs.replace(
        activity,
        actor=actor,
        participants=participants,
        object=obj,
        thread=thread,
        references=references,
        changes=changes,
        fields=fields,
        tags=tags,
        client_ref=client_ref,
        edge=edge,
    )


def _object(obj: Object, tool: Redactor) -> Object:
    before = len(tool.seen)
    title = tool.text(obj.title, "object.title")
    text = tool.text(obj.text, "object.text")
    author = tool.party(obj.author, "object.author") if obj.author else None
    identifier = tool.identifier(obj.id, "object.id")
    url = obj.url
    if url is not None and tool.kinds & (LINK | ACCOUNT):
        url = None
        tool.seen[("object.url", "url")] = None
    elif url is not None:
        url = tool.text(url, "object.url")
    spans, attachments = obj.spans, obj.attachments
    if spans:
        spans = [_span(span, tool, i) for i, span in enumerate(spans)] if text == obj.text else []
    if attachments:
        attachments = [_attachment(one, tool, i) for i, one in enumerate(attachments)]
    if len(tool.seen) == before:
        return obj
    return msgspec.structs.replace(
        obj, id=identifier, title=title, text=text, author=author, url=url, spans=spans, attachments=attachments
    )


def _span(span: Span, tool: Redactor, index: int) -> Span:
    value = span.value
    if value is None:
        return span
    path = f"object.spans[{index}].value"
    if span.kind == "mention" or value.startswith(("mailto:", "tel:")):
        value = tool.account(value, path)
    elif tool.names_someone(value) or (tool.kinds & LINK and span.kind == "link"):
        value = None
        tool.seen[(path, "url")] = None
    return span if value == span.value else msgspec.structs.replace(span, value=value)


def _attachment(one: Attachment, tool: Redactor, index: int) -> Attachment:
    path = f"object.attachments[{index}]"
    if tool.kinds & FILE:
        tool.seen[(path, "attachment")] = None
        return Attachment(kind=one.kind, media_type=one.media_type, size=one.size)
    name, url = tool.text(one.name, f"{path}.name"), one.url
    identifier = tool.identifier(one.id, f"{path}.id") if one.id else one.id
    if url is not None and (tool.kinds & (LINK | account_kind(url)) or tool.names_someone(url)):
        url = None
        tool.seen[(f"{path}.url", "url")] = None
    else:
        url = tool.text(url, f"{path}.url")
    if (name, url, identifier) == (one.name, one.url, one.id):
        return one
    return msgspec.structs.replace(one, name=name, url=url, id=identifier)


def _thread(thread: Thread, tool: Redactor) -> Thread:
    title = tool.text(thread.title, "thread.title")
    identifier = tool.identifier(thread.id, "thread.id")
    container = _container(thread.container, tool) if thread.container else None
    if title == thread.title and identifier == thread.id and container is thread.container:
        return thread
    return Thread(identifier, title, thread.state, container)


def _container(container: Container, tool: Redactor) -> Container:
    """A direct message's container is called after whom it is with."""
    name = tool.text(container.name, "thread.container.name")
    identifier = tool.identifier(container.id, "thread.container.id")
    if name == container.name and identifier == container.id:
        return container
    return Container(identifier, name, container.kind)


def _reference(one: Reference, tool: Redactor, index: int) -> Reference:
    author = tool.account(one.author, f"references[{index}].author")
    identifier = tool.identifier(one.id, f"references[{index}].id")
    if author == one.author and identifier == one.id:
        return one
    return msgspec.structs.replace(one, author=author, id=identifier)


def _change(one: Change, tool: Redactor, index: int) -> Change:
    before = tool.text(one.before, f"changes[{index}].before")
    after = tool.text(one.after, f"changes[{index}].after")
    if before == one.before and after == one.after:
        return one
    return msgspec.structs.replace(one, before=before, after=after)


def _fields(fields: dict[str, str], tool: Redactor) -> dict[str, str]:
    kept = {name: tool.text(value, f"fields.{name}") or "" for name, value in fields.items() if name in tool.fields}
    if len(kept) != len(fields):
        tool.seen[("fields", "field")] = None
    return kept

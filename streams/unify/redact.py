"""An activity as a department may see it. Pure: the same facts, policy and key give the same bytes.

People keep one pseudonym within a conversation. Custom fields are hidden unless the policy lists them. What the source
knows of someone by address (claims, accounts, names) is taken from the text as well, by value and by pattern.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from commonline.ids import keyed_hash
from commonline.schemas.records import Activity, Attachment, Change, Object, Party, Redaction, Reference, Span, Thread
from commonline.streams.unify.patterns import mask
from commonline.streams.unify.rules import PolicySpec

TEXT_KINDS = frozenset({"email", "phone", "card", "iban"})
SCHEME_KIND = {"mailto": "email", "tel": "phone"}
SHORTEST_NAME = 3
ACTIONS = {"name": "pseudonym", "account": "pseudonym", "handle": "removed", "field": "removed"}


@dataclass(frozen=True, slots=True)
class Known:
    """What a conversation knows of people: account -> person id, and (person id, name) of those outside."""

    persons: dict[str, str]
    names: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Redactor:
    """One redaction. `seen` collects what was taken away as (path, kind), each once; `hidden` are the parts of accounts
    that must not stand in any id."""

    policy: PolicySpec
    kinds: frozenset[str]
    secret: bytes
    conversation: str
    known: Known
    region: str | None
    hidden: tuple[str, ...] = ()
    seen: dict[tuple[str, str], None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        bare = (uri.partition(":")[2] for uri in self.known.persons if self._hides(uri))
        self.hidden = tuple(one for one in bare if len(one) >= SHORTEST_NAME)

    def pseudonym(self, person: str) -> str:
        """Five characters that stand for a person in this conversation."""
        return base64.b32encode(keyed_hash(self.secret, "name", self.conversation, person, size=5))[:5].decode()

    def shown_person(self, person: str) -> str:
        """A person's id in this feed."""
        if "account" not in self.kinds:
            return person
        return str(UUID(bytes=keyed_hash(self.secret, "person", self.conversation, person)))

    def account(self, uri: str | None, path: str) -> str | None:
        """An account URI as shown."""
        if uri is None:
            return None
        kind = SCHEME_KIND.get(uri.partition(":")[0])
        if "account" not in self.kinds and (kind is None or kind not in self.kinds):
            return uri
        self.seen[(path, "account" if kind is None else kind)] = None
        return f"anonymous:{self.pseudonym(self.known.persons.get(uri, uri))}"

    def text(self, text: str | None, path: str) -> str | None:
        """Free text as shown."""
        if not text:
            return text
        shown = text
        if "name" in self.kinds:
            for person, name in self.known.names:
                if name in shown or name.split()[0] in shown:
                    shown = self._unname(shown, person, name, path)
        return mask(shown, self.kinds, self.region, lambda kind: self.seen.setdefault((path, kind)))

    def _unname(self, text: str, person: str, name: str, path: str) -> str:
        parts = [part for part in dict.fromkeys([name, *name.split()]) if len(part) >= SHORTEST_NAME]
        if not parts:
            return text
        pattern = r"(?<!\w)(?:" + "|".join(re.escape(part) for part in parts) + r")(?!\w)"
        shown = re.sub(pattern, f"Customer {self.pseudonym(person)}", text)
        if shown != text:
            self.seen[(path, "name")] = None
        return shown

    def party(self, party: Party, path: str) -> Party:
        """Someone as shown. Staff keep their names if the policy says so."""
        staff = party.side == "us"
        if staff and self.policy.staff_names:
            return self._claimless(party, path)
        name, handle = party.name, party.handle
        if name and "name" in self.kinds:
            person = self.known.persons.get(party.account or "", party.account or name)
            name = f"{'Colleague' if staff else 'Customer'} {self.pseudonym(person)}"
            self.seen[(f"{path}.name", "name")] = None
        else:
            name = mask(name, self.kinds, self.region, self._noter(f"{path}.name")) if name else name
        if handle and "handle" in self.kinds:
            handle = None
            self.seen[(f"{path}.handle", "handle")] = None
        account = self.account(party.account, f"{path}.account")
        shown = self._claimless(party, path)
        if account != party.account or name != party.name or handle != party.handle:
            shown = msgspec.structs.replace(shown, account=account, name=name, handle=handle)
        return shown

    def _noter(self, path: str) -> Callable[[str], None]:
        return lambda kind: self.seen.setdefault((path, kind))

    def _claimless(self, party: Party, path: str) -> Party:
        if not party.claims:
            return party
        kept = [claim for claim in party.claims if not self._hides(claim.account)]
        if len(kept) == len(party.claims):
            return party
        self.seen[(f"{path}.claims", "account")] = None
        return msgspec.structs.replace(party, claims=kept)

    def _hides(self, account: str) -> bool:
        kind = SCHEME_KIND.get(account.partition(":")[0])
        return "account" in self.kinds or (kind is not None and kind in self.kinds)

    def identifier(self, uri: str, path: str) -> str:
        """An object or thread id: opaque, but never a way round the policy."""
        for account in self.hidden:
            if account in uri:
                self.seen[(path, "account")] = None
                return f"redacted:{keyed_hash(self.secret, 'id', uri).hex()}"
        return uri


def redact(activity: Activity, tool: Redactor) -> Activity:
    """The activity as shown; the same object if nothing had to be taken away."""
    actor = tool.party(activity.actor, "actor") if activity.actor else None
    participants = [tool.party(party, f"participants[{i}]") for i, party in enumerate(activity.participants)]
    obj = _object(activity.object, tool)
    thread = _thread(activity.thread, tool)
    references = [_reference(one, tool, i) for i, one in enumerate(activity.references)]
    changes = [_change(one, tool, i) for i, one in enumerate(activity.changes)]
    fields = _fields(activity.fields, tool)
    tags = [tool.text(tag, f"tags[{i}]") or "" for i, tag in enumerate(activity.tags)]
    client_ref = tool.text(activity.client_ref, "client_ref")
    edge = tool.identifier(activity.edge, "edge") if activity.edge else activity.edge
    our_account = activity.our_account
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
        our_account=our_account,
    )


def redactions(tool: Redactor, label: str) -> list[Redaction]:
    """What was taken away, for the reader."""
    return [
        Redaction(path=path, action=ACTIONS.get(kind, "masked"), rule=f"{label}/{kind}")  # type: ignore[arg-type]
        for path, kind in tool.seen
    ]


def _object(obj: Object, tool: Redactor) -> Object:
    before = len(tool.seen)
    title = tool.text(obj.title, "object.title")
    text = tool.text(obj.text, "object.text")
    author = tool.party(obj.author, "object.author") if obj.author else None
    identifier = tool.identifier(obj.id, "object.id")
    url = obj.url
    if url is not None and ("url" in tool.kinds or "account" in tool.kinds):
        url = None
        tool.seen[("object.url", "url")] = None
    elif url is not None:
        url = tool.text(url, "object.url") if "@" in url else url
    spans = [_span(span, tool, i) for i, span in enumerate(obj.spans)] if text == obj.text else []
    attachments = [_attachment(one, tool, i) for i, one in enumerate(obj.attachments)]
    if len(tool.seen) == before:
        return obj
    return msgspec.structs.replace(
        obj, id=identifier, title=title, text=text, author=author, url=url, spans=spans, attachments=attachments
    )


def _span(span: Span, tool: Redactor, index: int) -> Span:
    if span.value is None or (span.kind != "mention" and not span.value.startswith(("mailto:", "tel:"))):
        return span
    value = tool.account(span.value, f"object.spans[{index}].value")
    return span if value == span.value else msgspec.structs.replace(span, value=value)


def _attachment(one: Attachment, tool: Redactor, index: int) -> Attachment:
    path = f"object.attachments[{index}]"
    if "attachment" in tool.kinds:
        tool.seen[(path, "attachment")] = None
        return Attachment(kind=one.kind, media_type=one.media_type, size=one.size)
    name, url = tool.text(one.name, f"{path}.name"), one.url
    if url is not None and SCHEME_KIND.get(url.partition(":")[0]) in tool.kinds:
        url = None
        tool.seen[(f"{path}.url", "account")] = None
    return one if name == one.name and url == one.url else msgspec.structs.replace(one, name=name, url=url)


def _thread(thread: Thread, tool: Redactor) -> Thread:
    title = tool.text(thread.title, "thread.title")
    identifier = tool.identifier(thread.id, "thread.id")
    if title == thread.title and identifier == thread.id:
        return thread
    return msgspec.structs.replace(thread, title=title, id=identifier)


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
    if not fields:
        return fields
    kept = {
        name: tool.text(value, f"fields.{name}") or "" for name, value in fields.items() if name in tool.policy.fields
    }
    if len(kept) != len(fields):
        tool.seen[("fields", "field")] = None
    return kept

"""One activity on its way to the feeds: what the departments' versions of it have in common is made once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from commonline.schemas.codec import encode_activity
from commonline.schemas.records import Activity, Party, PartyPerson
from commonline.streams.unify.patterns import DIGIT, DIGITS, EMAIL, IBAN
from commonline.streams.unify.patterns import words as words_of
from commonline.streams.unify.redact import redact
from commonline.streams.unify.redactor import SCHEME_KIND, Known, Redactor
from commonline.streams.unify.rows import ConversationRow, Key
from commonline.streams.unify.rules import CompiledDepartment
from commonline.streams.unify.turn import Turn

Conversation = tuple[Key, ConversationRow]


@dataclass(slots=True)
class Shown:
    """An activity as a policy has it, its bytes, who is who in it, and what was taken away as (path, kind)."""

    activity: Activity
    raw: bytes
    persons: list[PartyPerson]
    seen: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Subject:
    """An activity with what the conversation knows of its people.

    `traces`: kinds of personal data that any policy could find in it; a policy that asks for none of them is not
    applied. `fact`: keyed hash of the unredacted bytes, equal in every feed; nobody can test a guess against it.
    """

    activity: Activity
    raw: bytes
    conversation: str
    region: str | None
    secret: bytes
    known: Known
    traces: frozenset[str]
    fact: bytes
    _shown: dict[tuple[frozenset[str], bool, tuple[str, ...]], Shown] = field(default_factory=dict)

    def shown(self, department: CompiledDepartment) -> Shown:
        """As a department may see it; departments whose policies find the same share one version."""
        policy = department.policy
        kinds = department.kinds & self.traces
        fields = () if not self.activity.fields else tuple(policy.fields)
        key = (kinds, policy.staff_names, fields)
        found = self._shown.get(key)
        if found is None:
            found = self._shown[key] = self._redacted(department, kinds)
        return found

    def _redacted(self, department: CompiledDepartment, kinds: frozenset[str]) -> Shown:
        activity = self.activity
        if not kinds and not activity.fields:
            return Shown(activity, self.raw, self._persons())
        tool = Redactor(department.policy, kinds, self.secret, self.conversation, self.known, self.region)
        shown = redact(activity, tool)
        seen = tuple(tool.seen)
        raw = self.raw if shown is activity else encode_activity(shown)
        return Shown(shown, raw, self._persons(tool), seen)

    def _persons(self, tool: Redactor | None = None) -> list[PartyPerson]:
        found = []
        for uri in dict.fromkeys(party.account for party in parties(self.activity)):
            person = self.known.persons[uri] if uri else uri
            if not uri or not person or person == uri:
                continue
            if tool is None:
                found.append(PartyPerson(uri, person))
            else:
                found.append(PartyPerson(tool.account(uri, "persons") or uri, tool.shown_person(person)))
        return found


def subject(turn: Turn, conversation: Conversation, activity: Activity, raw: bytes, persons: dict[str, str]) -> Subject:
    """Gather what the conversation knows. `persons` is of this activity (`persons_of`)."""
    everyone = parties(activity)
    text = "\n".join(_texts(activity))
    words = words_of(text)
    names = _names(turn, conversation, everyone, persons, words)
    handles = [(p.handle, p.side == "us") for p in everyone if p.handle and not words.isdisjoint(words_of(p.handle))]
    known = Known(persons, names, tuple(dict.fromkeys(handles)), tuple(everyone), text)
    fact = hashlib.blake2b(raw, key=turn.secret[:64], digest_size=16).digest()
    found = traces(activity, known, everyone, text)
    return Subject(activity, raw, conversation[1].id, turn.rules.region, turn.secret, known, found, fact)


def parties(activity: Activity) -> list[Party]:
    """Everyone named in an activity, the actor first."""
    found = [activity.actor] if activity.actor is not None else []
    if activity.object.author is not None:
        found.append(activity.object.author)
    return found + activity.participants if activity.participants else found


def persons_of(turn: Turn, activity: Activity) -> dict[str, str]:
    """Person id of every account in the activity; an account that was never met stands for itself."""
    persons: dict[str, str] = {}
    for party in parties(activity):
        if party.account and party.account not in persons:
            persons[party.account] = person_of(turn, party.account)
        for claim in party.claims:
            if claim.account not in persons:
                persons[claim.account] = person_of(turn, claim.account)
    return persons


def person_of(turn: Turn, uri: str) -> str:
    """The person id of an account; an account that was never met stands for itself."""
    account = turn.view.account(turn.account_key(uri))
    person = turn.view.person(account.person) if account else None
    return person.id if person else uri


def _names(
    turn: Turn, conversation: Conversation, everyone: list[Party], persons: dict[str, str], words: set[str]
) -> tuple[tuple[str, str, bool], ...]:
    """(person, name, whether ours) of those in conversation and activity of whose name a word stands in its texts."""
    found: dict[tuple[str, str, bool], None] = {}
    key, row = conversation
    if not words.isdisjoint(turn.view.words_of(key, row.names)):
        for account_key, name in row.names:
            account = turn.view.account(account_key)
            row_of = turn.view.person(account.person) if account else None
            if row_of is not None and not words.isdisjoint(words_of(name)):
                found[row_of.id, name, False] = None
    for party in everyone:
        if party.name and party.kind != "application" and not words.isdisjoint(words_of(party.name)):
            person = persons.get(party.account or "", party.account or party.name)
            found[person, party.name, party.side == "us"] = None
    return tuple(found)


def traces(activity: Activity, known: Known, everyone: list[Party], text: str) -> frozenset[str]:
    """Kinds of personal data that may stand in an activity whose texts are `text`: never too few."""
    found: set[str] = set()
    obj = activity.object
    for party in everyone:
        if party.name:
            found.add("name")
        if party.handle:
            found.add("handle")
    if known.names:
        found.add("name")
    for uri in [*known.persons, *(one.author for one in activity.references if one.author)]:
        found.add("account")
        scheme = uri.partition(":")[0]
        if scheme in SCHEME_KIND:
            found.add(SCHEME_KIND[scheme])
    if obj.spans:
        found.add("account")
    if obj.url is not None or obj.spans or "://" in text:
        found.add("url")
    if obj.attachments:
        found |= {"attachment", "url"}
    for name in [text, *(party.name for party in everyone if party.name)]:
        _text_traces(name, found)
    return frozenset(found)


def _text_traces(text: str, found: set[str]) -> None:
    if "@" in text and EMAIL.search(text):
        found.add("email")
    if "mailto:" in text or "tel:" in text:
        found |= {"account", "email", "phone"}
    if DIGIT.search(text):
        if IBAN.search(text):
            found.add("iban")
        if DIGITS.search(text):
            found |= {"phone", "card"}


def _texts(activity: Activity) -> list[str]:
    """Every text of an activity that a policy reads, but the names of parties."""
    obj = activity.object
    found = [one for one in (obj.text, obj.title, obj.url, activity.client_ref, activity.thread.title) if one]
    container = activity.thread.container
    if container is not None:
        found += [container.id, container.name or ""]
    found += activity.tags
    for attachment in obj.attachments:
        found += [attachment.name or "", attachment.url or ""]
    found += [span.value for span in obj.spans if span.value]
    for change in activity.changes:
        found += [change.before or "", change.after or ""]
    if activity.fields:
        found += activity.fields.values()
    return found

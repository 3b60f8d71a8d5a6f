"""One activity on its way to the feeds: what the departments' versions of it have in common is made once."""

from __future__ import annotations

from commonline.schemas.codec import encode_activity
from commonline.schemas.records import Activity, Party
from commonline.streams.unify import pieces
from commonline.streams.unify.keys import Key
from commonline.streams.unify.patterns import IN_ACCOUNTS, account_kind
from commonline.streams.unify.reading import Reading
from commonline.streams.unify.redact import redact
from commonline.streams.unify.redactor import Known, Redactor
from commonline.streams.unify.rows import ConversationRow
from commonline.streams.unify.rules import CompiledDepartment
from commonline.streams.unify.texts import (
    ACCOUNT,
    ACCOUNT_NUMBER,
    CARD,
    FILE,
    HANDLE,
    LINK,
    NAME,
    PHONE,
    name_words,
    traces,
)
from commonline.streams.unify.turn import Met, Turn

Conversation = tuple[Key, ConversationRow]


class Persons:
    """Who is who in an activity: account -> person id, and the same encoded, for those who have a person."""

    __slots__ = ("encoded", "ids")

    def __init__(self, ids: dict[str, str], everyone: list[Party]) -> None:
        self.ids = ids
        if len(everyone) == 1:
            uri = everyone[0].account
            self.encoded = pieces.persons([uri, ids[uri]] if uri and ids[uri] != uri else [])
        else:
            pairs: list[str] = []
            for uri in dict.fromkeys([party.account for party in everyone if party.account]):
                if ids[uri] != uri:
                    pairs += (uri, ids[uri])
            self.encoded = pieces.persons(pairs)


class Shown:
    """An activity as a policy has it: its bytes, who is who (encoded), and what was taken away as (path, kind)."""

    __slots__ = ("persons", "raw", "seen")

    def __init__(self, raw: bytes, persons: bytes, seen: tuple[tuple[str, str], ...]) -> None:
        self.raw = raw
        self.persons = persons
        self.seen = seen


class Subject:
    """An activity with what the conversation knows of its people.

    `traces`: kinds of personal data that any policy could find in it; a policy that asks for none of them is not
    applied. `fact`: keyed hash of the unredacted bytes, equal in every feed; nobody can test a guess against it.
    """

    __slots__ = (
        "_known",
        "_named",
        "_parties",
        "_persons",
        "_place",
        "_reading",
        "_shown",
        "_turn",
        "activity",
        "conversation",
        "encoded",
        "fact",
        "raw",
        "traces",
    )

    def __init__(
        self, turn: Turn, conversation: Conversation, activity: Activity, raw: bytes, persons: Persons, reading: Reading
    ) -> None:
        self.activity = activity
        self.raw = raw
        self.conversation = conversation[1].id
        self.encoded = pieces.conversation(self.conversation)
        self.fact = turn.fact(b"", raw)
        self._turn = turn
        self._place = conversation
        self._persons = persons
        self._reading = reading
        self._parties = parties(activity)
        self._known: Known | None = None
        self._named = False
        self.traces = _traces(activity, self._parties, persons.ids, reading)
        if conversation[1].names:
            self.traces |= NAME
        self._shown: dict[tuple[int, bool, frozenset[str]], Shown] = {}

    def shown(self, department: CompiledDepartment) -> Shown:
        """As a department may see it; departments whose policies find the same share one version."""
        kinds = department.kinds & self.traces
        if kinds & LINK:
            kinds |= department.kinds & IN_NUMBERS  # the mask of a link may be where a number that went on ends
        key = (kinds, department.staff_names, department.fields if self.activity.fields else NO_FIELDS)
        found = self._shown.get(key)
        if found is None:
            found = self._shown[key] = self._redacted(department, kinds)
        return found

    def _redacted(self, department: CompiledDepartment, kinds: int) -> Shown:
        activity = self.activity
        if not kinds and not activity.fields:
            return Shown(self.raw, self._persons.encoded, ())
        tool = Redactor(kinds, self._about(kinds), staff_names=department.staff_names, fields=department.fields)
        shown = redact(activity, tool)
        seen = tuple(tool.seen)
        raw = self.raw if shown is activity else encode_activity(shown)
        persons = self._hidden_persons(tool) if kinds & IN_ACCOUNTS else self._persons.encoded
        return Shown(raw, persons, seen)

    def _about(self, kinds: int) -> Known:
        """What is known of people; who is named in texts is looked for where a policy asks for it."""
        known = self._known
        if known is None:
            turn = self._turn
            known = self._known = Known(
                turn.secret, self.conversation, turn.rules.region, self._persons.ids, self._parties, self._reading
            )
        if kinds & (NAME | HANDLE) and not self._named:
            self._named = True
            known.names = _names(self._turn, self._place, self._parties, self._persons.ids, self._reading)
            known.handles = _handles(self._parties, self._reading)
        return known

    def _hidden_persons(self, tool: Redactor) -> bytes:
        ids = self._persons.ids
        pairs: list[str] = []
        for uri in dict.fromkeys([party.account for party in self._parties if party.account]):
            if ids[uri] != uri:
                pairs += (tool.account(uri, "persons") or uri, tool.shown_person(ids[uri]))
        return pieces.persons(pairs)


NO_FIELDS: frozenset[str] = frozenset()
IN_NUMBERS = PHONE | CARD | ACCOUNT_NUMBER


def parties(activity: Activity) -> list[Party]:
    """Everyone named in an activity, the actor first."""
    found = [activity.actor] if activity.actor is not None else []
    if activity.object.author is not None:
        found.append(activity.object.author)
    return found + activity.participants if activity.participants else found


def persons_of(turn: Turn, activity: Activity, met: list[Met] | None = None) -> Persons:
    """The persons of an activity. An account that was never met stands for itself. `met`: those who were just met."""
    ids: dict[str, str] = {}
    view = turn.view
    for one in met or ():
        person = view.person(one.row.person)
        if person is not None:
            ids[one.uri] = person.id
    everyone = parties(activity)
    for party in everyone:
        uri = party.account
        if uri and uri not in ids:
            ids[uri] = person_of(turn, uri)
        for claim in party.claims:
            if claim.account not in ids:
                ids[claim.account] = person_of(turn, claim.account)
    return Persons(ids, everyone)


def person_of(turn: Turn, uri: str) -> str:
    """The person id of an account; an account that was never met stands for itself."""
    account = turn.view.account(turn.keys.account(uri))
    person = turn.view.person(account.person) if account else None
    return person.id if person else uri


def _names(
    turn: Turn, conversation: Conversation, everyone: list[Party], persons: dict[str, str], reading: Reading
) -> list[tuple[str, str, bool]]:
    """(person, name, whether ours) of those in conversation and activity of whose name a word stands in its texts."""
    found: dict[tuple[str, str, bool], None] = {}
    key, row = conversation
    if row.names and reading.names(turn.view.names_of(key, row).words):
        for account_key, name in row.names:
            account = turn.view.account(account_key)
            row_of = turn.view.person(account.person) if account else None
            if row_of is not None and reading.names(name_words(name)):
                found[row_of.id, name, False] = None
    for party in everyone:
        called = party.name
        if called and party.kind != "application" and reading.names(name_words(called)):
            found[persons.get(party.account or "", party.account or called), called, party.side == "us"] = None
    return list(found)


def _handles(everyone: list[Party], reading: Reading) -> list[tuple[str, bool]]:
    """(handle, whether ours) of those of whose handle a word stands in the texts."""
    found: dict[tuple[str, bool], None] = {}
    for party in everyone:
        if party.handle and reading.names(name_words(party.handle)):
            found[party.handle, party.side == "us"] = None
    return list(found)


def _traces(activity: Activity, everyone: list[Party], persons: dict[str, str], reading: Reading) -> int:
    """Kinds of personal data that may stand in an activity by itself: never too few."""
    obj = activity.object
    found = reading.traces
    for party in everyone:
        if party.name:
            found |= NAME | traces(party.name)
        if party.handle:
            found |= HANDLE
    if persons:
        found |= ACCOUNT
        for uri in persons:
            found |= account_kind(uri)
    for reference in activity.references:
        if reference.author:
            found |= ACCOUNT | account_kind(reference.author)
    if obj.spans:
        found |= ACCOUNT | LINK
    if obj.url is not None:
        found |= LINK
    if obj.attachments:
        found |= FILE | LINK
    return found

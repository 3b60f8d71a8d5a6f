"""A workspace in memory: activities in, records out, state as a dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from commonline.configuration.defaults import default_departments
from commonline.ids import uuid5
from commonline.schemas.codec import (
    decode_activity,
    decode_control,
    decode_conversation_activity,
    decode_feed_activity,
    decode_link,
    decode_person,
    encode_activity,
)
from commonline.schemas.records import (
    Activity,
    ActivityType,
    Channel,
    Claim,
    Control,
    ConversationActivity,
    FeedActivity,
    Link,
    Object,
    ObjectType,
    Origin,
    Party,
    Person,
    Reference,
    Thread,
    Visibility,
)
from commonline.streams.unify.decide import Decision, Unifier
from commonline.streams.unify.keys import Key, Keys
from commonline.streams.unify.outputs import Output
from commonline.streams.unify.specs import DepartmentSpec, PolicySpec, RuleSpec, UnifyConfiguration
from commonline.streams.unify.view import View

WORKSPACE = "acme"
START = 1_790_000_000_000_000
HOUR = 3_600_000_000
UNIFIER = Unifier(Keys(b"k" * 32), b"s" * 32)


def specs() -> dict[str, DepartmentSpec]:
    """The default departments, as a configuration record has them."""
    return {
        name: DepartmentSpec(
            clearance=department.clearance,
            rules=[RuleSpec(**rule.model_dump()) for rule in department.rules],
            policy=PolicySpec(**department.policy.model_dump()),
        )
        for name, department in default_departments().items()
    }


def configuration(
    departments: dict[str, DepartmentSpec] | None = None, *, window_us: int = 48 * HOUR, at: int = START
) -> Control:
    """A configuration record."""
    body = UnifyConfiguration(specs() if departments is None else departments, window_us, "DE", "k1")
    text = msgspec.json.encode(body).decode()
    return Control(id=uuid5("configuration", text), workspace=WORKSPACE, kind="configuration", at=at, body=text)


def party(
    account: str | None,
    name: str | None = None,
    *,
    us: bool = False,
    claims: Iterable[str] = (),
    trust: str = "verified",
) -> Party:
    """Someone outside, or one of us."""
    told = [Claim(relation="same_as", account=one, trust=trust) for one in claims]  # type: ignore[arg-type]
    side, role = ("us", "agent") if us else ("customer", "author")
    return Party(account=account, kind="person", side=side, role=role, name=name, claims=told)  # type: ignore[arg-type]


def activity(
    object_id: str,
    *,
    text: str | None = "hello",
    actor: Party | None = None,
    thread: str | None = None,
    kind: ActivityType = "Create",
    undoes: ActivityType | None = None,
    revision: str = "",
    version: str | None = None,
    at: int = 0,
    channel: Channel = "comment",
    visibility: Visibility = "public",
    url: str | None = None,
    title: str | None = None,
    object_type: ObjectType = "Note",
    references: Iterable[Reference] = (),
    participants: Iterable[Party] = (),
    edge: str | None = None,
    source: str = "page",
    fields: dict[str, str] | None = None,
    tags: Iterable[str] = (),
) -> Activity:
    """One activity; `at` is hours after START."""
    verb = f"{kind}:{undoes}" if undoes else kind
    return Activity(
        id=uuid5(WORKSPACE, edge or object_id, verb, revision),
        workspace=WORKSPACE,
        connector="test",
        source=source,
        event=kind.lower(),
        type=kind,
        undoes=undoes,
        edge=edge,
        actor=actor,
        object=Object(id=object_id, type=object_type, text=text, version=version, url=url, title=title),
        thread=Thread(id=thread or object_id),
        participants=list(participants),
        references=list(references),
        channel=channel,
        direction="inbound",
        visibility=visibility,
        published=START + at * HOUR,
        clock="source",
        received=START + at * HOUR + 1000,
        fields=fields or {},
        tags=list(tags),
        origin=Origin(delivery=uuid5("delivery", object_id, revision), topic="deliveries.v1", partition=0, offset=at),
    )


@dataclass
class World:
    """One partition's state and all that was said."""

    store: dict[Key, bytes] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    unifier: Unifier = UNIFIER

    def __post_init__(self) -> None:
        self.view = View(self.store.get, self._scan)

    def _scan(self, prefix: bytes, after: bytes) -> Iterator[tuple[Key, bytes]]:
        for key in sorted(self.store):
            if key.startswith(prefix) and key > after:
                yield key, self.store[key]

    def take(self, *records: Activity | Control) -> World:
        """Decide records one after another; continuations that follow are taken at the end."""
        todo: list[Activity | Control] = list(records)
        for record in todo:
            decision = self._decide(record)
            self.outputs += decision.outputs
            self.outcomes.append(decision.outcome)
            todo += [decode_control(output.value) for output in decision.outputs if output.where == "continue"]
        return self

    def _decide(self, record: Activity | Control) -> Decision:
        if isinstance(record, Control):
            return self.unifier.decide_control(self.view, record)
        return self.unifier.decide_activity(self.view, record, encode_activity(record))

    def commit(self) -> World:
        """Merge the overlay into the store, as after a committed transaction."""
        self.store.update(self.view.changes())
        self.view.committed()
        return self

    def restart(self) -> World:
        """Commit and forget all that was decoded, as a new process would."""
        self.commit()
        self.view = View(self.store.get, self._scan)
        return self

    def feed(self, department: str) -> list[FeedActivity]:
        """All records of a feed."""
        return [decode_feed_activity(o.value) for o in self.outputs if o.where == "feed" and o.department == department]

    def present(self, department: str) -> dict[bytes, FeedActivity]:
        """What a reader of the compacted feed holds: the last activity of each object, without those taken back."""
        held: dict[bytes, FeedActivity] = {}
        for output in self.outputs:
            if output.where == "feed" and output.department == department:
                record = decode_feed_activity(output.value)
                if record.event == "activity":
                    held[output.key] = record
                elif record.event == "tombstone":
                    held.pop(output.key, None)
        return held

    def texts(self, department: str) -> list[str | None]:
        """Texts that the feed shows now."""
        return [record.item.object.text for record in self.present(department).values() if record.item]

    def conversations(self) -> list[ConversationActivity]:
        """All records of conversations.v1."""
        return [decode_conversation_activity(o.value) for o in self.outputs if o.where == "conversations"]

    def links(self) -> dict[str, Link]:
        """Links as they are now, by id."""
        found = (decode_link(o.value) for o in self.outputs if o.where == "links")
        return {link.id: link for link in found}

    def persons(self) -> dict[str, Person]:
        """Persons as they are now, by id; merged ones are left out."""
        found = {p.id: p for p in (decode_person(o.value) for o in self.outputs if o.where == "persons")}
        return {key: person for key, person in found.items() if person.merged_into is None}

    def components(self) -> set[frozenset[str]]:
        """Conversations as sets of thread URIs: what settling compares."""
        self.restart()
        groups: dict[bytes, set[str]] = {}
        for key in self.store:
            if key[:1] == b"t":
                row = self.view.thread(key)
                assert row is not None
                groups.setdefault(row.conversation, set()).add(row.uri)
        return {frozenset(group) for group in groups.values()}


def shown(record: FeedActivity) -> Activity:
    """The item of a feed record."""
    assert record.item is not None
    return record.item


def again(record: Activity) -> Activity:
    """The same activity, as it comes a second time."""
    return decode_activity(encode_activity(record))

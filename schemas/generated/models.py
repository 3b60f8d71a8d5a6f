"""Records of the contract as pydantic models. Generated from ``schemas/avro``; do not edit."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from commonline.schemas.generated import decoder, encoder, records
from commonline.schemas.generated.records import (
    ActivityType,
    AttachmentKind,
    Authentication,
    Channel,
    ClaimRelation,
    Clock,
    ConsentState,
    ControlKind,
    ConversationEvent,
    Direction,
    FeedEvent,
    FindingKind,
    FindingState,
    LinkKind,
    LinkState,
    Mode,
    ObjectType,
    PartyKind,
    RedactionAction,
    ReferenceKind,
    Role,
    Side,
    SpanKind,
    Step,
    ThreadState,
    Transport,
    Trust,
    Verdict,
    Visibility,
)
from commonline.schemas.model import UUID, Bytes, Int, Long, Model, Time, microseconds


class Delivery(Model):
    """What a source sent, byte for byte."""

    id: UUID
    """uuid5 of source and the vendor's delivery id; without one, of source, digest of the body and time received."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    connector: str
    """Product: facebook, zendesk, email …"""
    source: str
    """Configured instance of the connector."""
    transport: Transport
    """How it came."""
    authentication: Authentication
    """How we knew that it was theirs."""
    received: Time
    """When we got it."""
    content_type: str
    """Media type as sent, with its parameters."""
    body_size: Long
    """Length of the body in bytes."""
    body_sha256: Annotated[Bytes, Field(min_length=32, max_length=32)]
    """Digest of the body."""
    mode: Mode = 'live'
    """Why it came: as it happened, or read later."""
    vendor_id: str | None = None
    """The vendor's delivery id (X-GitHub-Delivery, event_id)."""
    cursor: str | None = None
    """Poll or stream position after this item."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Allow-listed headers, lower case; never secrets, cookies or signatures."""
    request: str | None = None
    """Method, path and query, secrets removed: of their call to us, or of our call to them. Some bodies do not say what they answer."""
    body: Bytes | None = None
    """The bytes. Null only when body_uri is set."""
    body_uri: str | None = None
    """Where the bytes are when larger than the source's cap."""

    @classmethod
    def from_record(cls, record: records.Delivery) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Delivery:
        """The struct of this model."""
        return records.Delivery(
            id=str(self.id),
            workspace=self.workspace,
            connector=self.connector,
            source=self.source,
            transport=self.transport,
            authentication=self.authentication,
            received=microseconds(self.received),
            content_type=self.content_type,
            body_size=self.body_size,
            body_sha256=self.body_sha256,
            mode=self.mode,
            vendor_id=self.vendor_id,
            cursor=self.cursor,
            headers=dict(self.headers),
            request=self.request,
            body=self.body,
            body_uri=self.body_uri,
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_delivery(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_delivery(self.to_record())


class Claim(Model):
    """Evidence that this party is also known by another account."""

    relation: ClaimRelation
    """How the two relate."""
    account: str
    """Account URI (mailto:, tel:, acct:, https:, <connector>:…), normalised."""
    trust: Trust
    """Who vouches."""

    @classmethod
    def from_record(cls, record: records.Claim) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Claim:
        """The struct of this model."""
        return records.Claim(
            relation=self.relation,
            account=self.account,
            trust=self.trust,
        )


class Party(Model):
    """Someone or something that takes part."""

    account: str | None = None
    """Account URI. Null when the source names nobody that can be identified."""
    kind: PartyKind = 'unknown'
    """What it is."""
    side: Side = 'unknown'
    """Set by the connector when the payload says so, else by normalize from the source's own_accounts."""
    role: Role = 'other'
    """What it is here."""
    name: str | None = None
    """Display name as shown at the time."""
    handle: str | None = None
    """Changeable user name, without @. Never an account."""
    claims: tuple[Claim, ...] = ()
    """Other accounts of the same party."""

    @classmethod
    def from_record(cls, record: records.Party) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Party:
        """The struct of this model."""
        return records.Party(
            account=self.account,
            kind=self.kind,
            side=self.side,
            role=self.role,
            name=self.name,
            handle=self.handle,
            claims=[item.to_record() for item in self.claims],
        )


class Span(Model):
    """A part of text. Offsets count Unicode code points of `text`."""

    kind: SpanKind
    """What it is."""
    start: Int
    """First code point."""
    end: Int
    """One past the last."""
    value: str | None = None
    """Account URI for a mention, URL for a link, bare tag for a hashtag."""

    @classmethod
    def from_record(cls, record: records.Span) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Span:
        """The struct of this model."""
        return records.Span(
            kind=self.kind,
            start=self.start,
            end=self.end,
            value=self.value,
        )


class Attachment(Model):
    """Something attached. Never its bytes."""

    kind: AttachmentKind = 'file'
    """What it is."""
    id: str | None = None
    """The source's own id, when the bytes must be asked for by id (WhatsApp, Telegram) or for dedup."""
    url: str | None = None
    """Where the bytes are, tokens removed. May need the source's credentials. geo: for a location, tel:/mailto: for a contact, cid: for an inline part."""
    media_type: str | None = None
    """IANA media type, lower case, without parameters."""
    name: str | None = None
    """File name, caption or link title."""
    size: Long | None = None
    """Length in bytes."""
    duration_ms: Long | None = None
    """Play time."""
    sha256: str | None = None
    """Hex digest if the source or the connector has it."""

    @classmethod
    def from_record(cls, record: records.Attachment) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Attachment:
        """The struct of this model."""
        return records.Attachment(
            kind=self.kind,
            id=self.id,
            url=self.url,
            media_type=self.media_type,
            name=self.name,
            size=self.size,
            duration_ms=self.duration_ms,
            sha256=self.sha256,
        )


class Object(Model):
    """What the activity is about."""

    id: str
    """URI, same for every version: <connector>:<tenant>/<kind>/<native id>."""
    type: ObjectType
    """What it is."""
    version: str | None = None
    """The source's revision, edit time or etag. Null: first or only version."""
    url: str | None = None
    """Permalink for people."""
    title: str | None = None
    """Subject, headline, name."""
    text: str | None = None
    """Plain text. Null: not told (unchanged, deleted, must be fetched). Empty string: known to be empty."""
    markup: str = 'text/plain'
    """Media type of the original that text was made from."""
    language: str | None = None
    """BCP 47 as told by the source."""
    created: Time | None = None
    """When the object came to be; on Like, Update, Delete it differs from published."""
    start_time: Time | None = None
    """Begin of a call, meeting, event, absence."""
    end_time: Time | None = None
    """End of it."""
    author: Party | None = None
    """Whose object it is, when that is not the actor."""
    spans: tuple[Span, ...] = ()
    """Mentions, links, hashtags, quoted parts."""
    attachments: tuple[Attachment, ...] = ()
    """What is attached to it."""

    @classmethod
    def from_record(cls, record: records.Object) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Object:
        """The struct of this model."""
        return records.Object(
            id=self.id,
            type=self.type,
            version=self.version,
            url=self.url,
            title=self.title,
            text=self.text,
            markup=self.markup,
            language=self.language,
            created=None if self.created is None else microseconds(self.created),
            start_time=None if self.start_time is None else microseconds(self.start_time),
            end_time=None if self.end_time is None else microseconds(self.end_time),
            author=None if self.author is None else self.author.to_record(),
            spans=[item.to_record() for item in self.spans],
            attachments=[item.to_record() for item in self.attachments],
        )


class Container(Model):
    """Where the thread lives: page, channel, repository, project, queue, mailbox, pipeline, wiki."""

    id: str
    """URI."""
    name: str | None = None
    """Name at the time."""
    kind: str | None = None
    """page, channel, group, repository, project, queue, mailbox, pipeline, site, list …"""

    @classmethod
    def from_record(cls, record: records.Container) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Container:
        """The struct of this model."""
        return records.Container(
            id=self.id,
            name=self.name,
            kind=self.kind,
        )


class Thread(Model):
    """The source's own container of this exchange."""

    id: str
    """URI."""
    title: str | None = None
    """Title at the time."""
    state: ThreadState = 'unknown'
    """State after this activity, if told."""
    container: Container | None = None
    """Where it lives."""

    @classmethod
    def from_record(cls, record: records.Thread) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Thread:
        """The struct of this model."""
        return records.Thread(
            id=self.id,
            title=self.title,
            state=self.state,
            container=None if self.container is None else self.container.to_record(),
        )


class Reference(Model):
    """Another object that this one points at."""

    kind: ReferenceKind
    """How it points there."""
    id: str
    """Object or thread URI."""
    author: str | None = None
    """Account URI of the other object's author, when told."""

    @classmethod
    def from_record(cls, record: records.Reference) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Reference:
        """The struct of this model."""
        return records.Reference(
            kind=self.kind,
            id=self.id,
            author=self.author,
        )


class Change(Model):
    """One property that changed."""

    field: str
    """status, assignee, group, stage, priority, title, body, visibility, owner, tags, amount, due, location, … or x.<native name>."""
    before: str | None = None
    """Value before; null if unknown or empty."""
    after: str | None = None
    """Value after; null if removed or not told."""

    @classmethod
    def from_record(cls, record: records.Change) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Change:
        """The struct of this model."""
        return records.Change(
            field=self.field,
            before=self.before,
            after=self.after,
        )


class Origin(Model):
    """Where the delivery lies."""

    delivery: UUID
    """Delivery id = its record key."""
    topic: str
    """Topic in which the delivery lies."""
    partition: Int
    """Its partition."""
    offset: Long
    """Its offset."""
    entry: Int = 0
    """Which part of a delivery that holds several."""
    mode: Mode = 'live'
    """How it came."""

    @classmethod
    def from_record(cls, record: records.Origin) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Origin:
        """The struct of this model."""
        return records.Origin(
            delivery=str(self.delivery),
            topic=self.topic,
            partition=self.partition,
            offset=self.offset,
            entry=self.entry,
            mode=self.mode,
        )


class Activity(Model):
    """One fact: actor did type to object, in thread, with a visibility, at published."""

    id: UUID
    """uuid5 of workspace, edge or else object, verb and version: the same fact has the same id, whatever the transport."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    connector: str
    """Product: facebook, zendesk, email …"""
    source: str
    """Configured instance of the connector."""
    event: str
    """The source's own event name, for counting and for rules (message_changed, zen:event-type:ticket.created)."""
    type: ActivityType
    """What was done."""
    object: Object
    """What it was done to."""
    thread: Thread
    """The exchange that it belongs to."""
    channel: Channel
    """Kind of place."""
    direction: Direction
    """Which way it went, seen from us."""
    visibility: Visibility
    """As the source shows it, never looser than the source's setting."""
    published: Time
    """When it happened, best known. Never null."""
    clock: Clock
    """Whose clock that is."""
    received: Time
    """When we got it."""
    origin: Origin
    """Where its delivery lies."""
    undoes: ActivityType | None = None
    """On Undo: the verb that is taken back."""
    edge: str | None = None
    """Own id of the relation that Like, Announce, Follow, Join, Flag, Block or Invite makes, and that Undo takes away."""
    actor: Party | None = None
    """Who did it. Null: the source does not say."""
    participants: tuple[Party, ...] = ()
    """Everyone else who takes part, with roles."""
    our_account: str | None = None
    """Our account that it came in by or went out from: the one to answer through."""
    references: tuple[Reference, ...] = ()
    """Reply, quote, forward, mail references, merges. First reply is the in-reply-to."""
    automated: bool = False
    """The source or the message says a machine wrote it."""
    generator: str | None = None
    """Application that was used (app id, API client, e-mail program)."""
    client_ref: str | None = None
    """Reference that the sender's program gave (metadata, opaque callback data, own Message-ID): matches our replies to their echo."""
    changes: tuple[Change, ...] = ()
    """Properties that changed, where the source tells."""
    reaction: str | None = None
    """Emoji or native name of a reaction."""
    tags: tuple[str, ...] = ()
    """Labels and tags of the object or thread, as told now."""
    metrics: dict[str, float] = Field(default_factory=dict)
    """likes, replies, shares, views, rating, rating_max, duration_s, actor_followers …"""
    fields: dict[str, str] = Field(default_factory=dict)
    """Business and custom fields, native names, scalars as text. Hidden in feeds unless a policy lists them."""

    @classmethod
    def from_record(cls, record: records.Activity) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Activity:
        """The struct of this model."""
        return records.Activity(
            id=str(self.id),
            workspace=self.workspace,
            connector=self.connector,
            source=self.source,
            event=self.event,
            type=self.type,
            object=self.object.to_record(),
            thread=self.thread.to_record(),
            channel=self.channel,
            direction=self.direction,
            visibility=self.visibility,
            published=microseconds(self.published),
            clock=self.clock,
            received=microseconds(self.received),
            origin=self.origin.to_record(),
            undoes=self.undoes,
            edge=self.edge,
            actor=None if self.actor is None else self.actor.to_record(),
            participants=[item.to_record() for item in self.participants],
            our_account=self.our_account,
            references=[item.to_record() for item in self.references],
            automated=self.automated,
            generator=self.generator,
            client_ref=self.client_ref,
            changes=[item.to_record() for item in self.changes],
            reaction=self.reaction,
            tags=list(self.tags),
            metrics=dict(self.metrics),
            fields=dict(self.fields),
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_activity(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_activity(self.to_record())


class Control(Model):
    """What decides beside activities, in the same log: so that a replay finds it at the same place."""

    id: UUID
    """uuid5 of workspace, kind and body; for continue also of the record that it goes on with."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    kind: ControlKind
    """What it sets."""
    at: Time
    """When it was made; for continue the time of the record that it goes on with."""
    body: str
    """JSON, by kind."""
    by: str | None = None
    """Account URI of the person who ruled. Null: configuration or the software."""

    @classmethod
    def from_record(cls, record: records.Control) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Control:
        """The struct of this model."""
        return records.Control(
            id=str(self.id),
            workspace=self.workspace,
            kind=self.kind,
            at=microseconds(self.at),
            body=self.body,
            by=self.by,
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_control(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_control(self.to_record())


class PartyPerson(Model):
    """Which person an account is, at this point."""

    account: str
    """Account URI; in a feed as its policy lets it through."""
    person: UUID
    """Person; in a feed an id that is good for that feed only."""

    @classmethod
    def from_record(cls, record: records.PartyPerson) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.PartyPerson:
        """The struct of this model."""
        return records.PartyPerson(
            account=self.account,
            person=str(self.person),
        )


class ConversationActivity(Model):
    """An activity with what was known about person, conversation and feeds when it was joined, or a change to a conversation. `activity` is last: its bytes are those of activities.v1."""

    event: ConversationEvent
    """What this record says."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    seq: Long
    """1, 2, 3 … without gaps in this workspace and topic, in the order as written."""
    conversation: UUID
    """Conversation. On merged the survivor, on split the one that threads left."""
    visibility: Visibility
    """Effective: tightest of activity, object, thread and rulings."""
    known: Time
    """When the line knew: greatest received time so far in the workspace, so that a replay gives the same."""
    person: UUID | None = None
    """The customer this is about, if one person stands out."""
    persons: tuple[PartyPerson, ...] = ()
    """Person of each account in the activity."""
    feeds: tuple[str, ...] = ()
    """Departments whose feeds get it."""
    other: UUID | None = None
    """merged: the absorbed conversation, never used again. split: the new conversation."""
    threads: tuple[str, ...] = ()
    """merged, split: URIs of the threads that moved."""
    link: UUID | None = None
    """Link or ruling that caused it."""
    supersedes: str | None = None
    """Id of the activity whose object or edge this one replaces, removes or undoes."""
    activity: Activity | None = None
    """Null where event is not activity."""

    @classmethod
    def from_record(cls, record: records.ConversationActivity) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.ConversationActivity:
        """The struct of this model."""
        return records.ConversationActivity(
            event=self.event,
            workspace=self.workspace,
            seq=self.seq,
            conversation=str(self.conversation),
            visibility=self.visibility,
            known=microseconds(self.known),
            person=None if self.person is None else str(self.person),
            persons=[item.to_record() for item in self.persons],
            feeds=list(self.feeds),
            other=None if self.other is None else str(self.other),
            threads=list(self.threads),
            link=None if self.link is None else str(self.link),
            supersedes=self.supersedes,
            activity=None if self.activity is None else self.activity.to_record(),
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_conversation_activity(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_conversation_activity(self.to_record())


class Redaction(Model):
    """Something that this department does not see."""

    path: str
    """Field path in Activity: object.text, actor.claims[0].account."""
    action: RedactionAction
    """What was done."""
    rule: str
    """Rule of the policy that asked for it."""

    @classmethod
    def from_record(cls, record: records.Redaction) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Redaction:
        """The struct of this model."""
        return records.Redaction(
            path=self.path,
            action=self.action,
            rule=self.rule,
        )


class FeedActivity(Model):
    """One record of a department's feed: an activity as that department may see it, or a change to what the feed holds. `item` is last."""

    event: FeedEvent
    """What this record says."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    feed: str
    """Department whose feed it is."""
    seq: Long
    """1, 2, 3 … without gaps in this feed, in the order as written."""
    conversation: UUID
    """Conversation. On merged the survivor, on split the one that threads left."""
    policy: str
    """policy@version that redacted it."""
    visibility: Visibility
    """Effective visibility."""
    known: Time
    """When the line knew: greatest received time so far in the workspace."""
    other: UUID | None = None
    """merged: the absorbed conversation, never used again. split: the new conversation."""
    rules: tuple[str, ...] = ()
    """Routing rules that matched."""
    redactions: tuple[Redaction, ...] = ()
    """What was taken away."""
    fact: Annotated[Bytes, Field(min_length=16, max_length=16)] | None = None
    """Equal in every feed that has the same activity, however redacted: shows that all saw the same."""
    catch_up: bool = False
    """True: earlier than the record that let the conversation in; nobody need be alarmed."""
    count: Int | None = None
    """entered, left: how many records follow for it."""
    persons: tuple[PartyPerson, ...] = ()
    """Person of each account in the item, with ids that are good for this feed only."""
    object: str | None = None
    """Record key of the object, hex: on activity and tombstone. All versions of an object have the same."""
    item: Activity | None = None
    """The redacted activity. Null where event is not activity."""

    @classmethod
    def from_record(cls, record: records.FeedActivity) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.FeedActivity:
        """The struct of this model."""
        return records.FeedActivity(
            event=self.event,
            workspace=self.workspace,
            feed=self.feed,
            seq=self.seq,
            conversation=str(self.conversation),
            policy=self.policy,
            visibility=self.visibility,
            known=microseconds(self.known),
            other=None if self.other is None else str(self.other),
            rules=list(self.rules),
            redactions=[item.to_record() for item in self.redactions],
            fact=self.fact,
            catch_up=self.catch_up,
            count=self.count,
            persons=[item.to_record() for item in self.persons],
            object=self.object,
            item=None if self.item is None else self.item.to_record(),
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_feed_activity(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_feed_activity(self.to_record())


class Link(Model):
    """Evidence that two accounts, or two threads, are (or are not) the same."""

    id: UUID
    """uuid5 of workspace, kind, the two ids in order, and rule or person."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    kind: LinkKind
    """What it joins or keeps apart."""
    a: str
    """Account or thread; the one whose URI sorts first."""
    b: str
    """The other one."""
    verdict: Verdict
    """Same or different."""
    state: LinkState
    """Whether it is in force."""
    confidence: float
    """0 to 1."""
    revision: Int
    """1, 2, …"""
    at: Time
    """When this revision was made."""
    rule: str | None = None
    """rule@version that found it. Null: a person decided."""
    ruled_by: str | None = None
    """Account URI of the person who decided."""
    reason: str | None = None
    """Free text of the person."""
    evidence: tuple[UUID, ...] = ()
    """Activity ids, at most 16."""

    @classmethod
    def from_record(cls, record: records.Link) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Link:
        """The struct of this model."""
        return records.Link(
            id=str(self.id),
            workspace=self.workspace,
            kind=self.kind,
            a=self.a,
            b=self.b,
            verdict=self.verdict,
            state=self.state,
            confidence=self.confidence,
            revision=self.revision,
            at=microseconds(self.at),
            rule=self.rule,
            ruled_by=self.ruled_by,
            reason=self.reason,
            evidence=[str(item) for item in self.evidence],
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_link(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_link(self.to_record())


class PersonAccount(Model):
    """An account of a person."""

    account: str
    """Account URI."""
    trust: Trust
    """Best trust seen."""
    link: UUID | None = None
    """Link that brought it; null for the founding account."""

    @classmethod
    def from_record(cls, record: records.PersonAccount) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.PersonAccount:
        """The struct of this model."""
        return records.PersonAccount(
            account=self.account,
            trust=self.trust,
            link=None if self.link is None else str(self.link),
        )


class Consent(Model):
    """A purpose the person agreed to or refused."""

    purpose: str
    """marketing, recording, processing …"""
    state: ConsentState
    """What was said last."""
    at: Time
    """Since when."""
    activity: UUID
    """Activity that proves it."""
    channel: str | None = None
    """sms, email, whatsapp …; null: all."""
    basis: str | None = None
    """consent, contract, legitimate_interest …"""

    @classmethod
    def from_record(cls, record: records.Consent) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Consent:
        """The struct of this model."""
        return records.Consent(
            purpose=self.purpose,
            state=self.state,
            at=microseconds(self.at),
            activity=str(self.activity),
            channel=self.channel,
            basis=self.basis,
        )


class Person(Model):
    """Accounts joined by links."""

    id: UUID
    """uuid5 of workspace and founding account; never reused."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    kind: PartyKind
    """What it is."""
    side: Side
    """Whose side it is on."""
    revision: Int
    """1, 2, …"""
    first_seen: Time
    """First activity."""
    last_seen: Time
    """Last activity."""
    name: str | None = None
    """Best display name."""
    language: str | None = None
    """Preferred language, BCP 47."""
    accounts: tuple[PersonAccount, ...] = ()
    """Accounts of this person, the founding one first."""
    organisations: tuple[str, ...] = ()
    """Account URIs of organisations it belongs to."""
    consents: tuple[Consent, ...] = ()
    """What the person agreed to or refused, by purpose and channel."""
    merged_into: UUID | None = None
    """Survivor, after a merge."""
    split_from: UUID | None = None
    """Where it came from, after a split."""
    erased: Time | None = None
    """Erased then; all else empty."""

    @classmethod
    def from_record(cls, record: records.Person) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Person:
        """The struct of this model."""
        return records.Person(
            id=str(self.id),
            workspace=self.workspace,
            kind=self.kind,
            side=self.side,
            revision=self.revision,
            first_seen=microseconds(self.first_seen),
            last_seen=microseconds(self.last_seen),
            name=self.name,
            language=self.language,
            accounts=[item.to_record() for item in self.accounts],
            organisations=list(self.organisations),
            consents=[item.to_record() for item in self.consents],
            merged_into=None if self.merged_into is None else str(self.merged_into),
            split_from=None if self.split_from is None else str(self.split_from),
            erased=None if self.erased is None else microseconds(self.erased),
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_person(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_person(self.to_record())


class DeadLetter(Model):
    """A delivery or activity that could not be processed."""

    id: UUID
    """uuid5 of origin topic, partition, offset, entry, step."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    connector: str
    """Product: facebook, zendesk, email …"""
    source: str
    """Configured instance of the connector."""
    step: Step
    """Failed step."""
    cause: str
    """Error class from errors.py."""
    message: str
    """What went wrong, without text of the payload."""
    software: str
    """Version that failed: a newer one may retry."""
    fingerprint: str
    """connector, step, cause, path: groups equal failures."""
    attempts: Int
    """Tries so far."""
    failed: Time
    """When it failed."""
    path: str | None = None
    """Where in the payload: entry[0].changes[2].value.from.id."""
    entry: Int | None = None
    """Part of a multi-entry delivery; null: all of it."""
    topic: str | None = None
    """Topic in which the original lies."""
    partition: Int | None = None
    """Its partition."""
    offset: Long | None = None
    """Its offset."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Headers of the original record."""
    value: Bytes | None = None
    """Original bytes."""

    @classmethod
    def from_record(cls, record: records.DeadLetter) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.DeadLetter:
        """The struct of this model."""
        return records.DeadLetter(
            id=str(self.id),
            workspace=self.workspace,
            connector=self.connector,
            source=self.source,
            step=self.step,
            cause=self.cause,
            message=self.message,
            software=self.software,
            fingerprint=self.fingerprint,
            attempts=self.attempts,
            failed=microseconds(self.failed),
            path=self.path,
            entry=self.entry,
            topic=self.topic,
            partition=self.partition,
            offset=self.offset,
            headers=dict(self.headers),
            value=self.value,
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_dead_letter(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_dead_letter(self.to_record())


class Cursor(Model):
    """How far a source has been read. Written after the deliveries up to it were acknowledged."""

    source: str
    """Configured instance; the record key."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    generation: Long
    """Of the runner that wrote it: a record with a lower one is ignored."""
    position: str
    """JSON, by connector."""
    at: Time
    """When it was written."""

    @classmethod
    def from_record(cls, record: records.Cursor) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Cursor:
        """The struct of this model."""
        return records.Cursor(
            source=self.source,
            workspace=self.workspace,
            generation=self.generation,
            position=self.position,
            at=microseconds(self.at),
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_cursor(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_cursor(self.to_record())


class Workspace(Model):
    """Which partition a workspace's records lie in."""

    workspace: str
    """Workspace; the record key."""
    partition: Int
    """Partition of activities.v1 and of every topic that unify writes. Fixed at the first activity."""
    since: Time
    """When it was fixed."""

    @classmethod
    def from_record(cls, record: records.Workspace) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Workspace:
        """The struct of this model."""
        return records.Workspace(
            workspace=self.workspace,
            partition=self.partition,
            since=microseconds(self.since),
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_workspace(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_workspace(self.to_record())


class Ledger(Model):
    """What a stage did with a range of its input, so that an auditor can check the counts."""

    stage: str
    """normalize, unify."""
    topic: str
    """Input topic."""
    partition: Int
    """Input partition."""
    first: Long
    """First offset of the range."""
    last: Long
    """Last offset of the range."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    source: str
    """Configured instance of the connector."""
    hour: Time
    """Begin of the hour of received."""
    read: Long
    """Records read."""
    activities: Long
    """Activities that came out."""
    dead: Long
    """Dead letters."""
    sum: Annotated[Bytes, Field(min_length=16, max_length=16)]
    """Sum of the hashed ids of the activities."""
    at: Time
    """When it was written."""
    quiet: Long = 0
    """Records of which only ignored entries came."""
    parked: Long = 0
    """Records set aside unread, in parked.v1."""
    ignored: dict[str, Long] = Field(default_factory=dict)
    """Entries ignored, by rule; unsupported events are one of them."""
    feeds: dict[str, Long] = Field(default_factory=dict)
    """unify: `seq` of the last record of each feed of the workspace by then; in one line of a range for each workspace."""

    @classmethod
    def from_record(cls, record: records.Ledger) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Ledger:
        """The struct of this model."""
        return records.Ledger(
            stage=self.stage,
            topic=self.topic,
            partition=self.partition,
            first=self.first,
            last=self.last,
            workspace=self.workspace,
            source=self.source,
            hour=microseconds(self.hour),
            read=self.read,
            activities=self.activities,
            dead=self.dead,
            sum=self.sum,
            at=microseconds(self.at),
            quiet=self.quiet,
            parked=self.parked,
            ignored=dict(self.ignored),
            feeds=dict(self.feeds),
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_ledger(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_ledger(self.to_record())


class Pulse(Model):
    """Volume and reply time of one minute."""

    workspace: str
    """Organisation or brand whose departments share one line."""
    topic: str
    """What is counted: a channel, a tag, a department."""
    minute: Time
    """Begin of the minute."""
    count: Long
    """Activities in this minute."""
    inbound: Long
    """Of them inbound."""
    outbound: Long
    """Of them outbound."""
    replies: Long
    """Outbound activities that answered an inbound one."""
    reply_ms_sum: Long
    """Sum of the times to these answers, milliseconds."""
    reply_ms_max: Long
    """Longest time to an answer, milliseconds."""

    @classmethod
    def from_record(cls, record: records.Pulse) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Pulse:
        """The struct of this model."""
        return records.Pulse(
            workspace=self.workspace,
            topic=self.topic,
            minute=microseconds(self.minute),
            count=self.count,
            inbound=self.inbound,
            outbound=self.outbound,
            replies=self.replies,
            reply_ms_sum=self.reply_ms_sum,
            reply_ms_max=self.reply_ms_max,
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_pulse(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_pulse(self.to_record())


class Completeness(Model):
    """How far a source is complete: everything that it delivered, and that was acknowledged before `until`, is in the feeds, or ignored by a rule, dead or parked. Says nothing of what a vendor never sent."""

    workspace: str
    """Organisation or brand whose departments share one line."""
    source: str
    """Configured instance of the connector."""
    until: Time
    """Complete until then."""
    at: Time
    """When this was found."""
    open: Long
    """Deliveries and activities on their way."""
    findings: Long = 0
    """Findings that are not mended: what is missing holds `until` back."""

    @classmethod
    def from_record(cls, record: records.Completeness) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Completeness:
        """The struct of this model."""
        return records.Completeness(
            workspace=self.workspace,
            source=self.source,
            until=microseconds(self.until),
            at=microseconds(self.at),
            open=self.open,
            findings=self.findings,
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_completeness(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_completeness(self.to_record())


class Finding(Model):
    """Where an independent reading of the topics does not agree with a stage's ledger."""

    id: UUID
    """uuid5 of stage, topic, partition, first offset (of what was deleted from a feed: the offset behind), kind, source."""
    kind: FindingKind
    """What is wrong."""
    state: FindingState
    """What became of it."""
    stage: str
    """normalize, unify; feeds for a gap in a feed."""
    workspace: str
    """Organisation or brand whose departments share one line; empty: not known."""
    source: str
    """Configured instance of the connector; empty: not known, or a feed, which all sources of the workspace share."""
    topic: str
    """The stage's input topic, or the feed."""
    partition: Int
    """Its partition."""
    first: Long
    """First offset of the records concerned."""
    last: Long
    """Last offset of the records concerned."""
    count: Long
    """How many records are concerned at most."""
    message: str
    """One sentence, without text of the payload."""
    since: Time
    """Oldest `received` of the records concerned; 0: not known."""
    found: Time
    """When it was found."""
    changed: Time
    """When its state changed last."""
    by: str | None = None
    """accepted: who did."""

    @classmethod
    def from_record(cls, record: records.Finding) -> Self:
        """The model of a struct. Raises ValidationError for a time beyond the calendar."""
        return cls.model_validate(record)

    def to_record(self) -> records.Finding:
        """The struct of this model."""
        return records.Finding(
            id=str(self.id),
            kind=self.kind,
            state=self.state,
            stage=self.stage,
            workspace=self.workspace,
            source=self.source,
            topic=self.topic,
            partition=self.partition,
            first=self.first,
            last=self.last,
            count=self.count,
            message=self.message,
            since=microseconds(self.since),
            found=microseconds(self.found),
            changed=microseconds(self.changed),
            by=self.by,
        )

    @classmethod
    def from_avro(cls, data: bytes, position: int = 0) -> Self:
        """The model of an Avro encoding without framing. Raises DecodeError."""
        return cls.from_record(decoder.decode_finding(data, position))

    def to_avro(self) -> bytes:
        """Avro encoding without framing."""
        return encoder.encode_finding(self.to_record())

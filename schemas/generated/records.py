"""Records of the contract as msgspec structs. Generated from ``schemas/avro``; do not edit.

Times are whole microseconds since 1970 in UTC, UUIDs are text of 36 characters, enumerations are their
symbols. Arrays and maps are never None; None means that the source does not say. Construct by keyword: the
structs accept positions, because the decoder needs that speed, but their order is no promise.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


Transport = Literal[
    "webhook",
    "poll",
    "stream",
    "upload",
]
"""webhook: they called us. poll: we asked. stream: an open connection. upload: a person gave a file."""

Mode = Literal[
    "live",
    "sweep",
    "backfill",
    "replay",
]
"""live: pushed as it happened. sweep: look-back behind live. backfill: history. replay: read again."""

Authentication = Literal[
    "none",
    "signature",
    "token",
    "mtls",
    "session",
]
"""How we knew it was theirs. session: we connected to them."""

ActivityType = Literal[
    "Other",
    "Create",
    "Update",
    "Delete",
    "Undo",
    "Like",
    "Dislike",
    "Announce",
    "Follow",
    "Block",
    "Flag",
    "Add",
    "Remove",
    "Offer",
    "Invite",
    "Accept",
    "Reject",
    "Join",
    "Leave",
    "Move",
    "View",
]
"""W3C ActivityStreams 2.0 verbs that sources were seen to use. A reader that meets a newer verb sees Other."""

PartyKind = Literal[
    "unknown",
    "person",
    "organisation",
    "application",
    "group",
    "anonymous",
]
"""anonymous: the account is a session, guest or address, not a lasting identity: never join by it alone. group: shared by many (role mailbox, queue, list, chat group)."""

Side = Literal[
    "unknown",
    "us",
    "customer",
    "partner",
    "other",
]
"""us: staff and brand accounts. other: known to be none of the three (press, public)."""

Role = Literal[
    "other",
    "author",
    "to",
    "cc",
    "bcc",
    "reply_to",
    "member",
    "subject",
    "assignee",
    "owner",
    "requester",
    "follower",
    "host",
    "caller",
    "callee",
    "agent",
    "mentioned",
    "on_behalf_of",
]
"""What this party is in this activity. subject: whom it is about."""

ClaimRelation = Literal[
    "same_as",
    "formerly",
    "merged_into",
    "member_of",
]
"""same_as: another account of this party. formerly: an id that this party had before. merged_into: the source says this account now is that one. member_of: belongs to an organisation. A reader that meets a newer symbol sees member_of, which never joins persons."""

Trust = Literal[
    "asserted",
    "verified",
    "entered",
    "derived",
]
"""verified: the source proved control (WhatsApp number, confirmed address, aligned DKIM). entered: staff typed it. asserted: the person or a stranger said it. derived: computed."""

ObjectType = Literal[
    "Other",
    "Note",
    "Article",
    "Page",
    "Question",
    "Image",
    "Video",
    "Audio",
    "Document",
    "Event",
    "Profile",
    "Person",
    "Organization",
    "Group",
    "Application",
    "Ticket",
    "Issue",
    "Call",
    "Meeting",
    "Review",
    "Form",
    "Task",
    "Deal",
    "Order",
    "Payment",
    "Product",
    "Consent",
    "Employment",
    "Alert",
    "Change",
    "Record",
]
"""First row: ActivityStreams 2.0. Second row: ours, exported as AS2 Note/Event/Document with an extension type."""

SpanKind = Literal[
    "link",
    "mention",
    "hashtag",
    "emoji",
    "quoted",
    "signature",
    "code",
]
"""What the span is. A reader that meets a newer symbol sees code, which nothing acts on."""

AttachmentKind = Literal[
    "file",
    "image",
    "video",
    "audio",
    "link",
    "location",
    "contact",
    "sticker",
    "recording",
    "transcript",
]
"""What is attached."""

ThreadState = Literal[
    "unknown",
    "open",
    "pending",
    "closed",
]
"""Four words that every desk maps to; the native word is in changes."""

ReferenceKind = Literal[
    "related",
    "reply",
    "quote",
    "forward",
    "thread",
    "merged_into",
    "split_from",
    "parent",
    "attachment_of",
    "target",
]
"""reply: in reply to. thread: earlier message of the same mail thread, ticket token, call of a recording. parent: container object (reply's post, sub-task's task). target: AS2 target."""

Channel = Literal[
    "other",
    "post",
    "comment",
    "review",
    "direct_message",
    "sms",
    "email",
    "call",
    "voicemail",
    "meeting",
    "chat",
    "ticket",
    "issue",
    "document",
    "form",
    "calendar",
    "crm",
    "commerce",
    "employee",
    "web",
    "alert",
    "news",
]
"""What kind of place it happened in."""

Direction = Literal[
    "observed",
    "inbound",
    "outbound",
    "internal",
]
"""inbound: addressed to us or on our property, by someone not us. outbound: by us to someone not us. internal: among us. observed: neither by nor to us (brand mention, news, edits by third parties)."""

Visibility = Literal[
    "public",
    "customer",
    "partner",
    "internal",
    "restricted",
]
"""How far it may travel. A reader that meets a newer symbol sees restricted."""

Clock = Literal[
    "received",
    "source",
    "author",
]
"""Whose clock published is: ours, the service's, or the author's device (can lie)."""

ControlKind = Literal[
    "other",
    "configuration",
    "ruling",
    "continue",
]
"""What a control record sets. configuration: departments, rules and policies from here on. ruling: a person's decision on links or visibility. continue: the rest of work that one input activity began. A reader that meets a newer symbol sees other, which it must not apply."""

ConversationEvent = Literal[
    "activity",
    "merged",
    "split",
    "person_changed",
    "visibility_changed",
    "erased",
]
"""What a record of the conversations says. activity: this activity belongs to this conversation. merged: another conversation was absorbed. split: threads went to another conversation. person_changed: accounts belong to another person now. visibility_changed: how far the object may travel. erased: content was erased."""

FeedEvent = Literal[
    "activity",
    "tombstone",
    "merged",
    "split",
    "entered",
    "left",
]
"""What a record of a feed says. activity: as this department may see it. tombstone: the object was deleted or may no longer be seen here. merged, split: as in conversations.v1. entered: the conversation is in this feed from here on. left: it no longer is."""

RedactionAction = Literal[
    "removed",
    "masked",
    "pseudonym",
    "generalised",
]
"""What was done to a value. removed: field or part taken away. masked: replaced by a mark. pseudonym: replaced by a name that is the same all over the conversation. generalised: made less exact."""

LinkKind = Literal[
    "account",
    "thread",
]
"""What is joined."""

Verdict = Literal[
    "same",
    "different",
]
"""different: a ruling that these are not the same; it outweighs every rule."""

LinkState = Literal[
    "proposed",
    "active",
    "revoked",
]
"""Only active links join."""

ConsentState = Literal[
    "unknown",
    "granted",
    "pending",
    "denied",
]
"""denied: withdrawn or refused."""

Step = Literal[
    "decode",
    "map",
    "validate",
    "encode",
    "unify",
    "route",
    "redact",
]
"""Where it failed."""

FindingKind = Literal[
    "skipped",
    "missing",
    "differs",
    "deleted",
    "gap",
]
"""What the audit found. skipped: a stage passed over records of its input. missing: what a stage says it wrote is not in the topic. differs: counts do not agree, and nothing is known to be lost. deleted: records were deleted before the stage read them. gap: numbers are missing in a feed."""

FindingState = Literal[
    "open",
    "reinjected",
    "mended",
    "accepted",
]
"""What became of a finding. open: nothing was done yet, or nothing could be. reinjected: the records were given to the line once more. mended: they went through. accepted: a person says that it stays so."""


class Delivery(Struct, gc=False):
    """What a source sent, byte for byte."""

    id: str
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
    received: int
    """When we got it. Microseconds, UTC."""
    content_type: str
    """Media type as sent, with its parameters."""
    body_size: int
    """Length of the body in bytes."""
    body_sha256: bytes
    """Digest of the body. 32 bytes."""
    mode: Mode = 'live'
    """Why it came: as it happened, or read later."""
    vendor_id: str | None = None
    """The vendor's delivery id (X-GitHub-Delivery, event_id)."""
    cursor: str | None = None
    """Poll or stream position after this item."""
    headers: dict[str, str] = {}
    """Allow-listed headers, lower case; never secrets, cookies or signatures."""
    request: str | None = None
    """Method, path and query, secrets removed: of their call to us, or of our call to them. Some bodies do not say what they answer."""
    body: bytes | None = None
    """The bytes. Null only when body_uri is set."""
    body_uri: str | None = None
    """Where the bytes are when larger than the source's cap."""


class Claim(Struct, gc=False):
    """Evidence that this party is also known by another account."""

    relation: ClaimRelation
    """How the two relate."""
    account: str
    """Account URI (mailto:, tel:, acct:, https:, <connector>:…), normalised."""
    trust: Trust
    """Who vouches."""


class Party(Struct, gc=False):
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
    claims: list[Claim] = []
    """Other accounts of the same party."""


class Span(Struct, gc=False):
    """A part of text. Offsets count Unicode code points of `text`."""

    kind: SpanKind
    """What it is."""
    start: int
    """First code point."""
    end: int
    """One past the last."""
    value: str | None = None
    """Account URI for a mention, URL for a link, bare tag for a hashtag."""


class Attachment(Struct, gc=False):
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
    size: int | None = None
    """Length in bytes."""
    duration_ms: int | None = None
    """Play time."""
    sha256: str | None = None
    """Hex digest if the source or the connector has it."""


class Object(Struct, gc=False):
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
    created: int | None = None
    """When the object came to be; on Like, Update, Delete it differs from published. Microseconds, UTC."""
    start_time: int | None = None
    """Begin of a call, meeting, event, absence. Microseconds, UTC."""
    end_time: int | None = None
    """End of it. Microseconds, UTC."""
    author: Party | None = None
    """Whose object it is, when that is not the actor."""
    spans: list[Span] = []
    """Mentions, links, hashtags, quoted parts."""
    attachments: list[Attachment] = []
    """What is attached to it."""


class Container(Struct, gc=False):
    """Where the thread lives: page, channel, repository, project, queue, mailbox, pipeline, wiki."""

    id: str
    """URI."""
    name: str | None = None
    """Name at the time."""
    kind: str | None = None
    """page, channel, group, repository, project, queue, mailbox, pipeline, site, list …"""


class Thread(Struct, gc=False):
    """The source's own container of this exchange."""

    id: str
    """URI."""
    title: str | None = None
    """Title at the time."""
    state: ThreadState = 'unknown'
    """State after this activity, if told."""
    container: Container | None = None
    """Where it lives."""


class Reference(Struct, gc=False):
    """Another object that this one points at."""

    kind: ReferenceKind
    """How it points there."""
    id: str
    """Object or thread URI."""
    author: str | None = None
    """Account URI of the other object's author, when told."""


class Change(Struct, gc=False):
    """One property that changed."""

    field: str
    """status, assignee, group, stage, priority, title, body, visibility, owner, tags, amount, due, location, … or x.<native name>."""
    before: str | None = None
    """Value before; null if unknown or empty."""
    after: str | None = None
    """Value after; null if removed or not told."""


class Origin(Struct, gc=False):
    """Where the delivery lies."""

    delivery: str
    """Delivery id = its record key."""
    topic: str
    """Topic in which the delivery lies."""
    partition: int
    """Its partition."""
    offset: int
    """Its offset."""
    entry: int = 0
    """Which part of a delivery that holds several."""
    mode: Mode = 'live'
    """How it came."""


class Activity(Struct, gc=False):
    """One fact: actor did type to object, in thread, with a visibility, at published."""

    id: str
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
    published: int
    """When it happened, best known. Never null. Microseconds, UTC."""
    clock: Clock
    """Whose clock that is."""
    received: int
    """When we got it. Microseconds, UTC."""
    origin: Origin
    """Where its delivery lies."""
    undoes: ActivityType | None = None
    """On Undo: the verb that is taken back."""
    edge: str | None = None
    """Own id of the relation that Like, Announce, Follow, Join, Flag, Block or Invite makes, and that Undo takes away."""
    actor: Party | None = None
    """Who did it. Null: the source does not say."""
    participants: list[Party] = []
    """Everyone else who takes part, with roles."""
    our_account: str | None = None
    """Our account that it came in by or went out from: the one to answer through."""
    references: list[Reference] = []
    """Reply, quote, forward, mail references, merges. First reply is the in-reply-to."""
    automated: bool = False
    """The source or the message says a machine wrote it."""
    generator: str | None = None
    """Application that was used (app id, API client, e-mail program)."""
    client_ref: str | None = None
    """Reference that the sender's program gave (metadata, opaque callback data, own Message-ID): matches our replies to their echo."""
    changes: list[Change] = []
    """Properties that changed, where the source tells."""
    reaction: str | None = None
    """Emoji or native name of a reaction."""
    tags: list[str] = []
    """Labels and tags of the object or thread, as told now."""
    metrics: dict[str, float] = {}
    """likes, replies, shares, views, rating, rating_max, duration_s, actor_followers …"""
    fields: dict[str, str] = {}
    """Business and custom fields, native names, scalars as text. Hidden in feeds unless a policy lists them."""


class Control(Struct, gc=False):
    """What decides beside activities, in the same log: so that a replay finds it at the same place."""

    id: str
    """uuid5 of workspace, kind and body; for continue also of the record that it goes on with."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    kind: ControlKind
    """What it sets."""
    at: int
    """When it was made; for continue the time of the record that it goes on with. Microseconds, UTC."""
    body: str
    """JSON, by kind."""
    by: str | None = None
    """Account URI of the person who ruled. Null: configuration or the software."""


class PartyPerson(Struct, gc=False):
    """Which person an account is, at this point."""

    account: str
    """Account URI; in a feed as its policy lets it through."""
    person: str
    """Person; in a feed an id that is good for that feed only."""


class ConversationActivity(Struct, gc=False):
    """An activity with what was known about person, conversation and feeds when it was joined, or a change to a conversation. `activity` is last: its bytes are those of activities.v1."""

    event: ConversationEvent
    """What this record says."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    seq: int
    """1, 2, 3 … without gaps in this workspace and topic, in the order as written."""
    conversation: str
    """Conversation. On merged the survivor, on split the one that threads left."""
    visibility: Visibility
    """Effective: tightest of activity, object, thread and rulings."""
    known: int
    """When the line knew: greatest received time so far in the workspace, so that a replay gives the same. Microseconds, UTC."""
    person: str | None = None
    """The customer this is about, if one person stands out."""
    persons: list[PartyPerson] = []
    """Person of each account in the activity."""
    feeds: list[str] = []
    """Departments whose feeds get it."""
    other: str | None = None
    """merged: the absorbed conversation, never used again. split: the new conversation."""
    threads: list[str] = []
    """merged, split: URIs of the threads that moved."""
    link: str | None = None
    """Link or ruling that caused it."""
    supersedes: str | None = None
    """Id of the activity whose object or edge this one replaces, removes or undoes."""
    activity: Activity | None = None
    """Null where event is not activity."""


class Redaction(Struct, gc=False):
    """Something that this department does not see."""

    path: str
    """Field path in Activity: object.text, actor.claims[0].account."""
    action: RedactionAction
    """What was done."""
    rule: str
    """Rule of the policy that asked for it."""


class FeedActivity(Struct, gc=False):
    """One record of a department's feed: an activity as that department may see it, or a change to what the feed holds. `item` is last."""

    event: FeedEvent
    """What this record says."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    feed: str
    """Department whose feed it is."""
    seq: int
    """1, 2, 3 … without gaps in this feed, in the order as written."""
    conversation: str
    """Conversation. On merged the survivor, on split the one that threads left."""
    policy: str
    """policy@version that redacted it."""
    visibility: Visibility
    """Effective visibility."""
    known: int
    """When the line knew: greatest received time so far in the workspace. Microseconds, UTC."""
    other: str | None = None
    """merged: the absorbed conversation, never used again. split: the new conversation."""
    rules: list[str] = []
    """Routing rules that matched."""
    redactions: list[Redaction] = []
    """What was taken away."""
    fact: bytes | None = None
    """Equal in every feed that has the same activity, however redacted: shows that all saw the same. 16 bytes."""
    catch_up: bool = False
    """True: earlier than the record that let the conversation in; nobody need be alarmed."""
    count: int | None = None
    """entered, left: how many records follow for it."""
    persons: list[PartyPerson] = []
    """Person of each account in the item, with ids that are good for this feed only."""
    object: str | None = None
    """Record key of the object, hex: on activity and tombstone. All versions of an object have the same."""
    item: Activity | None = None
    """The redacted activity. Null where event is not activity."""


class Link(Struct, gc=False):
    """Evidence that two accounts, or two threads, are (or are not) the same."""

    id: str
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
    revision: int
    """1, 2, …"""
    at: int
    """When this revision was made. Microseconds, UTC."""
    rule: str | None = None
    """rule@version that found it. Null: a person decided."""
    ruled_by: str | None = None
    """Account URI of the person who decided."""
    reason: str | None = None
    """Free text of the person."""
    evidence: list[str] = []
    """Activity ids, at most 16."""


class PersonAccount(Struct, gc=False):
    """An account of a person."""

    account: str
    """Account URI."""
    trust: Trust
    """Best trust seen."""
    link: str | None = None
    """Link that brought it; null for the founding account."""


class Consent(Struct, gc=False):
    """A purpose the person agreed to or refused."""

    purpose: str
    """marketing, recording, processing …"""
    state: ConsentState
    """What was said last."""
    at: int
    """Since when. Microseconds, UTC."""
    activity: str
    """Activity that proves it."""
    channel: str | None = None
    """sms, email, whatsapp …; null: all."""
    basis: str | None = None
    """consent, contract, legitimate_interest …"""


class Person(Struct, gc=False):
    """Accounts joined by links."""

    id: str
    """uuid5 of workspace and founding account; never reused."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    kind: PartyKind
    """What it is."""
    side: Side
    """Whose side it is on."""
    revision: int
    """1, 2, …"""
    first_seen: int
    """First activity. Microseconds, UTC."""
    last_seen: int
    """Last activity. Microseconds, UTC."""
    name: str | None = None
    """Best display name."""
    language: str | None = None
    """Preferred language, BCP 47."""
    accounts: list[PersonAccount] = []
    """Accounts of this person, the founding one first."""
    organisations: list[str] = []
    """Account URIs of organisations it belongs to."""
    consents: list[Consent] = []
    """What the person agreed to or refused, by purpose and channel."""
    merged_into: str | None = None
    """Survivor, after a merge."""
    split_from: str | None = None
    """Where it came from, after a split."""
    erased: int | None = None
    """Erased then; all else empty. Microseconds, UTC."""


class DeadLetter(Struct, gc=False):
    """A delivery or activity that could not be processed."""

    id: str
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
    attempts: int
    """Tries so far."""
    failed: int
    """When it failed. Microseconds, UTC."""
    path: str | None = None
    """Where in the payload: entry[0].changes[2].value.from.id."""
    entry: int | None = None
    """Part of a multi-entry delivery; null: all of it."""
    topic: str | None = None
    """Topic in which the original lies."""
    partition: int | None = None
    """Its partition."""
    offset: int | None = None
    """Its offset."""
    headers: dict[str, str] = {}
    """Headers of the original record."""
    value: bytes | None = None
    """Original bytes."""


class Cursor(Struct, gc=False):
    """How far a source has been read. Written after the deliveries up to it were acknowledged."""

    source: str
    """Configured instance; the record key."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    generation: int
    """Of the runner that wrote it: a record with a lower one is ignored."""
    position: str
    """JSON, by connector."""
    at: int
    """When it was written. Microseconds, UTC."""


class Workspace(Struct, gc=False):
    """Which partition a workspace's records lie in."""

    workspace: str
    """Workspace; the record key."""
    partition: int
    """Partition of activities.v1 and of every topic that unify writes. Fixed at the first activity."""
    since: int
    """When it was fixed. Microseconds, UTC."""


class Ledger(Struct, gc=False):
    """What a stage did with a range of its input, so that an auditor can check the counts."""

    stage: str
    """normalize, unify."""
    topic: str
    """Input topic."""
    partition: int
    """Input partition."""
    first: int
    """First offset of the range."""
    last: int
    """Last offset of the range."""
    workspace: str
    """Organisation or brand whose departments share one line."""
    source: str
    """Configured instance of the connector."""
    hour: int
    """Begin of the hour of received. Microseconds, UTC."""
    read: int
    """Records read."""
    activities: int
    """Activities that came out."""
    dead: int
    """Dead letters."""
    sum: bytes
    """Sum of the hashed ids of the activities. 16 bytes."""
    at: int
    """When it was written. Microseconds, UTC."""
    quiet: int = 0
    """Records of which only ignored entries came."""
    parked: int = 0
    """Records set aside unread, in parked.v1."""
    ignored: dict[str, int] = {}
    """Entries ignored, by rule; unsupported events are one of them."""
    feeds: dict[str, int] = {}
    """unify: `seq` of the last record of each feed of the workspace by then; in one line of a range for each workspace."""


class Pulse(Struct, gc=False):
    """Volume and reply time of one minute."""

    workspace: str
    """Organisation or brand whose departments share one line."""
    topic: str
    """What is counted: a channel, a tag, a department."""
    minute: int
    """Begin of the minute. Microseconds, UTC."""
    count: int
    """Activities in this minute."""
    inbound: int
    """Of them inbound."""
    outbound: int
    """Of them outbound."""
    replies: int
    """Outbound activities that answered an inbound one."""
    reply_ms_sum: int
    """Sum of the times to these answers, milliseconds."""
    reply_ms_max: int
    """Longest time to an answer, milliseconds."""


class Completeness(Struct, gc=False):
    """How far a source is complete: everything that it delivered, and that was acknowledged before `until`, is in the feeds, or ignored by a rule, dead or parked. Says nothing of what a vendor never sent."""

    workspace: str
    """Organisation or brand whose departments share one line."""
    source: str
    """Configured instance of the connector."""
    until: int
    """Complete until then. Microseconds, UTC."""
    at: int
    """When this was found. Microseconds, UTC."""
    open: int
    """Deliveries and activities on their way."""
    findings: int = 0
    """Findings that are not mended: what is missing holds `until` back."""


class Finding(Struct, gc=False):
    """Where an independent reading of the topics does not agree with a stage's ledger."""

    id: str
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
    partition: int
    """Its partition."""
    first: int
    """First offset of the records concerned."""
    last: int
    """Last offset of the records concerned."""
    count: int
    """How many records are concerned at most."""
    message: str
    """One sentence, without text of the payload."""
    since: int
    """Oldest `received` of the records concerned; 0: not known. Microseconds, UTC."""
    found: int
    """When it was found. Microseconds, UTC."""
    changed: int
    """When its state changed last. Microseconds, UTC."""
    by: str | None = None
    """accepted: who did."""


__all__ = [
    "Activity",
    "ActivityType",
    "Attachment",
    "AttachmentKind",
    "Authentication",
    "Change",
    "Channel",
    "Claim",
    "ClaimRelation",
    "Clock",
    "Completeness",
    "Consent",
    "ConsentState",
    "Container",
    "Control",
    "ControlKind",
    "ConversationActivity",
    "ConversationEvent",
    "Cursor",
    "DeadLetter",
    "Delivery",
    "Direction",
    "FeedActivity",
    "FeedEvent",
    "Finding",
    "FindingKind",
    "FindingState",
    "Ledger",
    "Link",
    "LinkKind",
    "LinkState",
    "Mode",
    "Object",
    "ObjectType",
    "Origin",
    "Party",
    "PartyKind",
    "PartyPerson",
    "Person",
    "PersonAccount",
    "Pulse",
    "Redaction",
    "RedactionAction",
    "Reference",
    "ReferenceKind",
    "Role",
    "Side",
    "Span",
    "SpanKind",
    "Step",
    "Thread",
    "ThreadState",
    "Transport",
    "Trust",
    "Verdict",
    "Visibility",
    "Workspace",
]

"""The contract's records as the compiled codec (``codec.c``) takes them. Generated; do not edit.

A part is a tuple: its kind, then what belongs to the kind: symbols, a size, another part, or a struct with its
fields in the schema's order. ``few`` is a string of which there are few different values.
"""

from __future__ import annotations

from typing import Any

from commonline.schemas.generated.records import (
    Activity,
    Attachment,
    Change,
    Claim,
    Completeness,
    Consent,
    Container,
    Control,
    ConversationActivity,
    Cursor,
    DeadLetter,
    Delivery,
    FeedActivity,
    Finding,
    Ledger,
    Link,
    Object,
    Origin,
    Party,
    PartyPerson,
    Person,
    PersonAccount,
    Pulse,
    Redaction,
    Reference,
    Span,
    Thread,
    Workspace,
)

Shape = tuple[Any, ...]


_DELIVERY: Shape = (
    "record",
    Delivery,
    (
        ("id", ("uuid",)),
        ("workspace", ("few",)),
        ("connector", ("few",)),
        ("source", ("few",)),
        ("transport", ("enum", ("webhook", "poll", "stream", "upload",))),
        ("mode", ("enum", ("live", "sweep", "backfill", "replay",))),
        ("authentication", ("enum", ("none", "signature", "token", "mtls", "session",))),
        ("vendor_id", ("optional", ("string",))),
        ("cursor", ("optional", ("string",))),
        ("received", ("long",)),
        ("content_type", ("few",)),
        ("headers", ("map", ("string",))),
        ("request", ("optional", ("string",))),
        ("body", ("optional", ("bytes",))),
        ("body_uri", ("optional", ("string",))),
        ("body_size", ("long",)),
        ("body_sha256", ("fixed", 32)),
    ),
)

_CLAIM: Shape = (
    "record",
    Claim,
    (
        ("relation", ("enum", ("same_as", "formerly", "merged_into", "member_of",))),
        ("account", ("string",)),
        ("trust", ("enum", ("asserted", "verified", "entered", "derived",))),
    ),
)

_PARTY: Shape = (
    "record",
    Party,
    (
        ("account", ("optional", ("string",))),
        ("kind", ("enum", ("unknown", "person", "organisation", "application", "group", "anonymous",))),
        ("side", ("enum", ("unknown", "us", "customer", "partner", "other",))),
        ("role", ("enum", ("other", "author", "to", "cc", "bcc", "reply_to", "member", "subject", "assignee", "owner", "requester", "follower", "host", "caller", "callee", "agent", "mentioned", "on_behalf_of",))),
        ("name", ("optional", ("string",))),
        ("handle", ("optional", ("string",))),
        ("claims", ("array", _CLAIM)),
    ),
)

_SPAN: Shape = (
    "record",
    Span,
    (
        ("kind", ("enum", ("link", "mention", "hashtag", "emoji", "quoted", "signature", "code",))),
        ("start", ("int",)),
        ("end", ("int",)),
        ("value", ("optional", ("string",))),
    ),
)

_ATTACHMENT: Shape = (
    "record",
    Attachment,
    (
        ("kind", ("enum", ("file", "image", "video", "audio", "link", "location", "contact", "sticker", "recording", "transcript",))),
        ("id", ("optional", ("string",))),
        ("url", ("optional", ("string",))),
        ("media_type", ("optional", ("string",))),
        ("name", ("optional", ("string",))),
        ("size", ("optional", ("long",))),
        ("duration_ms", ("optional", ("long",))),
        ("sha256", ("optional", ("string",))),
    ),
)

_OBJECT: Shape = (
    "record",
    Object,
    (
        ("id", ("string",)),
        ("type", ("enum", ("Other", "Note", "Article", "Page", "Question", "Image", "Video", "Audio", "Document", "Event", "Profile", "Person", "Organization", "Group", "Application", "Ticket", "Issue", "Call", "Meeting", "Review", "Form", "Task", "Deal", "Order", "Payment", "Product", "Consent", "Employment", "Alert", "Change", "Record",))),
        ("version", ("optional", ("string",))),
        ("url", ("optional", ("string",))),
        ("title", ("optional", ("string",))),
        ("text", ("optional", ("string",))),
        ("markup", ("few",)),
        ("language", ("optional", ("string",))),
        ("created", ("optional", ("long",))),
        ("start_time", ("optional", ("long",))),
        ("end_time", ("optional", ("long",))),
        ("author", ("optional", _PARTY)),
        ("spans", ("array", _SPAN)),
        ("attachments", ("array", _ATTACHMENT)),
    ),
)

_CONTAINER: Shape = (
    "record",
    Container,
    (
        ("id", ("string",)),
        ("name", ("optional", ("string",))),
        ("kind", ("optional", ("string",))),
    ),
)

_THREAD: Shape = (
    "record",
    Thread,
    (
        ("id", ("string",)),
        ("title", ("optional", ("string",))),
        ("state", ("enum", ("unknown", "open", "pending", "closed",))),
        ("container", ("optional", _CONTAINER)),
    ),
)

_REFERENCE: Shape = (
    "record",
    Reference,
    (
        ("kind", ("enum", ("related", "reply", "quote", "forward", "thread", "merged_into", "split_from", "parent", "attachment_of", "target",))),
        ("id", ("string",)),
        ("author", ("optional", ("string",))),
    ),
)

_CHANGE: Shape = (
    "record",
    Change,
    (
        ("field", ("string",)),
        ("before", ("optional", ("string",))),
        ("after", ("optional", ("string",))),
    ),
)

_ORIGIN: Shape = (
    "record",
    Origin,
    (
        ("delivery", ("uuid",)),
        ("topic", ("few",)),
        ("partition", ("int",)),
        ("offset", ("long",)),
        ("entry", ("int",)),
        ("mode", ("enum", ("live", "sweep", "backfill", "replay",))),
    ),
)

_ACTIVITY: Shape = (
    "record",
    Activity,
    (
        ("id", ("uuid",)),
        ("workspace", ("few",)),
        ("connector", ("few",)),
        ("source", ("few",)),
        ("event", ("few",)),
        ("type", ("enum", ("Other", "Create", "Update", "Delete", "Undo", "Like", "Dislike", "Announce", "Follow", "Block", "Flag", "Add", "Remove", "Offer", "Invite", "Accept", "Reject", "Join", "Leave", "Move", "View",))),
        ("undoes", ("optional", ("enum", ("Other", "Create", "Update", "Delete", "Undo", "Like", "Dislike", "Announce", "Follow", "Block", "Flag", "Add", "Remove", "Offer", "Invite", "Accept", "Reject", "Join", "Leave", "Move", "View",)))),
        ("edge", ("optional", ("string",))),
        ("actor", ("optional", _PARTY)),
        ("object", _OBJECT),
        ("thread", _THREAD),
        ("participants", ("array", _PARTY)),
        ("our_account", ("optional", ("string",))),
        ("references", ("array", _REFERENCE)),
        ("channel", ("enum", ("other", "post", "comment", "review", "direct_message", "sms", "email", "call", "voicemail", "meeting", "chat", "ticket", "issue", "document", "form", "calendar", "crm", "commerce", "employee", "web", "alert", "news",))),
        ("direction", ("enum", ("observed", "inbound", "outbound", "internal",))),
        ("visibility", ("enum", ("public", "customer", "partner", "internal", "restricted",))),
        ("automated", ("boolean", (False, True))),
        ("generator", ("optional", ("string",))),
        ("client_ref", ("optional", ("string",))),
        ("published", ("long",)),
        ("clock", ("enum", ("received", "source", "author",))),
        ("received", ("long",)),
        ("changes", ("array", _CHANGE)),
        ("reaction", ("optional", ("string",))),
        ("tags", ("array", ("string",))),
        ("metrics", ("map", ("double",))),
        ("fields", ("map", ("string",))),
        ("origin", _ORIGIN),
    ),
)

_CONTROL: Shape = (
    "record",
    Control,
    (
        ("id", ("uuid",)),
        ("workspace", ("string",)),
        ("kind", ("enum", ("other", "configuration", "ruling", "continue",))),
        ("at", ("long",)),
        ("by", ("optional", ("string",))),
        ("body", ("string",)),
    ),
)

_PARTY_PERSON: Shape = (
    "record",
    PartyPerson,
    (
        ("account", ("string",)),
        ("person", ("uuid",)),
    ),
)

_CONVERSATION_ACTIVITY: Shape = (
    "record",
    ConversationActivity,
    (
        ("event", ("enum", ("activity", "merged", "split", "person_changed", "visibility_changed", "erased",))),
        ("workspace", ("few",)),
        ("seq", ("long",)),
        ("conversation", ("uuid",)),
        ("person", ("optional", ("uuid",))),
        ("persons", ("array", _PARTY_PERSON)),
        ("visibility", ("enum", ("public", "customer", "partner", "internal", "restricted",))),
        ("feeds", ("array", ("string",))),
        ("other", ("optional", ("uuid",))),
        ("threads", ("array", ("string",))),
        ("link", ("optional", ("uuid",))),
        ("known", ("long",)),
        ("supersedes", ("optional", ("string",))),
        ("activity", ("optional", _ACTIVITY)),
    ),
)

_REDACTION: Shape = (
    "record",
    Redaction,
    (
        ("path", ("string",)),
        ("action", ("enum", ("removed", "masked", "pseudonym", "generalised",))),
        ("rule", ("string",)),
    ),
)

_FEED_ACTIVITY: Shape = (
    "record",
    FeedActivity,
    (
        ("event", ("enum", ("activity", "tombstone", "merged", "split", "entered", "left",))),
        ("workspace", ("few",)),
        ("feed", ("few",)),
        ("seq", ("long",)),
        ("conversation", ("uuid",)),
        ("other", ("optional", ("uuid",))),
        ("policy", ("few",)),
        ("rules", ("array", ("string",))),
        ("redactions", ("array", _REDACTION)),
        ("fact", ("optional", ("fixed", 16))),
        ("catch_up", ("boolean", (False, True))),
        ("count", ("optional", ("int",))),
        ("persons", ("array", _PARTY_PERSON)),
        ("visibility", ("enum", ("public", "customer", "partner", "internal", "restricted",))),
        ("known", ("long",)),
        ("object", ("optional", ("string",))),
        ("item", ("optional", _ACTIVITY)),
    ),
)

_LINK: Shape = (
    "record",
    Link,
    (
        ("id", ("uuid",)),
        ("workspace", ("string",)),
        ("kind", ("enum", ("account", "thread",))),
        ("a", ("string",)),
        ("b", ("string",)),
        ("verdict", ("enum", ("same", "different",))),
        ("state", ("enum", ("proposed", "active", "revoked",))),
        ("confidence", ("double",)),
        ("rule", ("optional", ("string",))),
        ("ruled_by", ("optional", ("string",))),
        ("reason", ("optional", ("string",))),
        ("evidence", ("array", ("uuid",))),
        ("revision", ("int",)),
        ("at", ("long",)),
    ),
)

_PERSON_ACCOUNT: Shape = (
    "record",
    PersonAccount,
    (
        ("account", ("string",)),
        ("trust", ("enum", ("asserted", "verified", "entered", "derived",))),
        ("link", ("optional", ("uuid",))),
    ),
)

_CONSENT: Shape = (
    "record",
    Consent,
    (
        ("purpose", ("string",)),
        ("channel", ("optional", ("string",))),
        ("state", ("enum", ("unknown", "granted", "pending", "denied",))),
        ("basis", ("optional", ("string",))),
        ("at", ("long",)),
        ("activity", ("uuid",)),
    ),
)

_PERSON: Shape = (
    "record",
    Person,
    (
        ("id", ("uuid",)),
        ("workspace", ("string",)),
        ("kind", ("enum", ("unknown", "person", "organisation", "application", "group", "anonymous",))),
        ("side", ("enum", ("unknown", "us", "customer", "partner", "other",))),
        ("name", ("optional", ("string",))),
        ("language", ("optional", ("string",))),
        ("accounts", ("array", _PERSON_ACCOUNT)),
        ("organisations", ("array", ("string",))),
        ("consents", ("array", _CONSENT)),
        ("merged_into", ("optional", ("uuid",))),
        ("split_from", ("optional", ("uuid",))),
        ("erased", ("optional", ("long",))),
        ("revision", ("int",)),
        ("first_seen", ("long",)),
        ("last_seen", ("long",)),
    ),
)

_DEAD_LETTER: Shape = (
    "record",
    DeadLetter,
    (
        ("id", ("uuid",)),
        ("workspace", ("string",)),
        ("connector", ("string",)),
        ("source", ("string",)),
        ("step", ("enum", ("decode", "map", "validate", "encode", "unify", "route", "redact",))),
        ("cause", ("string",)),
        ("message", ("string",)),
        ("path", ("optional", ("string",))),
        ("entry", ("optional", ("int",))),
        ("topic", ("optional", ("string",))),
        ("partition", ("optional", ("int",))),
        ("offset", ("optional", ("long",))),
        ("software", ("string",)),
        ("fingerprint", ("string",)),
        ("attempts", ("int",)),
        ("failed", ("long",)),
        ("headers", ("map", ("string",))),
        ("value", ("optional", ("bytes",))),
    ),
)

_CURSOR: Shape = (
    "record",
    Cursor,
    (
        ("source", ("string",)),
        ("workspace", ("string",)),
        ("generation", ("long",)),
        ("position", ("string",)),
        ("at", ("long",)),
    ),
)

_WORKSPACE: Shape = (
    "record",
    Workspace,
    (
        ("workspace", ("string",)),
        ("partition", ("int",)),
        ("since", ("long",)),
    ),
)

_LEDGER: Shape = (
    "record",
    Ledger,
    (
        ("stage", ("string",)),
        ("topic", ("string",)),
        ("partition", ("int",)),
        ("first", ("long",)),
        ("last", ("long",)),
        ("workspace", ("string",)),
        ("source", ("string",)),
        ("hour", ("long",)),
        ("read", ("long",)),
        ("quiet", ("long",)),
        ("parked", ("long",)),
        ("activities", ("long",)),
        ("ignored", ("map", ("long",))),
        ("dead", ("long",)),
        ("sum", ("fixed", 16)),
        ("at", ("long",)),
        ("feeds", ("map", ("long",))),
    ),
)

_PULSE: Shape = (
    "record",
    Pulse,
    (
        ("workspace", ("string",)),
        ("topic", ("string",)),
        ("minute", ("long",)),
        ("count", ("long",)),
        ("inbound", ("long",)),
        ("outbound", ("long",)),
        ("replies", ("long",)),
        ("reply_ms_sum", ("long",)),
        ("reply_ms_max", ("long",)),
    ),
)

_COMPLETENESS: Shape = (
    "record",
    Completeness,
    (
        ("workspace", ("string",)),
        ("source", ("string",)),
        ("until", ("long",)),
        ("at", ("long",)),
        ("open", ("long",)),
        ("findings", ("long",)),
    ),
)

_FINDING: Shape = (
    "record",
    Finding,
    (
        ("id", ("uuid",)),
        ("kind", ("enum", ("skipped", "missing", "differs", "deleted", "gap",))),
        ("state", ("enum", ("open", "reinjected", "mended", "accepted",))),
        ("stage", ("string",)),
        ("workspace", ("string",)),
        ("source", ("string",)),
        ("topic", ("string",)),
        ("partition", ("int",)),
        ("first", ("long",)),
        ("last", ("long",)),
        ("count", ("long",)),
        ("message", ("string",)),
        ("since", ("long",)),
        ("found", ("long",)),
        ("changed", ("long",)),
        ("by", ("optional", ("string",))),
    ),
)

SHAPES: dict[str, Shape] = {
    "Delivery": _DELIVERY,
    "Activity": _ACTIVITY,
    "Control": _CONTROL,
    "ConversationActivity": _CONVERSATION_ACTIVITY,
    "FeedActivity": _FEED_ACTIVITY,
    "Link": _LINK,
    "Person": _PERSON,
    "DeadLetter": _DEAD_LETTER,
    "Cursor": _CURSOR,
    "Workspace": _WORKSPACE,
    "Ledger": _LEDGER,
    "Pulse": _PULSE,
    "Completeness": _COMPLETENESS,
    "Finding": _FINDING,
}

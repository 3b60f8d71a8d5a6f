"""Avro decoders of the contract's records. Generated from ``schemas/avro``; do not edit.

Each raises `DecodeError` for bytes that are not the encoding of its record. They read this version of
the schemas only; ``evolution`` reads what other versions wrote.
"""

from __future__ import annotations

from commonline.schemas.broken import CAUSES, broken, check_end
from commonline.schemas.generated.records import (
    Activity,
    ActivityType,
    Attachment,
    AttachmentKind,
    Authentication,
    Change,
    Channel,
    Claim,
    ClaimRelation,
    Clock,
    Completeness,
    Consent,
    ConsentState,
    Container,
    Control,
    ControlKind,
    ConversationActivity,
    ConversationEvent,
    Cursor,
    DeadLetter,
    Delivery,
    Direction,
    FeedActivity,
    FeedEvent,
    Finding,
    FindingKind,
    FindingState,
    Ledger,
    Link,
    LinkKind,
    LinkState,
    Mode,
    Object,
    ObjectType,
    Origin,
    Party,
    PartyKind,
    PartyPerson,
    Person,
    PersonAccount,
    Pulse,
    Redaction,
    RedactionAction,
    Reference,
    ReferenceKind,
    Role,
    Side,
    Span,
    SpanKind,
    Step,
    Thread,
    ThreadState,
    Transport,
    Trust,
    Verdict,
    Visibility,
    Workspace,
)
from commonline.schemas.wire import (
    FIRST_GROUPS,
    JUMPS,
    LAST_GROUPS,
    MIDDLE_GROUPS,
    TIME_LIMIT,
    decode_bytes,
    decode_count,
    decode_int,
    decode_long,
    decode_string,
    decode_time,
    double_unpack,
    halves_unpack,
)

_BOOLEANS = {0: False, 1: True}
_TRANSPORT: dict[int, Transport] = {0: "webhook", 2: "poll", 4: "stream", 6: "upload"}
_MODE: dict[int, Mode] = {0: "live", 2: "sweep", 4: "backfill", 6: "replay"}
_AUTHENTICATION: dict[int, Authentication] = {0: "none", 2: "signature", 4: "token", 6: "mtls", 8: "session"}
_ACTIVITY_TYPE: dict[int, ActivityType] = {0: "Other", 2: "Create", 4: "Update", 6: "Delete", 8: "Undo", 10: "Like", 12: "Dislike", 14: "Announce", 16: "Follow", 18: "Block", 20: "Flag", 22: "Add", 24: "Remove", 26: "Offer", 28: "Invite", 30: "Accept", 32: "Reject", 34: "Join", 36: "Leave", 38: "Move", 40: "View"}
_PARTY_KIND: dict[int, PartyKind] = {0: "unknown", 2: "person", 4: "organisation", 6: "application", 8: "group", 10: "anonymous"}
_SIDE: dict[int, Side] = {0: "unknown", 2: "us", 4: "customer", 6: "partner", 8: "other"}
_ROLE: dict[int, Role] = {0: "other", 2: "author", 4: "to", 6: "cc", 8: "bcc", 10: "reply_to", 12: "member", 14: "subject", 16: "assignee", 18: "owner", 20: "requester", 22: "follower", 24: "host", 26: "caller", 28: "callee", 30: "agent", 32: "mentioned", 34: "on_behalf_of"}
_CLAIM_RELATION: dict[int, ClaimRelation] = {0: "same_as", 2: "formerly", 4: "merged_into", 6: "member_of"}
_TRUST: dict[int, Trust] = {0: "asserted", 2: "verified", 4: "entered", 6: "derived"}
_OBJECT_TYPE: dict[int, ObjectType] = {0: "Other", 2: "Note", 4: "Article", 6: "Page", 8: "Question", 10: "Image", 12: "Video", 14: "Audio", 16: "Document", 18: "Event", 20: "Profile", 22: "Person", 24: "Organization", 26: "Group", 28: "Application", 30: "Ticket", 32: "Issue", 34: "Call", 36: "Meeting", 38: "Review", 40: "Form", 42: "Task", 44: "Deal", 46: "Order", 48: "Payment", 50: "Product", 52: "Consent", 54: "Employment", 56: "Alert", 58: "Change", 60: "Record"}
_SPAN_KIND: dict[int, SpanKind] = {0: "link", 2: "mention", 4: "hashtag", 6: "emoji", 8: "quoted", 10: "signature", 12: "code"}
_ATTACHMENT_KIND: dict[int, AttachmentKind] = {0: "file", 2: "image", 4: "video", 6: "audio", 8: "link", 10: "location", 12: "contact", 14: "sticker", 16: "recording", 18: "transcript"}
_THREAD_STATE: dict[int, ThreadState] = {0: "unknown", 2: "open", 4: "pending", 6: "closed"}
_REFERENCE_KIND: dict[int, ReferenceKind] = {0: "related", 2: "reply", 4: "quote", 6: "forward", 8: "thread", 10: "merged_into", 12: "split_from", 14: "parent", 16: "attachment_of", 18: "target"}
_CHANNEL: dict[int, Channel] = {0: "other", 2: "post", 4: "comment", 6: "review", 8: "direct_message", 10: "sms", 12: "email", 14: "call", 16: "voicemail", 18: "meeting", 20: "chat", 22: "ticket", 24: "issue", 26: "document", 28: "form", 30: "calendar", 32: "crm", 34: "commerce", 36: "employee", 38: "web", 40: "alert", 42: "news"}
_DIRECTION: dict[int, Direction] = {0: "observed", 2: "inbound", 4: "outbound", 6: "internal"}
_VISIBILITY: dict[int, Visibility] = {0: "public", 2: "customer", 4: "partner", 6: "internal", 8: "restricted"}
_CLOCK: dict[int, Clock] = {0: "received", 2: "source", 4: "author"}
_CONTROL_KIND: dict[int, ControlKind] = {0: "other", 2: "configuration", 4: "ruling", 6: "continue"}
_CONVERSATION_EVENT: dict[int, ConversationEvent] = {0: "activity", 2: "merged", 4: "split", 6: "person_changed", 8: "visibility_changed", 10: "erased"}
_FEED_EVENT: dict[int, FeedEvent] = {0: "activity", 2: "tombstone", 4: "merged", 6: "split", 8: "entered", 10: "left"}
_REDACTION_ACTION: dict[int, RedactionAction] = {0: "removed", 2: "masked", 4: "pseudonym", 6: "generalised"}
_LINK_KIND: dict[int, LinkKind] = {0: "account", 2: "thread"}
_VERDICT: dict[int, Verdict] = {0: "same", 2: "different"}
_LINK_STATE: dict[int, LinkState] = {0: "proposed", 2: "active", 4: "revoked"}
_CONSENT_STATE: dict[int, ConsentState] = {0: "unknown", 2: "granted", 4: "pending", 6: "denied"}
_STEP: dict[int, Step] = {0: "decode", 2: "map", 4: "validate", 6: "encode", 8: "unify", 10: "route", 12: "redact"}
_FINDING_KIND: dict[int, FindingKind] = {0: "skipped", 2: "missing", 4: "differs", 6: "deleted", 8: "gap"}
_FINDING_STATE: dict[int, FindingState] = {0: "open", 2: "reinjected", 4: "mended", 6: "accepted"}
_TRANSPORT_AND_MODE_AND_AUTHENTICATION: dict[bytes, tuple[Transport, Mode, Authentication]] = {
    bytes((a0, b0, c0)): (a1, b1, c1)
    for a0, a1 in _TRANSPORT.items()
    for b0, b1 in _MODE.items()
    for c0, c1 in _AUTHENTICATION.items()
}
_PARTY_KIND_AND_SIDE_AND_ROLE: dict[bytes, tuple[PartyKind, Side, Role]] = {
    bytes((a0, b0, c0)): (a1, b1, c1)
    for a0, a1 in _PARTY_KIND.items()
    for b0, b1 in _SIDE.items()
    for c0, c1 in _ROLE.items()
}
_CHANNEL_AND_DIRECTION_AND_VISIBILITY_AND_BOOL: dict[bytes, tuple[Channel, Direction, Visibility, bool]] = {
    bytes((a0, b0, c0, d0)): (a1, b1, c1, d1)
    for a0, a1 in _CHANNEL.items()
    for b0, b1 in _DIRECTION.items()
    for c0, c1 in _VISIBILITY.items()
    for d0, d1 in _BOOLEANS.items()
}
_VERDICT_AND_LINK_STATE: dict[bytes, tuple[Verdict, LinkState]] = {
    bytes((a0, b0)): (a1, b1)
    for a0, a1 in _VERDICT.items()
    for b0, b1 in _LINK_STATE.items()
}
_PARTY_KIND_AND_SIDE: dict[bytes, tuple[PartyKind, Side]] = {
    bytes((a0, b0)): (a1, b1)
    for a0, a1 in _PARTY_KIND.items()
    for b0, b1 in _SIDE.items()
}
_FINDING_KIND_AND_FINDING_STATE: dict[bytes, tuple[FindingKind, FindingState]] = {
    bytes((a0, b0)): (a1, b1)
    for a0, a1 in _FINDING_KIND.items()
    for b0, b1 in _FINDING_STATE.items()
}


def _delivery(b: bytes, p: int) -> tuple[Delivery, int]:
    if b[p] != 72:
        raise ValueError("uuid")
    v1 = b[p + 1 : p + 37].decode()
    p += 37
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v3 = b[p + 1 : p + j].decode()
        p += j
    else:
        v3, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v4 = b[p + 1 : p + j].decode()
        p += j
    else:
        v4, p = decode_string(b, p)
    v5, v6, v7 = _TRANSPORT_AND_MODE_AND_AUTHENTICATION[b[p : p + 3]]
    p += 3
    n = b[p]
    p += 1
    if n == 0:
        v8: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v8 = b[p + 1 : p + j].decode()
            p += j
        else:
            v8, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v9: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v9 = b[p + 1 : p + j].decode()
            p += j
        else:
            v9, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    t0, t1, t2, t3 = halves_unpack(b, p)
    v10 = FIRST_GROUPS[t0] | MIDDLE_GROUPS[t1] << 13 | MIDDLE_GROUPS[t2] << 27 | LAST_GROUPS[t3] << 41
    if v10 < TIME_LIMIT:
        p += 8
    else:
        v10, p = decode_long(b, p)
    j = JUMPS[b[p]]
    if j:
        v11 = b[p + 1 : p + j].decode()
        p += j
    else:
        v11, p = decode_string(b, p)
    v12: dict[str, str] = {}
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v19 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v19, p = decode_string(b, p)
                j = JUMPS[b[p]]
                if j:
                    v18 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v18, p = decode_string(b, p)
                v12[v19] = v18
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v13: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v13 = b[p + 1 : p + j].decode()
            p += j
        else:
            v13, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v14: bytes | None = None
    elif n == 2:
        v14, p = decode_bytes(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v15: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v15 = b[p + 1 : p + j].decode()
            p += j
        else:
            v15, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    if n < 128:
        v16 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v16, p = decode_long(b, p)
    v17 = b[p : p + 32]
    p += 32
    record = Delivery(v1, v2, v3, v4, v5, v7, v10, v11, v16, v17, v6, v8, v9, v12, v13, v14, v15)
    return record, p


def _claim(b: bytes, p: int) -> tuple[Claim, int]:
    v1 = _CLAIM_RELATION[b[p]]
    p += 1
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    v3 = _TRUST[b[p]]
    p += 1
    record = Claim(v1, v2, v3)
    return record, p


def _party(b: bytes, p: int) -> tuple[Party, int]:
    n = b[p]
    p += 1
    if n == 0:
        v1: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v1 = b[p + 1 : p + j].decode()
            p += j
        else:
            v1, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    v2, v3, v4 = _PARTY_KIND_AND_SIDE_AND_ROLE[b[p : p + 3]]
    p += 3
    n = b[p]
    p += 1
    if n == 0:
        v5: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v5 = b[p + 1 : p + j].decode()
            p += j
        else:
            v5, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v6: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v6 = b[p + 1 : p + j].decode()
            p += j
        else:
            v6, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    v7: list[Claim] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v8, p = _claim(b, p)
                v7.append(v8)
            n, p = decode_count(b, p)
    else:
        p += 1
    record = Party(v1, v2, v3, v4, v5, v6, v7)
    return record, p


def _span(b: bytes, p: int) -> tuple[Span, int]:
    v1 = _SPAN_KIND[b[p]]
    p += 1
    n = b[p]
    if n < 128:
        v2 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v2, p = decode_int(b, p)
    n = b[p]
    if n < 128:
        v3 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v3, p = decode_int(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v4: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v4 = b[p + 1 : p + j].decode()
            p += j
        else:
            v4, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    record = Span(v1, v2, v3, v4)
    return record, p


def _attachment(b: bytes, p: int) -> tuple[Attachment, int]:
    v1 = _ATTACHMENT_KIND[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v2: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v2 = b[p + 1 : p + j].decode()
            p += j
        else:
            v2, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v3: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v3 = b[p + 1 : p + j].decode()
            p += j
        else:
            v3, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v4: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v4 = b[p + 1 : p + j].decode()
            p += j
        else:
            v4, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v5: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v5 = b[p + 1 : p + j].decode()
            p += j
        else:
            v5, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    if b[p : p + 3] == b"\x00\x00\x00":
        p += 3
        v6: int | None = None
        v7: int | None = None
        v8: str | None = None
    else:
        n = b[p]
        p += 1
        if n == 0:
            v6 = None
        elif n == 2:
            n = b[p]
            if n < 128:
                v6 = n >> 1 ^ -(n & 1)
                p += 1
            else:
                v6, p = decode_long(b, p)
        else:
            raise ValueError("branch")
        n = b[p]
        p += 1
        if n == 0:
            v7 = None
        elif n == 2:
            n = b[p]
            if n < 128:
                v7 = n >> 1 ^ -(n & 1)
                p += 1
            else:
                v7, p = decode_long(b, p)
        else:
            raise ValueError("branch")
        n = b[p]
        p += 1
        if n == 0:
            v8 = None
        elif n == 2:
            j = JUMPS[b[p]]
            if j:
                v8 = b[p + 1 : p + j].decode()
                p += j
            else:
                v8, p = decode_string(b, p)
        else:
            raise ValueError("branch")
    record = Attachment(v1, v2, v3, v4, v5, v6, v7, v8)
    return record, p


def _object(b: bytes, p: int) -> tuple[Object, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    v2 = _OBJECT_TYPE[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v3: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v3 = b[p + 1 : p + j].decode()
            p += j
        else:
            v3, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v4: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v4 = b[p + 1 : p + j].decode()
            p += j
        else:
            v4, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v5: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v5 = b[p + 1 : p + j].decode()
            p += j
        else:
            v5, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v6: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v6 = b[p + 1 : p + j].decode()
            p += j
        else:
            v6, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    j = JUMPS[b[p]]
    if j:
        v7 = b[p + 1 : p + j].decode()
        p += j
    else:
        v7, p = decode_string(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v8: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v8 = b[p + 1 : p + j].decode()
            p += j
        else:
            v8, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v9: int | None = None
    elif n == 2:
        v9, p = decode_time(b, p)
    else:
        raise ValueError("branch")
    if b[p : p + 5] == b"\x00\x00\x00\x00\x00":
        p += 5
        v10: int | None = None
        v11: int | None = None
        v12: Party | None = None
        v13: list[Span] = []
        v14: list[Attachment] = []
    else:
        n = b[p]
        p += 1
        if n == 0:
            v10 = None
        elif n == 2:
            v10, p = decode_time(b, p)
        else:
            raise ValueError("branch")
        n = b[p]
        p += 1
        if n == 0:
            v11 = None
        elif n == 2:
            v11, p = decode_time(b, p)
        else:
            raise ValueError("branch")
        n = b[p]
        p += 1
        if n == 0:
            v12 = None
        elif n == 2:
            n = b[p]
            p += 1
            if n == 0:
                v15: str | None = None
            elif n == 2:
                j = JUMPS[b[p]]
                if j:
                    v15 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v15, p = decode_string(b, p)
            else:
                raise ValueError("branch")
            v16, v17, v18 = _PARTY_KIND_AND_SIDE_AND_ROLE[b[p : p + 3]]
            p += 3
            n = b[p]
            p += 1
            if n == 0:
                v19: str | None = None
            elif n == 2:
                j = JUMPS[b[p]]
                if j:
                    v19 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v19, p = decode_string(b, p)
            else:
                raise ValueError("branch")
            n = b[p]
            p += 1
            if n == 0:
                v20: str | None = None
            elif n == 2:
                j = JUMPS[b[p]]
                if j:
                    v20 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v20, p = decode_string(b, p)
            else:
                raise ValueError("branch")
            v21: list[Claim] = []
            if b[p]:
                n, p = decode_count(b, p)
                while n:
                    for _ in range(n):
                        v22, p = _claim(b, p)
                        v21.append(v22)
                    n, p = decode_count(b, p)
            else:
                p += 1
            v12 = Party(v15, v16, v17, v18, v19, v20, v21)
        else:
            raise ValueError("branch")
        v13 = []
        if b[p]:
            n, p = decode_count(b, p)
            while n:
                for _ in range(n):
                    v23, p = _span(b, p)
                    v13.append(v23)
                n, p = decode_count(b, p)
        else:
            p += 1
        v14 = []
        if b[p]:
            n, p = decode_count(b, p)
            while n:
                for _ in range(n):
                    v24, p = _attachment(b, p)
                    v14.append(v24)
                n, p = decode_count(b, p)
        else:
            p += 1
    record = Object(v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14)
    return record, p


def _container(b: bytes, p: int) -> tuple[Container, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v2: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v2 = b[p + 1 : p + j].decode()
            p += j
        else:
            v2, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v3: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v3 = b[p + 1 : p + j].decode()
            p += j
        else:
            v3, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    record = Container(v1, v2, v3)
    return record, p


def _thread(b: bytes, p: int) -> tuple[Thread, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v2: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v2 = b[p + 1 : p + j].decode()
            p += j
        else:
            v2, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    v3 = _THREAD_STATE[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v4: Container | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v5 = b[p + 1 : p + j].decode()
            p += j
        else:
            v5, p = decode_string(b, p)
        n = b[p]
        p += 1
        if n == 0:
            v6: str | None = None
        elif n == 2:
            j = JUMPS[b[p]]
            if j:
                v6 = b[p + 1 : p + j].decode()
                p += j
            else:
                v6, p = decode_string(b, p)
        else:
            raise ValueError("branch")
        n = b[p]
        p += 1
        if n == 0:
            v7: str | None = None
        elif n == 2:
            j = JUMPS[b[p]]
            if j:
                v7 = b[p + 1 : p + j].decode()
                p += j
            else:
                v7, p = decode_string(b, p)
        else:
            raise ValueError("branch")
        v4 = Container(v5, v6, v7)
    else:
        raise ValueError("branch")
    record = Thread(v1, v2, v3, v4)
    return record, p


def _reference(b: bytes, p: int) -> tuple[Reference, int]:
    v1 = _REFERENCE_KIND[b[p]]
    p += 1
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v3: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v3 = b[p + 1 : p + j].decode()
            p += j
        else:
            v3, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    record = Reference(v1, v2, v3)
    return record, p


def _change(b: bytes, p: int) -> tuple[Change, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v2: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v2 = b[p + 1 : p + j].decode()
            p += j
        else:
            v2, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v3: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v3 = b[p + 1 : p + j].decode()
            p += j
        else:
            v3, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    record = Change(v1, v2, v3)
    return record, p


def _origin(b: bytes, p: int) -> tuple[Origin, int]:
    if b[p] != 72:
        raise ValueError("uuid")
    v1 = b[p + 1 : p + 37].decode()
    p += 37
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v3 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v3, p = decode_int(b, p)
    n = b[p]
    if n < 128:
        v4 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v4, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v5 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v5, p = decode_int(b, p)
    v6 = _MODE[b[p]]
    p += 1
    record = Origin(v1, v2, v3, v4, v5, v6)
    return record, p


def _activity(b: bytes, p: int) -> tuple[Activity, int]:
    if b[p] != 72:
        raise ValueError("uuid")
    v1 = b[p + 1 : p + 37].decode()
    p += 37
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v3 = b[p + 1 : p + j].decode()
        p += j
    else:
        v3, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v4 = b[p + 1 : p + j].decode()
        p += j
    else:
        v4, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v5 = b[p + 1 : p + j].decode()
        p += j
    else:
        v5, p = decode_string(b, p)
    v6 = _ACTIVITY_TYPE[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v7: ActivityType | None = None
    elif n == 2:
        v7 = _ACTIVITY_TYPE[b[p]]
        p += 1
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v8: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v8 = b[p + 1 : p + j].decode()
            p += j
        else:
            v8, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v9: Party | None = None
    elif n == 2:
        n = b[p]
        p += 1
        if n == 0:
            v30: str | None = None
        elif n == 2:
            j = JUMPS[b[p]]
            if j:
                v30 = b[p + 1 : p + j].decode()
                p += j
            else:
                v30, p = decode_string(b, p)
        else:
            raise ValueError("branch")
        v31, v32, v33 = _PARTY_KIND_AND_SIDE_AND_ROLE[b[p : p + 3]]
        p += 3
        n = b[p]
        p += 1
        if n == 0:
            v34: str | None = None
        elif n == 2:
            j = JUMPS[b[p]]
            if j:
                v34 = b[p + 1 : p + j].decode()
                p += j
            else:
                v34, p = decode_string(b, p)
        else:
            raise ValueError("branch")
        n = b[p]
        p += 1
        if n == 0:
            v35: str | None = None
        elif n == 2:
            j = JUMPS[b[p]]
            if j:
                v35 = b[p + 1 : p + j].decode()
                p += j
            else:
                v35, p = decode_string(b, p)
        else:
            raise ValueError("branch")
        v36: list[Claim] = []
        if b[p]:
            n, p = decode_count(b, p)
            while n:
                for _ in range(n):
                    v37, p = _claim(b, p)
                    v36.append(v37)
                n, p = decode_count(b, p)
        else:
            p += 1
        v9 = Party(v30, v31, v32, v33, v34, v35, v36)
    else:
        raise ValueError("branch")
    j = JUMPS[b[p]]
    if j:
        v38 = b[p + 1 : p + j].decode()
        p += j
    else:
        v38, p = decode_string(b, p)
    v39 = _OBJECT_TYPE[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v40: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v40 = b[p + 1 : p + j].decode()
            p += j
        else:
            v40, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v41: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v41 = b[p + 1 : p + j].decode()
            p += j
        else:
            v41, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v42: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v42 = b[p + 1 : p + j].decode()
            p += j
        else:
            v42, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v43: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v43 = b[p + 1 : p + j].decode()
            p += j
        else:
            v43, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    j = JUMPS[b[p]]
    if j:
        v44 = b[p + 1 : p + j].decode()
        p += j
    else:
        v44, p = decode_string(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v45: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v45 = b[p + 1 : p + j].decode()
            p += j
        else:
            v45, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v46: int | None = None
    elif n == 2:
        t0, t1, t2, t3 = halves_unpack(b, p)
        v46 = FIRST_GROUPS[t0] | MIDDLE_GROUPS[t1] << 13 | MIDDLE_GROUPS[t2] << 27 | LAST_GROUPS[t3] << 41
        if v46 < TIME_LIMIT:
            p += 8
        else:
            v46, p = decode_long(b, p)
    else:
        raise ValueError("branch")
    if b[p : p + 5] == b"\x00\x00\x00\x00\x00":
        p += 5
        v47: int | None = None
        v48: int | None = None
        v49: Party | None = None
        v50: list[Span] = []
        v51: list[Attachment] = []
    else:
        n = b[p]
        p += 1
        if n == 0:
            v47 = None
        elif n == 2:
            t0, t1, t2, t3 = halves_unpack(b, p)
            v47 = FIRST_GROUPS[t0] | MIDDLE_GROUPS[t1] << 13 | MIDDLE_GROUPS[t2] << 27 | LAST_GROUPS[t3] << 41
            if v47 < TIME_LIMIT:
                p += 8
            else:
                v47, p = decode_long(b, p)
        else:
            raise ValueError("branch")
        n = b[p]
        p += 1
        if n == 0:
            v48 = None
        elif n == 2:
            t0, t1, t2, t3 = halves_unpack(b, p)
            v48 = FIRST_GROUPS[t0] | MIDDLE_GROUPS[t1] << 13 | MIDDLE_GROUPS[t2] << 27 | LAST_GROUPS[t3] << 41
            if v48 < TIME_LIMIT:
                p += 8
            else:
                v48, p = decode_long(b, p)
        else:
            raise ValueError("branch")
        n = b[p]
        p += 1
        if n == 0:
            v49 = None
        elif n == 2:
            n = b[p]
            p += 1
            if n == 0:
                v52: str | None = None
            elif n == 2:
                j = JUMPS[b[p]]
                if j:
                    v52 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v52, p = decode_string(b, p)
            else:
                raise ValueError("branch")
            v53, v54, v55 = _PARTY_KIND_AND_SIDE_AND_ROLE[b[p : p + 3]]
            p += 3
            n = b[p]
            p += 1
            if n == 0:
                v56: str | None = None
            elif n == 2:
                j = JUMPS[b[p]]
                if j:
                    v56 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v56, p = decode_string(b, p)
            else:
                raise ValueError("branch")
            n = b[p]
            p += 1
            if n == 0:
                v57: str | None = None
            elif n == 2:
                j = JUMPS[b[p]]
                if j:
                    v57 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v57, p = decode_string(b, p)
            else:
                raise ValueError("branch")
            v58: list[Claim] = []
            if b[p]:
                n, p = decode_count(b, p)
                while n:
                    for _ in range(n):
                        v59, p = _claim(b, p)
                        v58.append(v59)
                    n, p = decode_count(b, p)
            else:
                p += 1
            v49 = Party(v52, v53, v54, v55, v56, v57, v58)
        else:
            raise ValueError("branch")
        v50 = []
        if b[p]:
            n, p = decode_count(b, p)
            while n:
                for _ in range(n):
                    v60, p = _span(b, p)
                    v50.append(v60)
                n, p = decode_count(b, p)
        else:
            p += 1
        v51 = []
        if b[p]:
            n, p = decode_count(b, p)
            while n:
                for _ in range(n):
                    v61, p = _attachment(b, p)
                    v51.append(v61)
                n, p = decode_count(b, p)
        else:
            p += 1
    v10 = Object(v38, v39, v40, v41, v42, v43, v44, v45, v46, v47, v48, v49, v50, v51)
    j = JUMPS[b[p]]
    if j:
        v62 = b[p + 1 : p + j].decode()
        p += j
    else:
        v62, p = decode_string(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v63: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v63 = b[p + 1 : p + j].decode()
            p += j
        else:
            v63, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    v64 = _THREAD_STATE[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v65: Container | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v66 = b[p + 1 : p + j].decode()
            p += j
        else:
            v66, p = decode_string(b, p)
        n = b[p]
        p += 1
        if n == 0:
            v67: str | None = None
        elif n == 2:
            j = JUMPS[b[p]]
            if j:
                v67 = b[p + 1 : p + j].decode()
                p += j
            else:
                v67, p = decode_string(b, p)
        else:
            raise ValueError("branch")
        n = b[p]
        p += 1
        if n == 0:
            v68: str | None = None
        elif n == 2:
            j = JUMPS[b[p]]
            if j:
                v68 = b[p + 1 : p + j].decode()
                p += j
            else:
                v68, p = decode_string(b, p)
        else:
            raise ValueError("branch")
        v65 = Container(v66, v67, v68)
    else:
        raise ValueError("branch")
    v11 = Thread(v62, v63, v64, v65)
    v12: list[Party] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v69, p = _party(b, p)
                v12.append(v69)
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v13: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v13 = b[p + 1 : p + j].decode()
            p += j
        else:
            v13, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    v14: list[Reference] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v70, p = _reference(b, p)
                v14.append(v70)
            n, p = decode_count(b, p)
    else:
        p += 1
    v15, v16, v17, v18 = _CHANNEL_AND_DIRECTION_AND_VISIBILITY_AND_BOOL[b[p : p + 4]]
    p += 4
    n = b[p]
    p += 1
    if n == 0:
        v19: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v19 = b[p + 1 : p + j].decode()
            p += j
        else:
            v19, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v20: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v20 = b[p + 1 : p + j].decode()
            p += j
        else:
            v20, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    t0, t1, t2, t3 = halves_unpack(b, p)
    v21 = FIRST_GROUPS[t0] | MIDDLE_GROUPS[t1] << 13 | MIDDLE_GROUPS[t2] << 27 | LAST_GROUPS[t3] << 41
    if v21 < TIME_LIMIT:
        p += 8
    else:
        v21, p = decode_long(b, p)
    v22 = _CLOCK[b[p]]
    p += 1
    t0, t1, t2, t3 = halves_unpack(b, p)
    v23 = FIRST_GROUPS[t0] | MIDDLE_GROUPS[t1] << 13 | MIDDLE_GROUPS[t2] << 27 | LAST_GROUPS[t3] << 41
    if v23 < TIME_LIMIT:
        p += 8
    else:
        v23, p = decode_long(b, p)
    if b[p : p + 5] == b"\x00\x00\x00\x00\x00":
        p += 5
        v24: list[Change] = []
        v25: str | None = None
        v26: list[str] = []
        v27: dict[str, float] = {}
        v28: dict[str, str] = {}
    else:
        v24 = []
        if b[p]:
            n, p = decode_count(b, p)
            while n:
                for _ in range(n):
                    v71, p = _change(b, p)
                    v24.append(v71)
                n, p = decode_count(b, p)
        else:
            p += 1
        n = b[p]
        p += 1
        if n == 0:
            v25 = None
        elif n == 2:
            j = JUMPS[b[p]]
            if j:
                v25 = b[p + 1 : p + j].decode()
                p += j
            else:
                v25, p = decode_string(b, p)
        else:
            raise ValueError("branch")
        v26 = []
        if b[p]:
            n, p = decode_count(b, p)
            while n:
                for _ in range(n):
                    j = JUMPS[b[p]]
                    if j:
                        v72 = b[p + 1 : p + j].decode()
                        p += j
                    else:
                        v72, p = decode_string(b, p)
                    v26.append(v72)
                n, p = decode_count(b, p)
        else:
            p += 1
        v27 = {}
        if b[p]:
            n, p = decode_count(b, p)
            while n:
                for _ in range(n):
                    j = JUMPS[b[p]]
                    if j:
                        v74 = b[p + 1 : p + j].decode()
                        p += j
                    else:
                        v74, p = decode_string(b, p)
                    v73 = double_unpack(b, p)[0]
                    p += 8
                    v27[v74] = v73
                n, p = decode_count(b, p)
        else:
            p += 1
        v28 = {}
        if b[p]:
            n, p = decode_count(b, p)
            while n:
                for _ in range(n):
                    j = JUMPS[b[p]]
                    if j:
                        v76 = b[p + 1 : p + j].decode()
                        p += j
                    else:
                        v76, p = decode_string(b, p)
                    j = JUMPS[b[p]]
                    if j:
                        v75 = b[p + 1 : p + j].decode()
                        p += j
                    else:
                        v75, p = decode_string(b, p)
                    v28[v76] = v75
                n, p = decode_count(b, p)
        else:
            p += 1
    if b[p] != 72:
        raise ValueError("uuid")
    v77 = b[p + 1 : p + 37].decode()
    p += 37
    j = JUMPS[b[p]]
    if j:
        v78 = b[p + 1 : p + j].decode()
        p += j
    else:
        v78, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v79 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v79, p = decode_int(b, p)
    n = b[p]
    if n < 128:
        v80 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v80, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v81 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v81, p = decode_int(b, p)
    v82 = _MODE[b[p]]
    p += 1
    v29 = Origin(v77, v78, v79, v80, v81, v82)
    record = Activity(v1, v2, v3, v4, v5, v6, v10, v11, v15, v16, v17, v21, v22, v23, v29, v7, v8, v9, v12, v13, v14, v18, v19, v20, v24, v25, v26, v27, v28)
    return record, p


def _control(b: bytes, p: int) -> tuple[Control, int]:
    if b[p] != 72:
        raise ValueError("uuid")
    v1 = b[p + 1 : p + 37].decode()
    p += 37
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    v3 = _CONTROL_KIND[b[p]]
    p += 1
    v4, p = decode_time(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v5: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v5 = b[p + 1 : p + j].decode()
            p += j
        else:
            v5, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    j = JUMPS[b[p]]
    if j:
        v6 = b[p + 1 : p + j].decode()
        p += j
    else:
        v6, p = decode_string(b, p)
    record = Control(v1, v2, v3, v4, v6, v5)
    return record, p


def _party_person(b: bytes, p: int) -> tuple[PartyPerson, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    if b[p] != 72:
        raise ValueError("uuid")
    v2 = b[p + 1 : p + 37].decode()
    p += 37
    record = PartyPerson(v1, v2)
    return record, p


def _conversation_activity(b: bytes, p: int) -> tuple[ConversationActivity, int]:
    v1 = _CONVERSATION_EVENT[b[p]]
    p += 1
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v3 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v3, p = decode_long(b, p)
    if b[p] != 72:
        raise ValueError("uuid")
    v4 = b[p + 1 : p + 37].decode()
    p += 37
    n = b[p]
    p += 1
    if n == 0:
        v5: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v5 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    v6: list[PartyPerson] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v15, p = _party_person(b, p)
                v6.append(v15)
            n, p = decode_count(b, p)
    else:
        p += 1
    v7 = _VISIBILITY[b[p]]
    p += 1
    v8: list[str] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v16 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v16, p = decode_string(b, p)
                v8.append(v16)
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v9: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v9 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    v10: list[str] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v17 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v17, p = decode_string(b, p)
                v10.append(v17)
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v11: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v11 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    v12, p = decode_time(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v13: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v13 = b[p + 1 : p + j].decode()
            p += j
        else:
            v13, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v14: Activity | None = None
    elif n == 2:
        v14, p = _activity(b, p)
    else:
        raise ValueError("branch")
    record = ConversationActivity(v1, v2, v3, v4, v7, v12, v5, v6, v8, v9, v10, v11, v13, v14)
    return record, p


def _redaction(b: bytes, p: int) -> tuple[Redaction, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    v2 = _REDACTION_ACTION[b[p]]
    p += 1
    j = JUMPS[b[p]]
    if j:
        v3 = b[p + 1 : p + j].decode()
        p += j
    else:
        v3, p = decode_string(b, p)
    record = Redaction(v1, v2, v3)
    return record, p


def _feed_activity(b: bytes, p: int) -> tuple[FeedActivity, int]:
    v1 = _FEED_EVENT[b[p]]
    p += 1
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v3 = b[p + 1 : p + j].decode()
        p += j
    else:
        v3, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v4 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v4, p = decode_long(b, p)
    if b[p] != 72:
        raise ValueError("uuid")
    v5 = b[p + 1 : p + 37].decode()
    p += 37
    n = b[p]
    p += 1
    if n == 0:
        v6: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v6 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    j = JUMPS[b[p]]
    if j:
        v7 = b[p + 1 : p + j].decode()
        p += j
    else:
        v7, p = decode_string(b, p)
    v8: list[str] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v18 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v18, p = decode_string(b, p)
                v8.append(v18)
            n, p = decode_count(b, p)
    else:
        p += 1
    v9: list[Redaction] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v19, p = _redaction(b, p)
                v9.append(v19)
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v10: bytes | None = None
    elif n == 2:
        v10 = b[p : p + 16]
        p += 16
    else:
        raise ValueError("branch")
    v11 = _BOOLEANS[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v12: int | None = None
    elif n == 2:
        n = b[p]
        if n < 128:
            v12 = n >> 1 ^ -(n & 1)
            p += 1
        else:
            v12, p = decode_int(b, p)
    else:
        raise ValueError("branch")
    v13: list[PartyPerson] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v20, p = _party_person(b, p)
                v13.append(v20)
            n, p = decode_count(b, p)
    else:
        p += 1
    v14 = _VISIBILITY[b[p]]
    p += 1
    v15, p = decode_time(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v16: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v16 = b[p + 1 : p + j].decode()
            p += j
        else:
            v16, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v17: Activity | None = None
    elif n == 2:
        v17, p = _activity(b, p)
    else:
        raise ValueError("branch")
    record = FeedActivity(v1, v2, v3, v4, v5, v7, v14, v15, v6, v8, v9, v10, v11, v12, v13, v16, v17)
    return record, p


def _link(b: bytes, p: int) -> tuple[Link, int]:
    if b[p] != 72:
        raise ValueError("uuid")
    v1 = b[p + 1 : p + 37].decode()
    p += 37
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    v3 = _LINK_KIND[b[p]]
    p += 1
    j = JUMPS[b[p]]
    if j:
        v4 = b[p + 1 : p + j].decode()
        p += j
    else:
        v4, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v5 = b[p + 1 : p + j].decode()
        p += j
    else:
        v5, p = decode_string(b, p)
    v6, v7 = _VERDICT_AND_LINK_STATE[b[p : p + 2]]
    p += 2
    v8 = double_unpack(b, p)[0]
    p += 8
    n = b[p]
    p += 1
    if n == 0:
        v9: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v9 = b[p + 1 : p + j].decode()
            p += j
        else:
            v9, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v10: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v10 = b[p + 1 : p + j].decode()
            p += j
        else:
            v10, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v11: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v11 = b[p + 1 : p + j].decode()
            p += j
        else:
            v11, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    v12: list[str] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                if b[p] != 72:
                    raise ValueError("uuid")
                v15 = b[p + 1 : p + 37].decode()
                p += 37
                v12.append(v15)
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    if n < 128:
        v13 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v13, p = decode_int(b, p)
    v14, p = decode_time(b, p)
    record = Link(v1, v2, v3, v4, v5, v6, v7, v8, v13, v14, v9, v10, v11, v12)
    return record, p


def _person_account(b: bytes, p: int) -> tuple[PersonAccount, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    v2 = _TRUST[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v3: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v3 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    record = PersonAccount(v1, v2, v3)
    return record, p


def _consent(b: bytes, p: int) -> tuple[Consent, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v2: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v2 = b[p + 1 : p + j].decode()
            p += j
        else:
            v2, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    v3 = _CONSENT_STATE[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v4: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v4 = b[p + 1 : p + j].decode()
            p += j
        else:
            v4, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    t0, t1, t2, t3 = halves_unpack(b, p)
    v5 = FIRST_GROUPS[t0] | MIDDLE_GROUPS[t1] << 13 | MIDDLE_GROUPS[t2] << 27 | LAST_GROUPS[t3] << 41
    if v5 < TIME_LIMIT:
        p += 8
    else:
        v5, p = decode_long(b, p)
    if b[p] != 72:
        raise ValueError("uuid")
    v6 = b[p + 1 : p + 37].decode()
    p += 37
    record = Consent(v1, v3, v5, v6, v2, v4)
    return record, p


def _person(b: bytes, p: int) -> tuple[Person, int]:
    if b[p] != 72:
        raise ValueError("uuid")
    v1 = b[p + 1 : p + 37].decode()
    p += 37
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    v3, v4 = _PARTY_KIND_AND_SIDE[b[p : p + 2]]
    p += 2
    n = b[p]
    p += 1
    if n == 0:
        v5: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v5 = b[p + 1 : p + j].decode()
            p += j
        else:
            v5, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v6: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v6 = b[p + 1 : p + j].decode()
            p += j
        else:
            v6, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    v7: list[PersonAccount] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v16, p = _person_account(b, p)
                v7.append(v16)
            n, p = decode_count(b, p)
    else:
        p += 1
    v8: list[str] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v17 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v17, p = decode_string(b, p)
                v8.append(v17)
            n, p = decode_count(b, p)
    else:
        p += 1
    v9: list[Consent] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v18, p = _consent(b, p)
                v9.append(v18)
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v10: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v10 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v11: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v11 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v12: int | None = None
    elif n == 2:
        v12, p = decode_time(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    if n < 128:
        v13 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v13, p = decode_int(b, p)
    v14, p = decode_time(b, p)
    v15, p = decode_time(b, p)
    record = Person(v1, v2, v3, v4, v13, v14, v15, v5, v6, v7, v8, v9, v10, v11, v12)
    return record, p


def _dead_letter(b: bytes, p: int) -> tuple[DeadLetter, int]:
    if b[p] != 72:
        raise ValueError("uuid")
    v1 = b[p + 1 : p + 37].decode()
    p += 37
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v3 = b[p + 1 : p + j].decode()
        p += j
    else:
        v3, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v4 = b[p + 1 : p + j].decode()
        p += j
    else:
        v4, p = decode_string(b, p)
    v5 = _STEP[b[p]]
    p += 1
    j = JUMPS[b[p]]
    if j:
        v6 = b[p + 1 : p + j].decode()
        p += j
    else:
        v6, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v7 = b[p + 1 : p + j].decode()
        p += j
    else:
        v7, p = decode_string(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v8: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v8 = b[p + 1 : p + j].decode()
            p += j
        else:
            v8, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v9: int | None = None
    elif n == 2:
        n = b[p]
        if n < 128:
            v9 = n >> 1 ^ -(n & 1)
            p += 1
        else:
            v9, p = decode_int(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v10: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v10 = b[p + 1 : p + j].decode()
            p += j
        else:
            v10, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v11: int | None = None
    elif n == 2:
        n = b[p]
        if n < 128:
            v11 = n >> 1 ^ -(n & 1)
            p += 1
        else:
            v11, p = decode_int(b, p)
    else:
        raise ValueError("branch")
    n = b[p]
    p += 1
    if n == 0:
        v12: int | None = None
    elif n == 2:
        n = b[p]
        if n < 128:
            v12 = n >> 1 ^ -(n & 1)
            p += 1
        else:
            v12, p = decode_long(b, p)
    else:
        raise ValueError("branch")
    j = JUMPS[b[p]]
    if j:
        v13 = b[p + 1 : p + j].decode()
        p += j
    else:
        v13, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v14 = b[p + 1 : p + j].decode()
        p += j
    else:
        v14, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v15 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v15, p = decode_int(b, p)
    v16, p = decode_time(b, p)
    v17: dict[str, str] = {}
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v20 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v20, p = decode_string(b, p)
                j = JUMPS[b[p]]
                if j:
                    v19 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v19, p = decode_string(b, p)
                v17[v20] = v19
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v18: bytes | None = None
    elif n == 2:
        v18, p = decode_bytes(b, p)
    else:
        raise ValueError("branch")
    record = DeadLetter(v1, v2, v3, v4, v5, v6, v7, v13, v14, v15, v16, v8, v9, v10, v11, v12, v17, v18)
    return record, p


def _cursor(b: bytes, p: int) -> tuple[Cursor, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v3 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v3, p = decode_long(b, p)
    j = JUMPS[b[p]]
    if j:
        v4 = b[p + 1 : p + j].decode()
        p += j
    else:
        v4, p = decode_string(b, p)
    v5, p = decode_time(b, p)
    record = Cursor(v1, v2, v3, v4, v5)
    return record, p


def _workspace(b: bytes, p: int) -> tuple[Workspace, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v2 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v2, p = decode_int(b, p)
    v3, p = decode_time(b, p)
    record = Workspace(v1, v2, v3)
    return record, p


def _ledger(b: bytes, p: int) -> tuple[Ledger, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v3 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v3, p = decode_int(b, p)
    n = b[p]
    if n < 128:
        v4 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v4, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v5 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v5, p = decode_long(b, p)
    j = JUMPS[b[p]]
    if j:
        v6 = b[p + 1 : p + j].decode()
        p += j
    else:
        v6, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v7 = b[p + 1 : p + j].decode()
        p += j
    else:
        v7, p = decode_string(b, p)
    t0, t1, t2, t3 = halves_unpack(b, p)
    v8 = FIRST_GROUPS[t0] | MIDDLE_GROUPS[t1] << 13 | MIDDLE_GROUPS[t2] << 27 | LAST_GROUPS[t3] << 41
    if v8 < TIME_LIMIT:
        p += 8
    else:
        v8, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v9 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v9, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v10 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v10, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v11 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v11, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v12 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v12, p = decode_long(b, p)
    v13: dict[str, int] = {}
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v19 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v19, p = decode_string(b, p)
                n = b[p]
                if n < 128:
                    v18 = n >> 1 ^ -(n & 1)
                    p += 1
                else:
                    v18, p = decode_long(b, p)
                v13[v19] = v18
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    if n < 128:
        v14 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v14, p = decode_long(b, p)
    v15 = b[p : p + 16]
    p += 16
    v16, p = decode_time(b, p)
    v17: dict[str, int] = {}
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v21 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v21, p = decode_string(b, p)
                n = b[p]
                if n < 128:
                    v20 = n >> 1 ^ -(n & 1)
                    p += 1
                else:
                    v20, p = decode_long(b, p)
                v17[v21] = v20
            n, p = decode_count(b, p)
    else:
        p += 1
    record = Ledger(v1, v2, v3, v4, v5, v6, v7, v8, v9, v12, v14, v15, v16, v10, v11, v13, v17)
    return record, p


def _pulse(b: bytes, p: int) -> tuple[Pulse, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    v3, p = decode_time(b, p)
    n = b[p]
    if n < 128:
        v4 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v4, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v5 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v5, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v6 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v6, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v7 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v7, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v8 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v8, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v9 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v9, p = decode_long(b, p)
    record = Pulse(v1, v2, v3, v4, v5, v6, v7, v8, v9)
    return record, p


def _completeness(b: bytes, p: int) -> tuple[Completeness, int]:
    j = JUMPS[b[p]]
    if j:
        v1 = b[p + 1 : p + j].decode()
        p += j
    else:
        v1, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    v3, p = decode_time(b, p)
    v4, p = decode_time(b, p)
    n = b[p]
    if n < 128:
        v5 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v5, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v6 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v6, p = decode_long(b, p)
    record = Completeness(v1, v2, v3, v4, v5, v6)
    return record, p


def _finding(b: bytes, p: int) -> tuple[Finding, int]:
    if b[p] != 72:
        raise ValueError("uuid")
    v1 = b[p + 1 : p + 37].decode()
    p += 37
    v2, v3 = _FINDING_KIND_AND_FINDING_STATE[b[p : p + 2]]
    p += 2
    j = JUMPS[b[p]]
    if j:
        v4 = b[p + 1 : p + j].decode()
        p += j
    else:
        v4, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v5 = b[p + 1 : p + j].decode()
        p += j
    else:
        v5, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v6 = b[p + 1 : p + j].decode()
        p += j
    else:
        v6, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v7 = b[p + 1 : p + j].decode()
        p += j
    else:
        v7, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v8 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v8, p = decode_int(b, p)
    n = b[p]
    if n < 128:
        v9 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v9, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v10 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v10, p = decode_long(b, p)
    n = b[p]
    if n < 128:
        v11 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v11, p = decode_long(b, p)
    j = JUMPS[b[p]]
    if j:
        v12 = b[p + 1 : p + j].decode()
        p += j
    else:
        v12, p = decode_string(b, p)
    v13, p = decode_time(b, p)
    v14, p = decode_time(b, p)
    v15, p = decode_time(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v16: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v16 = b[p + 1 : p + j].decode()
            p += j
        else:
            v16, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    record = Finding(v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16)
    return record, p


def decode_delivery(data: bytes, position: int = 0) -> Delivery:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _delivery(data, position)
    except CAUSES as error:
        raise broken("Delivery", data, error) from error
    if end != len(data):
        check_end("Delivery", data, end)
    return record


def decode_activity(data: bytes, position: int = 0) -> Activity:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _activity(data, position)
    except CAUSES as error:
        raise broken("Activity", data, error) from error
    if end != len(data):
        check_end("Activity", data, end)
    return record


def decode_control(data: bytes, position: int = 0) -> Control:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _control(data, position)
    except CAUSES as error:
        raise broken("Control", data, error) from error
    if end != len(data):
        check_end("Control", data, end)
    return record


def decode_conversation_activity(data: bytes, position: int = 0) -> ConversationActivity:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _conversation_activity(data, position)
    except CAUSES as error:
        raise broken("ConversationActivity", data, error) from error
    if end != len(data):
        check_end("ConversationActivity", data, end)
    return record


def _conversation_activity_prefix(b: bytes, p: int) -> tuple[ConversationActivity, int]:
    v1 = _CONVERSATION_EVENT[b[p]]
    p += 1
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v3 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v3, p = decode_long(b, p)
    if b[p] != 72:
        raise ValueError("uuid")
    v4 = b[p + 1 : p + 37].decode()
    p += 37
    n = b[p]
    p += 1
    if n == 0:
        v5: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v5 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    v6: list[PartyPerson] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v14, p = _party_person(b, p)
                v6.append(v14)
            n, p = decode_count(b, p)
    else:
        p += 1
    v7 = _VISIBILITY[b[p]]
    p += 1
    v8: list[str] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v15 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v15, p = decode_string(b, p)
                v8.append(v15)
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v9: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v9 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    v10: list[str] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v16 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v16, p = decode_string(b, p)
                v10.append(v16)
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v11: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v11 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    v12, p = decode_time(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v13: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v13 = b[p + 1 : p + j].decode()
            p += j
        else:
            v13, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    record = ConversationActivity(v1, v2, v3, v4, v7, v12, v5, v6, v8, v9, v10, v11, v13, None)
    n = b[p]
    if n == 2:
        return record, p + 1
    if n == 0 and p + 1 == len(b):
        return record, -1
    raise ValueError("branch")


def decode_conversation_activity_prefix(data: bytes, position: int = 0) -> tuple[ConversationActivity, int]:
    """The record without `activity`, and the position of the Activity's bytes or -1."""
    try:
        return _conversation_activity_prefix(data, position)
    except CAUSES as error:
        raise broken("ConversationActivity", data, error) from error


def decode_feed_activity(data: bytes, position: int = 0) -> FeedActivity:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _feed_activity(data, position)
    except CAUSES as error:
        raise broken("FeedActivity", data, error) from error
    if end != len(data):
        check_end("FeedActivity", data, end)
    return record


def _feed_activity_prefix(b: bytes, p: int) -> tuple[FeedActivity, int]:
    v1 = _FEED_EVENT[b[p]]
    p += 1
    j = JUMPS[b[p]]
    if j:
        v2 = b[p + 1 : p + j].decode()
        p += j
    else:
        v2, p = decode_string(b, p)
    j = JUMPS[b[p]]
    if j:
        v3 = b[p + 1 : p + j].decode()
        p += j
    else:
        v3, p = decode_string(b, p)
    n = b[p]
    if n < 128:
        v4 = n >> 1 ^ -(n & 1)
        p += 1
    else:
        v4, p = decode_long(b, p)
    if b[p] != 72:
        raise ValueError("uuid")
    v5 = b[p + 1 : p + 37].decode()
    p += 37
    n = b[p]
    p += 1
    if n == 0:
        v6: str | None = None
    elif n == 2:
        if b[p] != 72:
            raise ValueError("uuid")
        v6 = b[p + 1 : p + 37].decode()
        p += 37
    else:
        raise ValueError("branch")
    j = JUMPS[b[p]]
    if j:
        v7 = b[p + 1 : p + j].decode()
        p += j
    else:
        v7, p = decode_string(b, p)
    v8: list[str] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                j = JUMPS[b[p]]
                if j:
                    v17 = b[p + 1 : p + j].decode()
                    p += j
                else:
                    v17, p = decode_string(b, p)
                v8.append(v17)
            n, p = decode_count(b, p)
    else:
        p += 1
    v9: list[Redaction] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v18, p = _redaction(b, p)
                v9.append(v18)
            n, p = decode_count(b, p)
    else:
        p += 1
    n = b[p]
    p += 1
    if n == 0:
        v10: bytes | None = None
    elif n == 2:
        v10 = b[p : p + 16]
        p += 16
    else:
        raise ValueError("branch")
    v11 = _BOOLEANS[b[p]]
    p += 1
    n = b[p]
    p += 1
    if n == 0:
        v12: int | None = None
    elif n == 2:
        n = b[p]
        if n < 128:
            v12 = n >> 1 ^ -(n & 1)
            p += 1
        else:
            v12, p = decode_int(b, p)
    else:
        raise ValueError("branch")
    v13: list[PartyPerson] = []
    if b[p]:
        n, p = decode_count(b, p)
        while n:
            for _ in range(n):
                v19, p = _party_person(b, p)
                v13.append(v19)
            n, p = decode_count(b, p)
    else:
        p += 1
    v14 = _VISIBILITY[b[p]]
    p += 1
    v15, p = decode_time(b, p)
    n = b[p]
    p += 1
    if n == 0:
        v16: str | None = None
    elif n == 2:
        j = JUMPS[b[p]]
        if j:
            v16 = b[p + 1 : p + j].decode()
            p += j
        else:
            v16, p = decode_string(b, p)
    else:
        raise ValueError("branch")
    record = FeedActivity(v1, v2, v3, v4, v5, v7, v14, v15, v6, v8, v9, v10, v11, v12, v13, v16, None)
    n = b[p]
    if n == 2:
        return record, p + 1
    if n == 0 and p + 1 == len(b):
        return record, -1
    raise ValueError("branch")


def decode_feed_activity_prefix(data: bytes, position: int = 0) -> tuple[FeedActivity, int]:
    """The record without `item`, and the position of the Activity's bytes or -1."""
    try:
        return _feed_activity_prefix(data, position)
    except CAUSES as error:
        raise broken("FeedActivity", data, error) from error


def decode_link(data: bytes, position: int = 0) -> Link:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _link(data, position)
    except CAUSES as error:
        raise broken("Link", data, error) from error
    if end != len(data):
        check_end("Link", data, end)
    return record


def decode_person(data: bytes, position: int = 0) -> Person:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _person(data, position)
    except CAUSES as error:
        raise broken("Person", data, error) from error
    if end != len(data):
        check_end("Person", data, end)
    return record


def decode_dead_letter(data: bytes, position: int = 0) -> DeadLetter:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _dead_letter(data, position)
    except CAUSES as error:
        raise broken("DeadLetter", data, error) from error
    if end != len(data):
        check_end("DeadLetter", data, end)
    return record


def decode_cursor(data: bytes, position: int = 0) -> Cursor:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _cursor(data, position)
    except CAUSES as error:
        raise broken("Cursor", data, error) from error
    if end != len(data):
        check_end("Cursor", data, end)
    return record


def decode_workspace(data: bytes, position: int = 0) -> Workspace:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _workspace(data, position)
    except CAUSES as error:
        raise broken("Workspace", data, error) from error
    if end != len(data):
        check_end("Workspace", data, end)
    return record


def decode_ledger(data: bytes, position: int = 0) -> Ledger:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _ledger(data, position)
    except CAUSES as error:
        raise broken("Ledger", data, error) from error
    if end != len(data):
        check_end("Ledger", data, end)
    return record


def decode_pulse(data: bytes, position: int = 0) -> Pulse:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _pulse(data, position)
    except CAUSES as error:
        raise broken("Pulse", data, error) from error
    if end != len(data):
        check_end("Pulse", data, end)
    return record


def decode_completeness(data: bytes, position: int = 0) -> Completeness:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _completeness(data, position)
    except CAUSES as error:
        raise broken("Completeness", data, error) from error
    if end != len(data):
        check_end("Completeness", data, end)
    return record


def decode_finding(data: bytes, position: int = 0) -> Finding:
    """The record whose encoding is all of `data` from `position` on."""
    try:
        record, end = _finding(data, position)
    except CAUSES as error:
        raise broken("Finding", data, error) from error
    if end != len(data):
        check_end("Finding", data, end)
    return record

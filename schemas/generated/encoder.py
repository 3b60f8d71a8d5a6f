"""Avro encoders of the contract's records. Generated from ``schemas/avro``; do not edit.

Each raises `EncodeError`, with the path of the field, for a value that the schema forbids.
"""

from __future__ import annotations

from commonline.schemas.faults import CAUSES, explain
from commonline.schemas.generated.records import (
    Activity,
    Attachment,
    Change,
    Claim,
    Consent,
    Container,
    Control,
    ConversationActivity,
    Cursor,
    DeadLetter,
    Delivery,
    FeedActivity,
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
from commonline.schemas.wire import (
    LAST_PAIRS,
    LONGS,
    OPTIONAL_LONGS,
    PAIRS,
    TIME_LIMIT,
    TIME_START,
    cached_string,
    double_pack,
    encode_int,
    encode_long,
    remember,
)

_join = b"".join

_BOOLEANS = {False: b"\x00", True: b"\x01"}
_TRANSPORT: dict[str, bytes] = {"webhook": b"\x00", "poll": b"\x02", "stream": b"\x04", "upload": b"\x06"}
_MODE: dict[str, bytes] = {"live": b"\x00", "sweep": b"\x02", "backfill": b"\x04", "replay": b"\x06"}
_AUTHENTICATION: dict[str, bytes] = {"none": b"\x00", "signature": b"\x02", "token": b"\x04", "mtls": b"\x06", "session": b"\x08"}
_ACTIVITY_TYPE: dict[str, bytes] = {"Other": b"\x00", "Create": b"\x02", "Update": b"\x04", "Delete": b"\x06", "Undo": b"\x08", "Like": b"\x0a", "Dislike": b"\x0c", "Announce": b"\x0e", "Follow": b"\x10", "Block": b"\x12", "Flag": b"\x14", "Add": b"\x16", "Remove": b"\x18", "Offer": b"\x1a", "Invite": b"\x1c", "Accept": b"\x1e", "Reject": b"\x20", "Join": b"\x22", "Leave": b"\x24", "Move": b"\x26", "View": b"\x28"}
_OPTIONAL_ACTIVITY_TYPE: dict[str | None, bytes] = {None: b"\x00", "Other": b"\x02\x00", "Create": b"\x02\x02", "Update": b"\x02\x04", "Delete": b"\x02\x06", "Undo": b"\x02\x08", "Like": b"\x02\x0a", "Dislike": b"\x02\x0c", "Announce": b"\x02\x0e", "Follow": b"\x02\x10", "Block": b"\x02\x12", "Flag": b"\x02\x14", "Add": b"\x02\x16", "Remove": b"\x02\x18", "Offer": b"\x02\x1a", "Invite": b"\x02\x1c", "Accept": b"\x02\x1e", "Reject": b"\x02\x20", "Join": b"\x02\x22", "Leave": b"\x02\x24", "Move": b"\x02\x26", "View": b"\x02\x28"}
_PARTY_KIND: dict[str, bytes] = {"unknown": b"\x00", "person": b"\x02", "organisation": b"\x04", "application": b"\x06", "group": b"\x08", "anonymous": b"\x0a"}
_SIDE: dict[str, bytes] = {"unknown": b"\x00", "us": b"\x02", "customer": b"\x04", "partner": b"\x06", "other": b"\x08"}
_ROLE: dict[str, bytes] = {"other": b"\x00", "author": b"\x02", "to": b"\x04", "cc": b"\x06", "bcc": b"\x08", "reply_to": b"\x0a", "member": b"\x0c", "subject": b"\x0e", "assignee": b"\x10", "owner": b"\x12", "requester": b"\x14", "follower": b"\x16", "host": b"\x18", "caller": b"\x1a", "callee": b"\x1c", "agent": b"\x1e", "mentioned": b"\x20", "on_behalf_of": b"\x22"}
_CLAIM_RELATION: dict[str, bytes] = {"same_as": b"\x00", "formerly": b"\x02", "merged_into": b"\x04", "member_of": b"\x06"}
_TRUST: dict[str, bytes] = {"asserted": b"\x00", "verified": b"\x02", "entered": b"\x04", "derived": b"\x06"}
_OBJECT_TYPE: dict[str, bytes] = {"Other": b"\x00", "Note": b"\x02", "Article": b"\x04", "Page": b"\x06", "Question": b"\x08", "Image": b"\x0a", "Video": b"\x0c", "Audio": b"\x0e", "Document": b"\x10", "Event": b"\x12", "Profile": b"\x14", "Person": b"\x16", "Organization": b"\x18", "Group": b"\x1a", "Application": b"\x1c", "Ticket": b"\x1e", "Issue": b"\x20", "Call": b"\x22", "Meeting": b"\x24", "Review": b"\x26", "Form": b"\x28", "Task": b"\x2a", "Deal": b"\x2c", "Order": b"\x2e", "Payment": b"\x30", "Product": b"\x32", "Consent": b"\x34", "Employment": b"\x36", "Alert": b"\x38", "Change": b"\x3a", "Record": b"\x3c"}
_SPAN_KIND: dict[str, bytes] = {"link": b"\x00", "mention": b"\x02", "hashtag": b"\x04", "emoji": b"\x06", "quoted": b"\x08", "signature": b"\x0a", "code": b"\x0c"}
_ATTACHMENT_KIND: dict[str, bytes] = {"file": b"\x00", "image": b"\x02", "video": b"\x04", "audio": b"\x06", "link": b"\x08", "location": b"\x0a", "contact": b"\x0c", "sticker": b"\x0e", "recording": b"\x10", "transcript": b"\x12"}
_THREAD_STATE: dict[str, bytes] = {"unknown": b"\x00", "open": b"\x02", "pending": b"\x04", "closed": b"\x06"}
_REFERENCE_KIND: dict[str, bytes] = {"related": b"\x00", "reply": b"\x02", "quote": b"\x04", "forward": b"\x06", "thread": b"\x08", "merged_into": b"\x0a", "split_from": b"\x0c", "parent": b"\x0e", "attachment_of": b"\x10", "target": b"\x12"}
_CHANNEL: dict[str, bytes] = {"other": b"\x00", "post": b"\x02", "comment": b"\x04", "review": b"\x06", "direct_message": b"\x08", "sms": b"\x0a", "email": b"\x0c", "call": b"\x0e", "voicemail": b"\x10", "meeting": b"\x12", "chat": b"\x14", "ticket": b"\x16", "issue": b"\x18", "document": b"\x1a", "form": b"\x1c", "calendar": b"\x1e", "crm": b"\x20", "commerce": b"\x22", "employee": b"\x24", "web": b"\x26", "alert": b"\x28", "news": b"\x2a"}
_DIRECTION: dict[str, bytes] = {"observed": b"\x00", "inbound": b"\x02", "outbound": b"\x04", "internal": b"\x06"}
_VISIBILITY: dict[str, bytes] = {"public": b"\x00", "customer": b"\x02", "partner": b"\x04", "internal": b"\x06", "restricted": b"\x08"}
_CLOCK: dict[str, bytes] = {"received": b"\x00", "source": b"\x02", "author": b"\x04"}
_CONTROL_KIND: dict[str, bytes] = {"other": b"\x00", "configuration": b"\x02", "ruling": b"\x04", "continue": b"\x06"}
_CONVERSATION_EVENT: dict[str, bytes] = {"activity": b"\x00", "merged": b"\x02", "split": b"\x04", "person_changed": b"\x06", "visibility_changed": b"\x08", "erased": b"\x0a"}
_FEED_EVENT: dict[str, bytes] = {"activity": b"\x00", "tombstone": b"\x02", "merged": b"\x04", "split": b"\x06", "entered": b"\x08", "left": b"\x0a"}
_REDACTION_ACTION: dict[str, bytes] = {"removed": b"\x00", "masked": b"\x02", "pseudonym": b"\x04", "generalised": b"\x06"}
_LINK_KIND: dict[str, bytes] = {"account": b"\x00", "thread": b"\x02"}
_VERDICT: dict[str, bytes] = {"same": b"\x00", "different": b"\x02"}
_LINK_STATE: dict[str, bytes] = {"proposed": b"\x00", "active": b"\x02", "revoked": b"\x04"}
_CONSENT_STATE: dict[str, bytes] = {"unknown": b"\x00", "granted": b"\x02", "pending": b"\x04", "denied": b"\x06"}
_STEP: dict[str, bytes] = {"decode": b"\x00", "map": b"\x02", "validate": b"\x04", "encode": b"\x06", "unify": b"\x08", "route": b"\x0a", "redact": b"\x0c"}


def _claim(r: Claim) -> bytes:
    p1 = _CLAIM_RELATION[r.relation]
    p2 = r.account.encode()
    n3 = len(p2)
    p4 = LONGS[n3] if n3 < 8192 else encode_long(n3)
    p5 = _TRUST[r.trust]
    return _join((p1, p4, p2, p5))


def _party(r: Party) -> bytes:
    v1 = r.account
    if v1 is None:
        p3 = b"\x00"
        p4 = b""
    else:
        p4 = v1.encode()
        n2 = len(p4)
        p3 = OPTIONAL_LONGS[n2] if n2 < 8192 else b"\x02" + encode_long(n2)
    p5 = _PARTY_KIND[r.kind]
    p6 = _SIDE[r.side]
    p7 = _ROLE[r.role]
    v8 = r.name
    if v8 is None:
        p10 = b"\x00"
        p11 = b""
    else:
        p11 = v8.encode()
        n9 = len(p11)
        p10 = OPTIONAL_LONGS[n9] if n9 < 8192 else b"\x02" + encode_long(n9)
    v12 = r.handle
    if v12 is None:
        p14 = b"\x00"
        p15 = b""
    else:
        p15 = v12.encode()
        n13 = len(p15)
        p14 = OPTIONAL_LONGS[n13] if n13 < 8192 else b"\x02" + encode_long(n13)
    v16 = r.claims
    if v16.__class__ is not list:
        raise TypeError("list")
    if v16:
        p17 = _join((encode_long(len(v16)), *map(_claim, v16), b"\x00"))
    else:
        p17 = b"\x00"
    return _join((p3, p4, p5, p6, p7, p10, p11, p14, p15, p17))


def _span(r: Span) -> bytes:
    p1 = _SPAN_KIND[r.kind]
    v2 = r.start
    p3 = LONGS[v2] if 0 <= v2 < 8192 else encode_int(v2)
    v4 = r.end
    p5 = LONGS[v4] if 0 <= v4 < 8192 else encode_int(v4)
    v6 = r.value
    if v6 is None:
        p8 = b"\x00"
        p9 = b""
    else:
        p9 = v6.encode()
        n7 = len(p9)
        p8 = OPTIONAL_LONGS[n7] if n7 < 8192 else b"\x02" + encode_long(n7)
    return _join((p1, p3, p5, p8, p9))


def _attachment(r: Attachment) -> bytes:
    p1 = _ATTACHMENT_KIND[r.kind]
    v2 = r.id
    if v2 is None:
        p4 = b"\x00"
        p5 = b""
    else:
        p5 = v2.encode()
        n3 = len(p5)
        p4 = OPTIONAL_LONGS[n3] if n3 < 8192 else b"\x02" + encode_long(n3)
    v6 = r.url
    if v6 is None:
        p8 = b"\x00"
        p9 = b""
    else:
        p9 = v6.encode()
        n7 = len(p9)
        p8 = OPTIONAL_LONGS[n7] if n7 < 8192 else b"\x02" + encode_long(n7)
    v10 = r.media_type
    if v10 is None:
        p12 = b"\x00"
        p13 = b""
    else:
        p13 = v10.encode()
        n11 = len(p13)
        p12 = OPTIONAL_LONGS[n11] if n11 < 8192 else b"\x02" + encode_long(n11)
    v14 = r.name
    if v14 is None:
        p16 = b"\x00"
        p17 = b""
    else:
        p17 = v14.encode()
        n15 = len(p17)
        p16 = OPTIONAL_LONGS[n15] if n15 < 8192 else b"\x02" + encode_long(n15)
    v18 = r.size
    if v18 is None:
        p19 = b"\x00"
    else:
        v20 = v18
        p21 = LONGS[v20] if 0 <= v20 < 8192 else encode_long(v20)
        p19 = _join((b"\x02", p21))
    v22 = r.duration_ms
    if v22 is None:
        p23 = b"\x00"
    else:
        v24 = v22
        p25 = LONGS[v24] if 0 <= v24 < 8192 else encode_long(v24)
        p23 = _join((b"\x02", p25))
    v26 = r.sha256
    if v26 is None:
        p28 = b"\x00"
        p29 = b""
    else:
        p29 = v26.encode()
        n27 = len(p29)
        p28 = OPTIONAL_LONGS[n27] if n27 < 8192 else b"\x02" + encode_long(n27)
    return _join((p1, p4, p5, p8, p9, p12, p13, p16, p17, p19, p23, p28, p29))


def _object(r: Object) -> bytes:
    p1 = r.id.encode()
    n2 = len(p1)
    p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
    p4 = _OBJECT_TYPE[r.type]
    v5 = r.version
    if v5 is None:
        p7 = b"\x00"
        p8 = b""
    else:
        p8 = v5.encode()
        n6 = len(p8)
        p7 = OPTIONAL_LONGS[n6] if n6 < 8192 else b"\x02" + encode_long(n6)
    v9 = r.url
    if v9 is None:
        p11 = b"\x00"
        p12 = b""
    else:
        p12 = v9.encode()
        n10 = len(p12)
        p11 = OPTIONAL_LONGS[n10] if n10 < 8192 else b"\x02" + encode_long(n10)
    v13 = r.title
    if v13 is None:
        p15 = b"\x00"
        p16 = b""
    else:
        p16 = v13.encode()
        n14 = len(p16)
        p15 = OPTIONAL_LONGS[n14] if n14 < 8192 else b"\x02" + encode_long(n14)
    v17 = r.text
    if v17 is None:
        p19 = b"\x00"
        p20 = b""
    else:
        p20 = v17.encode()
        n18 = len(p20)
        p19 = OPTIONAL_LONGS[n18] if n18 < 8192 else b"\x02" + encode_long(n18)
    v21 = r.markup
    p22 = cached_string(v21) or remember(v21)
    v23 = r.language
    if v23 is None:
        p25 = b"\x00"
        p26 = b""
    else:
        p26 = v23.encode()
        n24 = len(p26)
        p25 = OPTIONAL_LONGS[n24] if n24 < 8192 else b"\x02" + encode_long(n24)
    v27 = r.created
    if v27 is None:
        p28 = b"\x00"
    else:
        v29 = v27
        if TIME_START <= v29 < TIME_LIMIT:
            p30 = PAIRS[v29 << 1 & 16383]
            p31 = PAIRS[v29 >> 13 & 16383]
            p32 = PAIRS[v29 >> 27 & 16383]
            p33 = LAST_PAIRS[v29 >> 41]
        else:
            p30 = encode_long(v29)
            p31 = p32 = p33 = b""
        p28 = _join((b"\x02", p30, p31, p32, p33))
    v34 = r.start_time
    if v34 is None:
        p35 = b"\x00"
    else:
        v36 = v34
        if TIME_START <= v36 < TIME_LIMIT:
            p37 = PAIRS[v36 << 1 & 16383]
            p38 = PAIRS[v36 >> 13 & 16383]
            p39 = PAIRS[v36 >> 27 & 16383]
            p40 = LAST_PAIRS[v36 >> 41]
        else:
            p37 = encode_long(v36)
            p38 = p39 = p40 = b""
        p35 = _join((b"\x02", p37, p38, p39, p40))
    v41 = r.end_time
    if v41 is None:
        p42 = b"\x00"
    else:
        v43 = v41
        if TIME_START <= v43 < TIME_LIMIT:
            p44 = PAIRS[v43 << 1 & 16383]
            p45 = PAIRS[v43 >> 13 & 16383]
            p46 = PAIRS[v43 >> 27 & 16383]
            p47 = LAST_PAIRS[v43 >> 41]
        else:
            p44 = encode_long(v43)
            p45 = p46 = p47 = b""
        p42 = _join((b"\x02", p44, p45, p46, p47))
    v48 = r.author
    if v48 is None:
        p49 = b"\x00"
    else:
        r50 = v48
        v51 = r50.account
        if v51 is None:
            p53 = b"\x00"
            p54 = b""
        else:
            p54 = v51.encode()
            n52 = len(p54)
            p53 = OPTIONAL_LONGS[n52] if n52 < 8192 else b"\x02" + encode_long(n52)
        p55 = _PARTY_KIND[r50.kind]
        p56 = _SIDE[r50.side]
        p57 = _ROLE[r50.role]
        v58 = r50.name
        if v58 is None:
            p60 = b"\x00"
            p61 = b""
        else:
            p61 = v58.encode()
            n59 = len(p61)
            p60 = OPTIONAL_LONGS[n59] if n59 < 8192 else b"\x02" + encode_long(n59)
        v62 = r50.handle
        if v62 is None:
            p64 = b"\x00"
            p65 = b""
        else:
            p65 = v62.encode()
            n63 = len(p65)
            p64 = OPTIONAL_LONGS[n63] if n63 < 8192 else b"\x02" + encode_long(n63)
        v66 = r50.claims
        if v66.__class__ is not list:
            raise TypeError("list")
        if v66:
            p67 = _join((encode_long(len(v66)), *map(_claim, v66), b"\x00"))
        else:
            p67 = b"\x00"
        p49 = _join((b"\x02", p53, p54, p55, p56, p57, p60, p61, p64, p65, p67))
    v69 = r.spans
    if v69.__class__ is not list:
        raise TypeError("list")
    if v69:
        p70 = _join((encode_long(len(v69)), *map(_span, v69), b"\x00"))
    else:
        p70 = b"\x00"
    v72 = r.attachments
    if v72.__class__ is not list:
        raise TypeError("list")
    if v72:
        p73 = _join((encode_long(len(v72)), *map(_attachment, v72), b"\x00"))
    else:
        p73 = b"\x00"
    return _join((p3, p1, p4, p7, p8, p11, p12, p15, p16, p19, p20, p22, p25, p26, p28, p35, p42, p49, p70, p73))


def _container(r: Container) -> bytes:
    p1 = r.id.encode()
    n2 = len(p1)
    p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
    v4 = r.name
    if v4 is None:
        p6 = b"\x00"
        p7 = b""
    else:
        p7 = v4.encode()
        n5 = len(p7)
        p6 = OPTIONAL_LONGS[n5] if n5 < 8192 else b"\x02" + encode_long(n5)
    v8 = r.kind
    if v8 is None:
        p10 = b"\x00"
        p11 = b""
    else:
        p11 = v8.encode()
        n9 = len(p11)
        p10 = OPTIONAL_LONGS[n9] if n9 < 8192 else b"\x02" + encode_long(n9)
    return _join((p3, p1, p6, p7, p10, p11))


def _thread(r: Thread) -> bytes:
    p1 = r.id.encode()
    n2 = len(p1)
    p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
    v4 = r.title
    if v4 is None:
        p6 = b"\x00"
        p7 = b""
    else:
        p7 = v4.encode()
        n5 = len(p7)
        p6 = OPTIONAL_LONGS[n5] if n5 < 8192 else b"\x02" + encode_long(n5)
    p8 = _THREAD_STATE[r.state]
    v9 = r.container
    if v9 is None:
        p10 = b"\x00"
    else:
        r11 = v9
        p12 = r11.id.encode()
        n13 = len(p12)
        p14 = LONGS[n13] if n13 < 8192 else encode_long(n13)
        v15 = r11.name
        if v15 is None:
            p17 = b"\x00"
            p18 = b""
        else:
            p18 = v15.encode()
            n16 = len(p18)
            p17 = OPTIONAL_LONGS[n16] if n16 < 8192 else b"\x02" + encode_long(n16)
        v19 = r11.kind
        if v19 is None:
            p21 = b"\x00"
            p22 = b""
        else:
            p22 = v19.encode()
            n20 = len(p22)
            p21 = OPTIONAL_LONGS[n20] if n20 < 8192 else b"\x02" + encode_long(n20)
        p10 = _join((b"\x02", p14, p12, p17, p18, p21, p22))
    return _join((p3, p1, p6, p7, p8, p10))


def _reference(r: Reference) -> bytes:
    p1 = _REFERENCE_KIND[r.kind]
    p2 = r.id.encode()
    n3 = len(p2)
    p4 = LONGS[n3] if n3 < 8192 else encode_long(n3)
    v5 = r.author
    if v5 is None:
        p7 = b"\x00"
        p8 = b""
    else:
        p8 = v5.encode()
        n6 = len(p8)
        p7 = OPTIONAL_LONGS[n6] if n6 < 8192 else b"\x02" + encode_long(n6)
    return _join((p1, p4, p2, p7, p8))


def _change(r: Change) -> bytes:
    p1 = r.field.encode()
    n2 = len(p1)
    p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
    v4 = r.before
    if v4 is None:
        p6 = b"\x00"
        p7 = b""
    else:
        p7 = v4.encode()
        n5 = len(p7)
        p6 = OPTIONAL_LONGS[n5] if n5 < 8192 else b"\x02" + encode_long(n5)
    v8 = r.after
    if v8 is None:
        p10 = b"\x00"
        p11 = b""
    else:
        p11 = v8.encode()
        n9 = len(p11)
        p10 = OPTIONAL_LONGS[n9] if n9 < 8192 else b"\x02" + encode_long(n9)
    return _join((p3, p1, p6, p7, p10, p11))


def _origin(r: Origin) -> bytes:
    p1 = r.delivery.encode()
    if len(p1) != 36:
        raise ValueError("uuid")
    v2 = r.topic
    p3 = cached_string(v2) or remember(v2)
    v4 = r.partition
    p5 = LONGS[v4] if 0 <= v4 < 8192 else encode_int(v4)
    v6 = r.offset
    p7 = LONGS[v6] if 0 <= v6 < 8192 else encode_long(v6)
    v8 = r.entry
    p9 = LONGS[v8] if 0 <= v8 < 8192 else encode_int(v8)
    p10 = _MODE[r.mode]
    return _join((b"\x48", p1, p3, p5, p7, p9, p10))


def _activity(r: Activity) -> bytes:
    p1 = r.id.encode()
    if len(p1) != 36:
        raise ValueError("uuid")
    v2 = r.workspace
    p3 = cached_string(v2) or remember(v2)
    v4 = r.connector
    p5 = cached_string(v4) or remember(v4)
    v6 = r.source
    p7 = cached_string(v6) or remember(v6)
    v8 = r.event
    p9 = cached_string(v8) or remember(v8)
    p10 = _ACTIVITY_TYPE[r.type]
    p11 = _OPTIONAL_ACTIVITY_TYPE[r.undoes]
    v12 = r.edge
    if v12 is None:
        p14 = b"\x00"
        p15 = b""
    else:
        p15 = v12.encode()
        n13 = len(p15)
        p14 = OPTIONAL_LONGS[n13] if n13 < 8192 else b"\x02" + encode_long(n13)
    v16 = r.actor
    if v16 is None:
        p17 = b"\x00"
    else:
        r18 = v16
        v19 = r18.account
        if v19 is None:
            p21 = b"\x00"
            p22 = b""
        else:
            p22 = v19.encode()
            n20 = len(p22)
            p21 = OPTIONAL_LONGS[n20] if n20 < 8192 else b"\x02" + encode_long(n20)
        p23 = _PARTY_KIND[r18.kind]
        p24 = _SIDE[r18.side]
        p25 = _ROLE[r18.role]
        v26 = r18.name
        if v26 is None:
            p28 = b"\x00"
            p29 = b""
        else:
            p29 = v26.encode()
            n27 = len(p29)
            p28 = OPTIONAL_LONGS[n27] if n27 < 8192 else b"\x02" + encode_long(n27)
        v30 = r18.handle
        if v30 is None:
            p32 = b"\x00"
            p33 = b""
        else:
            p33 = v30.encode()
            n31 = len(p33)
            p32 = OPTIONAL_LONGS[n31] if n31 < 8192 else b"\x02" + encode_long(n31)
        v34 = r18.claims
        if v34.__class__ is not list:
            raise TypeError("list")
        if v34:
            p35 = _join((encode_long(len(v34)), *map(_claim, v34), b"\x00"))
        else:
            p35 = b"\x00"
        p17 = _join((b"\x02", p21, p22, p23, p24, p25, p28, p29, p32, p33, p35))
    r37 = r.object
    p38 = r37.id.encode()
    n39 = len(p38)
    p40 = LONGS[n39] if n39 < 8192 else encode_long(n39)
    p41 = _OBJECT_TYPE[r37.type]
    v42 = r37.version
    if v42 is None:
        p44 = b"\x00"
        p45 = b""
    else:
        p45 = v42.encode()
        n43 = len(p45)
        p44 = OPTIONAL_LONGS[n43] if n43 < 8192 else b"\x02" + encode_long(n43)
    v46 = r37.url
    if v46 is None:
        p48 = b"\x00"
        p49 = b""
    else:
        p49 = v46.encode()
        n47 = len(p49)
        p48 = OPTIONAL_LONGS[n47] if n47 < 8192 else b"\x02" + encode_long(n47)
    v50 = r37.title
    if v50 is None:
        p52 = b"\x00"
        p53 = b""
    else:
        p53 = v50.encode()
        n51 = len(p53)
        p52 = OPTIONAL_LONGS[n51] if n51 < 8192 else b"\x02" + encode_long(n51)
    v54 = r37.text
    if v54 is None:
        p56 = b"\x00"
        p57 = b""
    else:
        p57 = v54.encode()
        n55 = len(p57)
        p56 = OPTIONAL_LONGS[n55] if n55 < 8192 else b"\x02" + encode_long(n55)
    v58 = r37.markup
    p59 = cached_string(v58) or remember(v58)
    v60 = r37.language
    if v60 is None:
        p62 = b"\x00"
        p63 = b""
    else:
        p63 = v60.encode()
        n61 = len(p63)
        p62 = OPTIONAL_LONGS[n61] if n61 < 8192 else b"\x02" + encode_long(n61)
    v64 = r37.created
    if v64 is None:
        p65 = b"\x00"
    else:
        v66 = v64
        if TIME_START <= v66 < TIME_LIMIT:
            p67 = PAIRS[v66 << 1 & 16383]
            p68 = PAIRS[v66 >> 13 & 16383]
            p69 = PAIRS[v66 >> 27 & 16383]
            p70 = LAST_PAIRS[v66 >> 41]
        else:
            p67 = encode_long(v66)
            p68 = p69 = p70 = b""
        p65 = _join((b"\x02", p67, p68, p69, p70))
    v71 = r37.start_time
    if v71 is None:
        p72 = b"\x00"
    else:
        v73 = v71
        if TIME_START <= v73 < TIME_LIMIT:
            p74 = PAIRS[v73 << 1 & 16383]
            p75 = PAIRS[v73 >> 13 & 16383]
            p76 = PAIRS[v73 >> 27 & 16383]
            p77 = LAST_PAIRS[v73 >> 41]
        else:
            p74 = encode_long(v73)
            p75 = p76 = p77 = b""
        p72 = _join((b"\x02", p74, p75, p76, p77))
    v78 = r37.end_time
    if v78 is None:
        p79 = b"\x00"
    else:
        v80 = v78
        if TIME_START <= v80 < TIME_LIMIT:
            p81 = PAIRS[v80 << 1 & 16383]
            p82 = PAIRS[v80 >> 13 & 16383]
            p83 = PAIRS[v80 >> 27 & 16383]
            p84 = LAST_PAIRS[v80 >> 41]
        else:
            p81 = encode_long(v80)
            p82 = p83 = p84 = b""
        p79 = _join((b"\x02", p81, p82, p83, p84))
    v85 = r37.author
    if v85 is None:
        p86 = b"\x00"
    else:
        r87 = v85
        v88 = r87.account
        if v88 is None:
            p90 = b"\x00"
            p91 = b""
        else:
            p91 = v88.encode()
            n89 = len(p91)
            p90 = OPTIONAL_LONGS[n89] if n89 < 8192 else b"\x02" + encode_long(n89)
        p92 = _PARTY_KIND[r87.kind]
        p93 = _SIDE[r87.side]
        p94 = _ROLE[r87.role]
        v95 = r87.name
        if v95 is None:
            p97 = b"\x00"
            p98 = b""
        else:
            p98 = v95.encode()
            n96 = len(p98)
            p97 = OPTIONAL_LONGS[n96] if n96 < 8192 else b"\x02" + encode_long(n96)
        v99 = r87.handle
        if v99 is None:
            p101 = b"\x00"
            p102 = b""
        else:
            p102 = v99.encode()
            n100 = len(p102)
            p101 = OPTIONAL_LONGS[n100] if n100 < 8192 else b"\x02" + encode_long(n100)
        v103 = r87.claims
        if v103.__class__ is not list:
            raise TypeError("list")
        if v103:
            p104 = _join((encode_long(len(v103)), *map(_claim, v103), b"\x00"))
        else:
            p104 = b"\x00"
        p86 = _join((b"\x02", p90, p91, p92, p93, p94, p97, p98, p101, p102, p104))
    v106 = r37.spans
    if v106.__class__ is not list:
        raise TypeError("list")
    if v106:
        p107 = _join((encode_long(len(v106)), *map(_span, v106), b"\x00"))
    else:
        p107 = b"\x00"
    v109 = r37.attachments
    if v109.__class__ is not list:
        raise TypeError("list")
    if v109:
        p110 = _join((encode_long(len(v109)), *map(_attachment, v109), b"\x00"))
    else:
        p110 = b"\x00"
    r112 = r.thread
    p113 = r112.id.encode()
    n114 = len(p113)
    p115 = LONGS[n114] if n114 < 8192 else encode_long(n114)
    v116 = r112.title
    if v116 is None:
        p118 = b"\x00"
        p119 = b""
    else:
        p119 = v116.encode()
        n117 = len(p119)
        p118 = OPTIONAL_LONGS[n117] if n117 < 8192 else b"\x02" + encode_long(n117)
    p120 = _THREAD_STATE[r112.state]
    v121 = r112.container
    if v121 is None:
        p122 = b"\x00"
    else:
        r123 = v121
        p124 = r123.id.encode()
        n125 = len(p124)
        p126 = LONGS[n125] if n125 < 8192 else encode_long(n125)
        v127 = r123.name
        if v127 is None:
            p129 = b"\x00"
            p130 = b""
        else:
            p130 = v127.encode()
            n128 = len(p130)
            p129 = OPTIONAL_LONGS[n128] if n128 < 8192 else b"\x02" + encode_long(n128)
        v131 = r123.kind
        if v131 is None:
            p133 = b"\x00"
            p134 = b""
        else:
            p134 = v131.encode()
            n132 = len(p134)
            p133 = OPTIONAL_LONGS[n132] if n132 < 8192 else b"\x02" + encode_long(n132)
        p122 = _join((b"\x02", p126, p124, p129, p130, p133, p134))
    v135 = r.participants
    if v135.__class__ is not list:
        raise TypeError("list")
    if v135:
        p136 = _join((encode_long(len(v135)), *map(_party, v135), b"\x00"))
    else:
        p136 = b"\x00"
    v138 = r.our_account
    if v138 is None:
        p140 = b"\x00"
        p141 = b""
    else:
        p141 = v138.encode()
        n139 = len(p141)
        p140 = OPTIONAL_LONGS[n139] if n139 < 8192 else b"\x02" + encode_long(n139)
    v142 = r.references
    if v142.__class__ is not list:
        raise TypeError("list")
    if v142:
        p143 = _join((encode_long(len(v142)), *map(_reference, v142), b"\x00"))
    else:
        p143 = b"\x00"
    p145 = _CHANNEL[r.channel]
    p146 = _DIRECTION[r.direction]
    p147 = _VISIBILITY[r.visibility]
    p148 = _BOOLEANS[r.automated]
    v149 = r.generator
    if v149 is None:
        p151 = b"\x00"
        p152 = b""
    else:
        p152 = v149.encode()
        n150 = len(p152)
        p151 = OPTIONAL_LONGS[n150] if n150 < 8192 else b"\x02" + encode_long(n150)
    v153 = r.client_ref
    if v153 is None:
        p155 = b"\x00"
        p156 = b""
    else:
        p156 = v153.encode()
        n154 = len(p156)
        p155 = OPTIONAL_LONGS[n154] if n154 < 8192 else b"\x02" + encode_long(n154)
    v157 = r.published
    if TIME_START <= v157 < TIME_LIMIT:
        p158 = PAIRS[v157 << 1 & 16383]
        p159 = PAIRS[v157 >> 13 & 16383]
        p160 = PAIRS[v157 >> 27 & 16383]
        p161 = LAST_PAIRS[v157 >> 41]
    else:
        p158 = encode_long(v157)
        p159 = p160 = p161 = b""
    p162 = _CLOCK[r.clock]
    v163 = r.received
    if TIME_START <= v163 < TIME_LIMIT:
        p164 = PAIRS[v163 << 1 & 16383]
        p165 = PAIRS[v163 >> 13 & 16383]
        p166 = PAIRS[v163 >> 27 & 16383]
        p167 = LAST_PAIRS[v163 >> 41]
    else:
        p164 = encode_long(v163)
        p165 = p166 = p167 = b""
    v168 = r.changes
    if v168.__class__ is not list:
        raise TypeError("list")
    if v168:
        p169 = _join((encode_long(len(v168)), *map(_change, v168), b"\x00"))
    else:
        p169 = b"\x00"
    v171 = r.reaction
    if v171 is None:
        p173 = b"\x00"
        p174 = b""
    else:
        p174 = v171.encode()
        n172 = len(p174)
        p173 = OPTIONAL_LONGS[n172] if n172 < 8192 else b"\x02" + encode_long(n172)
    v175 = r.tags
    if v175.__class__ is not list:
        raise TypeError("list")
    if v175:
        o177 = [encode_long(len(v175))]
        for i178 in v175:
            p179 = i178.encode()
            n180 = len(p179)
            p181 = LONGS[n180] if n180 < 8192 else encode_long(n180)
            o177 += (p181, p179)
        o177.append(b"\x00")
        p176 = _join(o177)
    else:
        p176 = b"\x00"
    v182 = r.metrics
    if v182.__class__ is not dict:
        raise TypeError("dict")
    if v182:
        o184 = [encode_long(len(v182))]
        for k186, i185 in v182.items():
            p187 = k186.encode()
            n188 = len(p187)
            p189 = LONGS[n188] if n188 < 8192 else encode_long(n188)
            p190 = double_pack(i185)
            o184 += (p189, p187, p190)
        o184.append(b"\x00")
        p183 = _join(o184)
    else:
        p183 = b"\x00"
    v191 = r.fields
    if v191.__class__ is not dict:
        raise TypeError("dict")
    if v191:
        o193 = [encode_long(len(v191))]
        for k195, i194 in v191.items():
            p196 = k195.encode()
            n197 = len(p196)
            p198 = LONGS[n197] if n197 < 8192 else encode_long(n197)
            p199 = i194.encode()
            n200 = len(p199)
            p201 = LONGS[n200] if n200 < 8192 else encode_long(n200)
            o193 += (p198, p196, p201, p199)
        o193.append(b"\x00")
        p192 = _join(o193)
    else:
        p192 = b"\x00"
    r202 = r.origin
    p203 = r202.delivery.encode()
    if len(p203) != 36:
        raise ValueError("uuid")
    v204 = r202.topic
    p205 = cached_string(v204) or remember(v204)
    v206 = r202.partition
    p207 = LONGS[v206] if 0 <= v206 < 8192 else encode_int(v206)
    v208 = r202.offset
    p209 = LONGS[v208] if 0 <= v208 < 8192 else encode_long(v208)
    v210 = r202.entry
    p211 = LONGS[v210] if 0 <= v210 < 8192 else encode_int(v210)
    p212 = _MODE[r202.mode]
    return _join((b"\x48", p1, p3, p5, p7, p9, p10, p11, p14, p15, p17, p40, p38, p41, p44, p45, p48, p49, p52, p53, p56, p57, p59, p62, p63, p65, p72, p79, p86, p107, p110, p115, p113, p118, p119, p120, p122, p136, p140, p141, p143, p145, p146, p147, p148, p151, p152, p155, p156, p158, p159, p160, p161, p162, p164, p165, p166, p167, p169, p173, p174, p176, p183, p192, b"\x48", p203, p205, p207, p209, p211, p212))


def _party_person(r: PartyPerson) -> bytes:
    p1 = r.account.encode()
    n2 = len(p1)
    p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
    p4 = r.person.encode()
    if len(p4) != 36:
        raise ValueError("uuid")
    return _join((p3, p1, b"\x48", p4))


def _redaction(r: Redaction) -> bytes:
    p1 = r.path.encode()
    n2 = len(p1)
    p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
    p4 = _REDACTION_ACTION[r.action]
    p5 = r.rule.encode()
    n6 = len(p5)
    p7 = LONGS[n6] if n6 < 8192 else encode_long(n6)
    return _join((p3, p1, p4, p7, p5))


def _person_account(r: PersonAccount) -> bytes:
    p1 = r.account.encode()
    n2 = len(p1)
    p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
    p4 = _TRUST[r.trust]
    v5 = r.link
    if v5 is None:
        p6 = b"\x00"
    else:
        p7 = v5.encode()
        if len(p7) != 36:
            raise ValueError("uuid")
        p6 = _join((b"\x02", b"\x48", p7))
    return _join((p3, p1, p4, p6))


def _consent(r: Consent) -> bytes:
    p1 = r.purpose.encode()
    n2 = len(p1)
    p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
    v4 = r.channel
    if v4 is None:
        p6 = b"\x00"
        p7 = b""
    else:
        p7 = v4.encode()
        n5 = len(p7)
        p6 = OPTIONAL_LONGS[n5] if n5 < 8192 else b"\x02" + encode_long(n5)
    p8 = _CONSENT_STATE[r.state]
    v9 = r.basis
    if v9 is None:
        p11 = b"\x00"
        p12 = b""
    else:
        p12 = v9.encode()
        n10 = len(p12)
        p11 = OPTIONAL_LONGS[n10] if n10 < 8192 else b"\x02" + encode_long(n10)
    v13 = r.at
    if TIME_START <= v13 < TIME_LIMIT:
        p14 = PAIRS[v13 << 1 & 16383]
        p15 = PAIRS[v13 >> 13 & 16383]
        p16 = PAIRS[v13 >> 27 & 16383]
        p17 = LAST_PAIRS[v13 >> 41]
    else:
        p14 = encode_long(v13)
        p15 = p16 = p17 = b""
    p18 = r.activity.encode()
    if len(p18) != 36:
        raise ValueError("uuid")
    return _join((p3, p1, p6, p7, p8, p11, p12, p14, p15, p16, p17, b"\x48", p18))


def encode_delivery(record: Delivery) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.id.encode()
        if len(p1) != 36:
            raise ValueError("uuid")
        v2 = record.workspace
        p3 = cached_string(v2) or remember(v2)
        v4 = record.connector
        p5 = cached_string(v4) or remember(v4)
        v6 = record.source
        p7 = cached_string(v6) or remember(v6)
        p8 = _TRANSPORT[record.transport]
        p9 = _MODE[record.mode]
        p10 = _AUTHENTICATION[record.authentication]
        v11 = record.vendor_id
        if v11 is None:
            p13 = b"\x00"
            p14 = b""
        else:
            p14 = v11.encode()
            n12 = len(p14)
            p13 = OPTIONAL_LONGS[n12] if n12 < 8192 else b"\x02" + encode_long(n12)
        v15 = record.cursor
        if v15 is None:
            p17 = b"\x00"
            p18 = b""
        else:
            p18 = v15.encode()
            n16 = len(p18)
            p17 = OPTIONAL_LONGS[n16] if n16 < 8192 else b"\x02" + encode_long(n16)
        v19 = record.received
        if TIME_START <= v19 < TIME_LIMIT:
            p20 = PAIRS[v19 << 1 & 16383]
            p21 = PAIRS[v19 >> 13 & 16383]
            p22 = PAIRS[v19 >> 27 & 16383]
            p23 = LAST_PAIRS[v19 >> 41]
        else:
            p20 = encode_long(v19)
            p21 = p22 = p23 = b""
        v24 = record.content_type
        p25 = cached_string(v24) or remember(v24)
        v26 = record.headers
        if v26.__class__ is not dict:
            raise TypeError("dict")
        if v26:
            o28 = [encode_long(len(v26))]
            for k30, i29 in v26.items():
                p31 = k30.encode()
                n32 = len(p31)
                p33 = LONGS[n32] if n32 < 8192 else encode_long(n32)
                p34 = i29.encode()
                n35 = len(p34)
                p36 = LONGS[n35] if n35 < 8192 else encode_long(n35)
                o28 += (p33, p31, p36, p34)
            o28.append(b"\x00")
            p27 = _join(o28)
        else:
            p27 = b"\x00"
        v37 = record.request
        if v37 is None:
            p39 = b"\x00"
            p40 = b""
        else:
            p40 = v37.encode()
            n38 = len(p40)
            p39 = OPTIONAL_LONGS[n38] if n38 < 8192 else b"\x02" + encode_long(n38)
        v41 = record.body
        if v41 is None:
            p42 = b"\x00"
        else:
            p43 = v41
            n44 = len(p43)
            p45 = LONGS[n44] if n44 < 8192 else encode_long(n44)
            p42 = _join((b"\x02", p45, p43))
        v46 = record.body_uri
        if v46 is None:
            p48 = b"\x00"
            p49 = b""
        else:
            p49 = v46.encode()
            n47 = len(p49)
            p48 = OPTIONAL_LONGS[n47] if n47 < 8192 else b"\x02" + encode_long(n47)
        v50 = record.body_size
        p51 = LONGS[v50] if 0 <= v50 < 8192 else encode_long(v50)
        p52 = record.body_sha256
        if len(p52) != 32:
            raise ValueError('Sha256')
        return _join((b"\x48", p1, p3, p5, p7, p8, p9, p10, p13, p14, p17, p18, p20, p21, p22, p23, p25, p27, p39, p40, p42, p48, p49, p51, p52))
    except CAUSES as error:
        raise explain("Delivery", record, error) from error


def encode_activity(record: Activity) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.id.encode()
        if len(p1) != 36:
            raise ValueError("uuid")
        v2 = record.workspace
        p3 = cached_string(v2) or remember(v2)
        v4 = record.connector
        p5 = cached_string(v4) or remember(v4)
        v6 = record.source
        p7 = cached_string(v6) or remember(v6)
        v8 = record.event
        p9 = cached_string(v8) or remember(v8)
        p10 = _ACTIVITY_TYPE[record.type]
        p11 = _OPTIONAL_ACTIVITY_TYPE[record.undoes]
        v12 = record.edge
        if v12 is None:
            p14 = b"\x00"
            p15 = b""
        else:
            p15 = v12.encode()
            n13 = len(p15)
            p14 = OPTIONAL_LONGS[n13] if n13 < 8192 else b"\x02" + encode_long(n13)
        v16 = record.actor
        if v16 is None:
            p17 = b"\x00"
        else:
            r18 = v16
            v19 = r18.account
            if v19 is None:
                p21 = b"\x00"
                p22 = b""
            else:
                p22 = v19.encode()
                n20 = len(p22)
                p21 = OPTIONAL_LONGS[n20] if n20 < 8192 else b"\x02" + encode_long(n20)
            p23 = _PARTY_KIND[r18.kind]
            p24 = _SIDE[r18.side]
            p25 = _ROLE[r18.role]
            v26 = r18.name
            if v26 is None:
                p28 = b"\x00"
                p29 = b""
            else:
                p29 = v26.encode()
                n27 = len(p29)
                p28 = OPTIONAL_LONGS[n27] if n27 < 8192 else b"\x02" + encode_long(n27)
            v30 = r18.handle
            if v30 is None:
                p32 = b"\x00"
                p33 = b""
            else:
                p33 = v30.encode()
                n31 = len(p33)
                p32 = OPTIONAL_LONGS[n31] if n31 < 8192 else b"\x02" + encode_long(n31)
            v34 = r18.claims
            if v34.__class__ is not list:
                raise TypeError("list")
            if v34:
                p35 = _join((encode_long(len(v34)), *map(_claim, v34), b"\x00"))
            else:
                p35 = b"\x00"
            p17 = _join((b"\x02", p21, p22, p23, p24, p25, p28, p29, p32, p33, p35))
        r37 = record.object
        p38 = r37.id.encode()
        n39 = len(p38)
        p40 = LONGS[n39] if n39 < 8192 else encode_long(n39)
        p41 = _OBJECT_TYPE[r37.type]
        v42 = r37.version
        if v42 is None:
            p44 = b"\x00"
            p45 = b""
        else:
            p45 = v42.encode()
            n43 = len(p45)
            p44 = OPTIONAL_LONGS[n43] if n43 < 8192 else b"\x02" + encode_long(n43)
        v46 = r37.url
        if v46 is None:
            p48 = b"\x00"
            p49 = b""
        else:
            p49 = v46.encode()
            n47 = len(p49)
            p48 = OPTIONAL_LONGS[n47] if n47 < 8192 else b"\x02" + encode_long(n47)
        v50 = r37.title
        if v50 is None:
            p52 = b"\x00"
            p53 = b""
        else:
            p53 = v50.encode()
            n51 = len(p53)
            p52 = OPTIONAL_LONGS[n51] if n51 < 8192 else b"\x02" + encode_long(n51)
        v54 = r37.text
        if v54 is None:
            p56 = b"\x00"
            p57 = b""
        else:
            p57 = v54.encode()
            n55 = len(p57)
            p56 = OPTIONAL_LONGS[n55] if n55 < 8192 else b"\x02" + encode_long(n55)
        v58 = r37.markup
        p59 = cached_string(v58) or remember(v58)
        v60 = r37.language
        if v60 is None:
            p62 = b"\x00"
            p63 = b""
        else:
            p63 = v60.encode()
            n61 = len(p63)
            p62 = OPTIONAL_LONGS[n61] if n61 < 8192 else b"\x02" + encode_long(n61)
        v64 = r37.created
        if v64 is None:
            p65 = b"\x00"
        else:
            v66 = v64
            if TIME_START <= v66 < TIME_LIMIT:
                p67 = PAIRS[v66 << 1 & 16383]
                p68 = PAIRS[v66 >> 13 & 16383]
                p69 = PAIRS[v66 >> 27 & 16383]
                p70 = LAST_PAIRS[v66 >> 41]
            else:
                p67 = encode_long(v66)
                p68 = p69 = p70 = b""
            p65 = _join((b"\x02", p67, p68, p69, p70))
        v71 = r37.start_time
        if v71 is None:
            p72 = b"\x00"
        else:
            v73 = v71
            if TIME_START <= v73 < TIME_LIMIT:
                p74 = PAIRS[v73 << 1 & 16383]
                p75 = PAIRS[v73 >> 13 & 16383]
                p76 = PAIRS[v73 >> 27 & 16383]
                p77 = LAST_PAIRS[v73 >> 41]
            else:
                p74 = encode_long(v73)
                p75 = p76 = p77 = b""
            p72 = _join((b"\x02", p74, p75, p76, p77))
        v78 = r37.end_time
        if v78 is None:
            p79 = b"\x00"
        else:
            v80 = v78
            if TIME_START <= v80 < TIME_LIMIT:
                p81 = PAIRS[v80 << 1 & 16383]
                p82 = PAIRS[v80 >> 13 & 16383]
                p83 = PAIRS[v80 >> 27 & 16383]
                p84 = LAST_PAIRS[v80 >> 41]
            else:
                p81 = encode_long(v80)
                p82 = p83 = p84 = b""
            p79 = _join((b"\x02", p81, p82, p83, p84))
        v85 = r37.author
        if v85 is None:
            p86 = b"\x00"
        else:
            r87 = v85
            v88 = r87.account
            if v88 is None:
                p90 = b"\x00"
                p91 = b""
            else:
                p91 = v88.encode()
                n89 = len(p91)
                p90 = OPTIONAL_LONGS[n89] if n89 < 8192 else b"\x02" + encode_long(n89)
            p92 = _PARTY_KIND[r87.kind]
            p93 = _SIDE[r87.side]
            p94 = _ROLE[r87.role]
            v95 = r87.name
            if v95 is None:
                p97 = b"\x00"
                p98 = b""
            else:
                p98 = v95.encode()
                n96 = len(p98)
                p97 = OPTIONAL_LONGS[n96] if n96 < 8192 else b"\x02" + encode_long(n96)
            v99 = r87.handle
            if v99 is None:
                p101 = b"\x00"
                p102 = b""
            else:
                p102 = v99.encode()
                n100 = len(p102)
                p101 = OPTIONAL_LONGS[n100] if n100 < 8192 else b"\x02" + encode_long(n100)
            v103 = r87.claims
            if v103.__class__ is not list:
                raise TypeError("list")
            if v103:
                p104 = _join((encode_long(len(v103)), *map(_claim, v103), b"\x00"))
            else:
                p104 = b"\x00"
            p86 = _join((b"\x02", p90, p91, p92, p93, p94, p97, p98, p101, p102, p104))
        v106 = r37.spans
        if v106.__class__ is not list:
            raise TypeError("list")
        if v106:
            p107 = _join((encode_long(len(v106)), *map(_span, v106), b"\x00"))
        else:
            p107 = b"\x00"
        v109 = r37.attachments
        if v109.__class__ is not list:
            raise TypeError("list")
        if v109:
            p110 = _join((encode_long(len(v109)), *map(_attachment, v109), b"\x00"))
        else:
            p110 = b"\x00"
        r112 = record.thread
        p113 = r112.id.encode()
        n114 = len(p113)
        p115 = LONGS[n114] if n114 < 8192 else encode_long(n114)
        v116 = r112.title
        if v116 is None:
            p118 = b"\x00"
            p119 = b""
        else:
            p119 = v116.encode()
            n117 = len(p119)
            p118 = OPTIONAL_LONGS[n117] if n117 < 8192 else b"\x02" + encode_long(n117)
        p120 = _THREAD_STATE[r112.state]
        v121 = r112.container
        if v121 is None:
            p122 = b"\x00"
        else:
            r123 = v121
            p124 = r123.id.encode()
            n125 = len(p124)
            p126 = LONGS[n125] if n125 < 8192 else encode_long(n125)
            v127 = r123.name
            if v127 is None:
                p129 = b"\x00"
                p130 = b""
            else:
                p130 = v127.encode()
                n128 = len(p130)
                p129 = OPTIONAL_LONGS[n128] if n128 < 8192 else b"\x02" + encode_long(n128)
            v131 = r123.kind
            if v131 is None:
                p133 = b"\x00"
                p134 = b""
            else:
                p134 = v131.encode()
                n132 = len(p134)
                p133 = OPTIONAL_LONGS[n132] if n132 < 8192 else b"\x02" + encode_long(n132)
            p122 = _join((b"\x02", p126, p124, p129, p130, p133, p134))
        v135 = record.participants
        if v135.__class__ is not list:
            raise TypeError("list")
        if v135:
            p136 = _join((encode_long(len(v135)), *map(_party, v135), b"\x00"))
        else:
            p136 = b"\x00"
        v138 = record.our_account
        if v138 is None:
            p140 = b"\x00"
            p141 = b""
        else:
            p141 = v138.encode()
            n139 = len(p141)
            p140 = OPTIONAL_LONGS[n139] if n139 < 8192 else b"\x02" + encode_long(n139)
        v142 = record.references
        if v142.__class__ is not list:
            raise TypeError("list")
        if v142:
            p143 = _join((encode_long(len(v142)), *map(_reference, v142), b"\x00"))
        else:
            p143 = b"\x00"
        p145 = _CHANNEL[record.channel]
        p146 = _DIRECTION[record.direction]
        p147 = _VISIBILITY[record.visibility]
        p148 = _BOOLEANS[record.automated]
        v149 = record.generator
        if v149 is None:
            p151 = b"\x00"
            p152 = b""
        else:
            p152 = v149.encode()
            n150 = len(p152)
            p151 = OPTIONAL_LONGS[n150] if n150 < 8192 else b"\x02" + encode_long(n150)
        v153 = record.client_ref
        if v153 is None:
            p155 = b"\x00"
            p156 = b""
        else:
            p156 = v153.encode()
            n154 = len(p156)
            p155 = OPTIONAL_LONGS[n154] if n154 < 8192 else b"\x02" + encode_long(n154)
        v157 = record.published
        if TIME_START <= v157 < TIME_LIMIT:
            p158 = PAIRS[v157 << 1 & 16383]
            p159 = PAIRS[v157 >> 13 & 16383]
            p160 = PAIRS[v157 >> 27 & 16383]
            p161 = LAST_PAIRS[v157 >> 41]
        else:
            p158 = encode_long(v157)
            p159 = p160 = p161 = b""
        p162 = _CLOCK[record.clock]
        v163 = record.received
        if TIME_START <= v163 < TIME_LIMIT:
            p164 = PAIRS[v163 << 1 & 16383]
            p165 = PAIRS[v163 >> 13 & 16383]
            p166 = PAIRS[v163 >> 27 & 16383]
            p167 = LAST_PAIRS[v163 >> 41]
        else:
            p164 = encode_long(v163)
            p165 = p166 = p167 = b""
        v168 = record.changes
        if v168.__class__ is not list:
            raise TypeError("list")
        if v168:
            p169 = _join((encode_long(len(v168)), *map(_change, v168), b"\x00"))
        else:
            p169 = b"\x00"
        v171 = record.reaction
        if v171 is None:
            p173 = b"\x00"
            p174 = b""
        else:
            p174 = v171.encode()
            n172 = len(p174)
            p173 = OPTIONAL_LONGS[n172] if n172 < 8192 else b"\x02" + encode_long(n172)
        v175 = record.tags
        if v175.__class__ is not list:
            raise TypeError("list")
        if v175:
            o177 = [encode_long(len(v175))]
            for i178 in v175:
                p179 = i178.encode()
                n180 = len(p179)
                p181 = LONGS[n180] if n180 < 8192 else encode_long(n180)
                o177 += (p181, p179)
            o177.append(b"\x00")
            p176 = _join(o177)
        else:
            p176 = b"\x00"
        v182 = record.metrics
        if v182.__class__ is not dict:
            raise TypeError("dict")
        if v182:
            o184 = [encode_long(len(v182))]
            for k186, i185 in v182.items():
                p187 = k186.encode()
                n188 = len(p187)
                p189 = LONGS[n188] if n188 < 8192 else encode_long(n188)
                p190 = double_pack(i185)
                o184 += (p189, p187, p190)
            o184.append(b"\x00")
            p183 = _join(o184)
        else:
            p183 = b"\x00"
        v191 = record.fields
        if v191.__class__ is not dict:
            raise TypeError("dict")
        if v191:
            o193 = [encode_long(len(v191))]
            for k195, i194 in v191.items():
                p196 = k195.encode()
                n197 = len(p196)
                p198 = LONGS[n197] if n197 < 8192 else encode_long(n197)
                p199 = i194.encode()
                n200 = len(p199)
                p201 = LONGS[n200] if n200 < 8192 else encode_long(n200)
                o193 += (p198, p196, p201, p199)
            o193.append(b"\x00")
            p192 = _join(o193)
        else:
            p192 = b"\x00"
        r202 = record.origin
        p203 = r202.delivery.encode()
        if len(p203) != 36:
            raise ValueError("uuid")
        v204 = r202.topic
        p205 = cached_string(v204) or remember(v204)
        v206 = r202.partition
        p207 = LONGS[v206] if 0 <= v206 < 8192 else encode_int(v206)
        v208 = r202.offset
        p209 = LONGS[v208] if 0 <= v208 < 8192 else encode_long(v208)
        v210 = r202.entry
        p211 = LONGS[v210] if 0 <= v210 < 8192 else encode_int(v210)
        p212 = _MODE[r202.mode]
        return _join((b"\x48", p1, p3, p5, p7, p9, p10, p11, p14, p15, p17, p40, p38, p41, p44, p45, p48, p49, p52, p53, p56, p57, p59, p62, p63, p65, p72, p79, p86, p107, p110, p115, p113, p118, p119, p120, p122, p136, p140, p141, p143, p145, p146, p147, p148, p151, p152, p155, p156, p158, p159, p160, p161, p162, p164, p165, p166, p167, p169, p173, p174, p176, p183, p192, b"\x48", p203, p205, p207, p209, p211, p212))
    except CAUSES as error:
        raise explain("Activity", record, error) from error


def encode_control(record: Control) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.id.encode()
        if len(p1) != 36:
            raise ValueError("uuid")
        p2 = record.workspace.encode()
        n3 = len(p2)
        p4 = LONGS[n3] if n3 < 8192 else encode_long(n3)
        p5 = _CONTROL_KIND[record.kind]
        v6 = record.at
        if TIME_START <= v6 < TIME_LIMIT:
            p7 = PAIRS[v6 << 1 & 16383]
            p8 = PAIRS[v6 >> 13 & 16383]
            p9 = PAIRS[v6 >> 27 & 16383]
            p10 = LAST_PAIRS[v6 >> 41]
        else:
            p7 = encode_long(v6)
            p8 = p9 = p10 = b""
        v11 = record.by
        if v11 is None:
            p13 = b"\x00"
            p14 = b""
        else:
            p14 = v11.encode()
            n12 = len(p14)
            p13 = OPTIONAL_LONGS[n12] if n12 < 8192 else b"\x02" + encode_long(n12)
        p15 = record.body.encode()
        n16 = len(p15)
        p17 = LONGS[n16] if n16 < 8192 else encode_long(n16)
        return _join((b"\x48", p1, p4, p2, p5, p7, p8, p9, p10, p13, p14, p17, p15))
    except CAUSES as error:
        raise explain("Control", record, error) from error


def encode_conversation_activity(record: ConversationActivity) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = _CONVERSATION_EVENT[record.event]
        v2 = record.workspace
        p3 = cached_string(v2) or remember(v2)
        v4 = record.seq
        p5 = LONGS[v4] if 0 <= v4 < 8192 else encode_long(v4)
        p6 = record.conversation.encode()
        if len(p6) != 36:
            raise ValueError("uuid")
        v7 = record.person
        if v7 is None:
            p8 = b"\x00"
        else:
            p9 = v7.encode()
            if len(p9) != 36:
                raise ValueError("uuid")
            p8 = _join((b"\x02", b"\x48", p9))
        v10 = record.persons
        if v10.__class__ is not list:
            raise TypeError("list")
        if v10:
            p11 = _join((encode_long(len(v10)), *map(_party_person, v10), b"\x00"))
        else:
            p11 = b"\x00"
        p13 = _VISIBILITY[record.visibility]
        v14 = record.feeds
        if v14.__class__ is not list:
            raise TypeError("list")
        if v14:
            o16 = [encode_long(len(v14))]
            for i17 in v14:
                p18 = i17.encode()
                n19 = len(p18)
                p20 = LONGS[n19] if n19 < 8192 else encode_long(n19)
                o16 += (p20, p18)
            o16.append(b"\x00")
            p15 = _join(o16)
        else:
            p15 = b"\x00"
        v21 = record.other
        if v21 is None:
            p22 = b"\x00"
        else:
            p23 = v21.encode()
            if len(p23) != 36:
                raise ValueError("uuid")
            p22 = _join((b"\x02", b"\x48", p23))
        v24 = record.threads
        if v24.__class__ is not list:
            raise TypeError("list")
        if v24:
            o26 = [encode_long(len(v24))]
            for i27 in v24:
                p28 = i27.encode()
                n29 = len(p28)
                p30 = LONGS[n29] if n29 < 8192 else encode_long(n29)
                o26 += (p30, p28)
            o26.append(b"\x00")
            p25 = _join(o26)
        else:
            p25 = b"\x00"
        v31 = record.link
        if v31 is None:
            p32 = b"\x00"
        else:
            p33 = v31.encode()
            if len(p33) != 36:
                raise ValueError("uuid")
            p32 = _join((b"\x02", b"\x48", p33))
        v34 = record.known
        if TIME_START <= v34 < TIME_LIMIT:
            p35 = PAIRS[v34 << 1 & 16383]
            p36 = PAIRS[v34 >> 13 & 16383]
            p37 = PAIRS[v34 >> 27 & 16383]
            p38 = LAST_PAIRS[v34 >> 41]
        else:
            p35 = encode_long(v34)
            p36 = p37 = p38 = b""
        v39 = record.supersedes
        if v39 is None:
            p41 = b"\x00"
            p42 = b""
        else:
            p42 = v39.encode()
            n40 = len(p42)
            p41 = OPTIONAL_LONGS[n40] if n40 < 8192 else b"\x02" + encode_long(n40)
        v43 = record.activity
        if v43 is None:
            p44 = b"\x00"
        else:
            p45 = _activity(v43)
            p44 = _join((b"\x02", p45))
        return _join((p1, p3, p5, b"\x48", p6, p8, p11, p13, p15, p22, p25, p32, p35, p36, p37, p38, p41, p42, p44))
    except CAUSES as error:
        raise explain("ConversationActivity", record, error) from error


def encode_conversation_activity_prefix(record: ConversationActivity) -> bytes:
    """All but the last field, then the branch that says an Activity follows: append its encoding.

    `record.activity` is not read.
    """
    try:
        p1 = _CONVERSATION_EVENT[record.event]
        v2 = record.workspace
        p3 = cached_string(v2) or remember(v2)
        v4 = record.seq
        p5 = LONGS[v4] if 0 <= v4 < 8192 else encode_long(v4)
        p6 = record.conversation.encode()
        if len(p6) != 36:
            raise ValueError("uuid")
        v7 = record.person
        if v7 is None:
            p8 = b"\x00"
        else:
            p9 = v7.encode()
            if len(p9) != 36:
                raise ValueError("uuid")
            p8 = _join((b"\x02", b"\x48", p9))
        v10 = record.persons
        if v10.__class__ is not list:
            raise TypeError("list")
        if v10:
            p11 = _join((encode_long(len(v10)), *map(_party_person, v10), b"\x00"))
        else:
            p11 = b"\x00"
        p13 = _VISIBILITY[record.visibility]
        v14 = record.feeds
        if v14.__class__ is not list:
            raise TypeError("list")
        if v14:
            o16 = [encode_long(len(v14))]
            for i17 in v14:
                p18 = i17.encode()
                n19 = len(p18)
                p20 = LONGS[n19] if n19 < 8192 else encode_long(n19)
                o16 += (p20, p18)
            o16.append(b"\x00")
            p15 = _join(o16)
        else:
            p15 = b"\x00"
        v21 = record.other
        if v21 is None:
            p22 = b"\x00"
        else:
            p23 = v21.encode()
            if len(p23) != 36:
                raise ValueError("uuid")
            p22 = _join((b"\x02", b"\x48", p23))
        v24 = record.threads
        if v24.__class__ is not list:
            raise TypeError("list")
        if v24:
            o26 = [encode_long(len(v24))]
            for i27 in v24:
                p28 = i27.encode()
                n29 = len(p28)
                p30 = LONGS[n29] if n29 < 8192 else encode_long(n29)
                o26 += (p30, p28)
            o26.append(b"\x00")
            p25 = _join(o26)
        else:
            p25 = b"\x00"
        v31 = record.link
        if v31 is None:
            p32 = b"\x00"
        else:
            p33 = v31.encode()
            if len(p33) != 36:
                raise ValueError("uuid")
            p32 = _join((b"\x02", b"\x48", p33))
        v34 = record.known
        if TIME_START <= v34 < TIME_LIMIT:
            p35 = PAIRS[v34 << 1 & 16383]
            p36 = PAIRS[v34 >> 13 & 16383]
            p37 = PAIRS[v34 >> 27 & 16383]
            p38 = LAST_PAIRS[v34 >> 41]
        else:
            p35 = encode_long(v34)
            p36 = p37 = p38 = b""
        v39 = record.supersedes
        if v39 is None:
            p41 = b"\x00"
            p42 = b""
        else:
            p42 = v39.encode()
            n40 = len(p42)
            p41 = OPTIONAL_LONGS[n40] if n40 < 8192 else b"\x02" + encode_long(n40)
        return _join((p1, p3, p5, b"\x48", p6, p8, p11, p13, p15, p22, p25, p32, p35, p36, p37, p38, p41, p42, b"\x02"))
    except CAUSES as error:
        raise explain("ConversationActivity", record, error) from error


def encode_feed_activity(record: FeedActivity) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = _FEED_EVENT[record.event]
        v2 = record.workspace
        p3 = cached_string(v2) or remember(v2)
        v4 = record.feed
        p5 = cached_string(v4) or remember(v4)
        v6 = record.seq
        p7 = LONGS[v6] if 0 <= v6 < 8192 else encode_long(v6)
        p8 = record.conversation.encode()
        if len(p8) != 36:
            raise ValueError("uuid")
        v9 = record.other
        if v9 is None:
            p10 = b"\x00"
        else:
            p11 = v9.encode()
            if len(p11) != 36:
                raise ValueError("uuid")
            p10 = _join((b"\x02", b"\x48", p11))
        v12 = record.policy
        p13 = cached_string(v12) or remember(v12)
        v14 = record.rules
        if v14.__class__ is not list:
            raise TypeError("list")
        if v14:
            o16 = [encode_long(len(v14))]
            for i17 in v14:
                p18 = i17.encode()
                n19 = len(p18)
                p20 = LONGS[n19] if n19 < 8192 else encode_long(n19)
                o16 += (p20, p18)
            o16.append(b"\x00")
            p15 = _join(o16)
        else:
            p15 = b"\x00"
        v21 = record.redactions
        if v21.__class__ is not list:
            raise TypeError("list")
        if v21:
            p22 = _join((encode_long(len(v21)), *map(_redaction, v21), b"\x00"))
        else:
            p22 = b"\x00"
        v24 = record.fact
        if v24 is None:
            p25 = b"\x00"
        else:
            p26 = v24
            if len(p26) != 16:
                raise ValueError('FactHash')
            p25 = _join((b"\x02", p26))
        p27 = _BOOLEANS[record.catch_up]
        v28 = record.count
        if v28 is None:
            p29 = b"\x00"
        else:
            v30 = v28
            p31 = LONGS[v30] if 0 <= v30 < 8192 else encode_int(v30)
            p29 = _join((b"\x02", p31))
        v32 = record.persons
        if v32.__class__ is not list:
            raise TypeError("list")
        if v32:
            p33 = _join((encode_long(len(v32)), *map(_party_person, v32), b"\x00"))
        else:
            p33 = b"\x00"
        p35 = _VISIBILITY[record.visibility]
        v36 = record.known
        if TIME_START <= v36 < TIME_LIMIT:
            p37 = PAIRS[v36 << 1 & 16383]
            p38 = PAIRS[v36 >> 13 & 16383]
            p39 = PAIRS[v36 >> 27 & 16383]
            p40 = LAST_PAIRS[v36 >> 41]
        else:
            p37 = encode_long(v36)
            p38 = p39 = p40 = b""
        v41 = record.object
        if v41 is None:
            p43 = b"\x00"
            p44 = b""
        else:
            p44 = v41.encode()
            n42 = len(p44)
            p43 = OPTIONAL_LONGS[n42] if n42 < 8192 else b"\x02" + encode_long(n42)
        v45 = record.item
        if v45 is None:
            p46 = b"\x00"
        else:
            p47 = _activity(v45)
            p46 = _join((b"\x02", p47))
        return _join((p1, p3, p5, p7, b"\x48", p8, p10, p13, p15, p22, p25, p27, p29, p33, p35, p37, p38, p39, p40, p43, p44, p46))
    except CAUSES as error:
        raise explain("FeedActivity", record, error) from error


def encode_feed_activity_prefix(record: FeedActivity) -> bytes:
    """All but the last field, then the branch that says an Activity follows: append its encoding.

    `record.item` is not read.
    """
    try:
        p1 = _FEED_EVENT[record.event]
        v2 = record.workspace
        p3 = cached_string(v2) or remember(v2)
        v4 = record.feed
        p5 = cached_string(v4) or remember(v4)
        v6 = record.seq
        p7 = LONGS[v6] if 0 <= v6 < 8192 else encode_long(v6)
        p8 = record.conversation.encode()
        if len(p8) != 36:
            raise ValueError("uuid")
        v9 = record.other
        if v9 is None:
            p10 = b"\x00"
        else:
            p11 = v9.encode()
            if len(p11) != 36:
                raise ValueError("uuid")
            p10 = _join((b"\x02", b"\x48", p11))
        v12 = record.policy
        p13 = cached_string(v12) or remember(v12)
        v14 = record.rules
        if v14.__class__ is not list:
            raise TypeError("list")
        if v14:
            o16 = [encode_long(len(v14))]
            for i17 in v14:
                p18 = i17.encode()
                n19 = len(p18)
                p20 = LONGS[n19] if n19 < 8192 else encode_long(n19)
                o16 += (p20, p18)
            o16.append(b"\x00")
            p15 = _join(o16)
        else:
            p15 = b"\x00"
        v21 = record.redactions
        if v21.__class__ is not list:
            raise TypeError("list")
        if v21:
            p22 = _join((encode_long(len(v21)), *map(_redaction, v21), b"\x00"))
        else:
            p22 = b"\x00"
        v24 = record.fact
        if v24 is None:
            p25 = b"\x00"
        else:
            p26 = v24
            if len(p26) != 16:
                raise ValueError('FactHash')
            p25 = _join((b"\x02", p26))
        p27 = _BOOLEANS[record.catch_up]
        v28 = record.count
        if v28 is None:
            p29 = b"\x00"
        else:
            v30 = v28
            p31 = LONGS[v30] if 0 <= v30 < 8192 else encode_int(v30)
            p29 = _join((b"\x02", p31))
        v32 = record.persons
        if v32.__class__ is not list:
            raise TypeError("list")
        if v32:
            p33 = _join((encode_long(len(v32)), *map(_party_person, v32), b"\x00"))
        else:
            p33 = b"\x00"
        p35 = _VISIBILITY[record.visibility]
        v36 = record.known
        if TIME_START <= v36 < TIME_LIMIT:
            p37 = PAIRS[v36 << 1 & 16383]
            p38 = PAIRS[v36 >> 13 & 16383]
            p39 = PAIRS[v36 >> 27 & 16383]
            p40 = LAST_PAIRS[v36 >> 41]
        else:
            p37 = encode_long(v36)
            p38 = p39 = p40 = b""
        v41 = record.object
        if v41 is None:
            p43 = b"\x00"
            p44 = b""
        else:
            p44 = v41.encode()
            n42 = len(p44)
            p43 = OPTIONAL_LONGS[n42] if n42 < 8192 else b"\x02" + encode_long(n42)
        return _join((p1, p3, p5, p7, b"\x48", p8, p10, p13, p15, p22, p25, p27, p29, p33, p35, p37, p38, p39, p40, p43, p44, b"\x02"))
    except CAUSES as error:
        raise explain("FeedActivity", record, error) from error


def encode_link(record: Link) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.id.encode()
        if len(p1) != 36:
            raise ValueError("uuid")
        p2 = record.workspace.encode()
        n3 = len(p2)
        p4 = LONGS[n3] if n3 < 8192 else encode_long(n3)
        p5 = _LINK_KIND[record.kind]
        p6 = record.a.encode()
        n7 = len(p6)
        p8 = LONGS[n7] if n7 < 8192 else encode_long(n7)
        p9 = record.b.encode()
        n10 = len(p9)
        p11 = LONGS[n10] if n10 < 8192 else encode_long(n10)
        p12 = _VERDICT[record.verdict]
        p13 = _LINK_STATE[record.state]
        p14 = double_pack(record.confidence)
        v15 = record.rule
        if v15 is None:
            p17 = b"\x00"
            p18 = b""
        else:
            p18 = v15.encode()
            n16 = len(p18)
            p17 = OPTIONAL_LONGS[n16] if n16 < 8192 else b"\x02" + encode_long(n16)
        v19 = record.ruled_by
        if v19 is None:
            p21 = b"\x00"
            p22 = b""
        else:
            p22 = v19.encode()
            n20 = len(p22)
            p21 = OPTIONAL_LONGS[n20] if n20 < 8192 else b"\x02" + encode_long(n20)
        v23 = record.reason
        if v23 is None:
            p25 = b"\x00"
            p26 = b""
        else:
            p26 = v23.encode()
            n24 = len(p26)
            p25 = OPTIONAL_LONGS[n24] if n24 < 8192 else b"\x02" + encode_long(n24)
        v27 = record.evidence
        if v27.__class__ is not list:
            raise TypeError("list")
        if v27:
            o29 = [encode_long(len(v27))]
            for i30 in v27:
                p31 = i30.encode()
                if len(p31) != 36:
                    raise ValueError("uuid")
                o29 += (b"\x48", p31)
            o29.append(b"\x00")
            p28 = _join(o29)
        else:
            p28 = b"\x00"
        v32 = record.revision
        p33 = LONGS[v32] if 0 <= v32 < 8192 else encode_int(v32)
        v34 = record.at
        if TIME_START <= v34 < TIME_LIMIT:
            p35 = PAIRS[v34 << 1 & 16383]
            p36 = PAIRS[v34 >> 13 & 16383]
            p37 = PAIRS[v34 >> 27 & 16383]
            p38 = LAST_PAIRS[v34 >> 41]
        else:
            p35 = encode_long(v34)
            p36 = p37 = p38 = b""
        return _join((b"\x48", p1, p4, p2, p5, p8, p6, p11, p9, p12, p13, p14, p17, p18, p21, p22, p25, p26, p28, p33, p35, p36, p37, p38))
    except CAUSES as error:
        raise explain("Link", record, error) from error


def encode_person(record: Person) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.id.encode()
        if len(p1) != 36:
            raise ValueError("uuid")
        p2 = record.workspace.encode()
        n3 = len(p2)
        p4 = LONGS[n3] if n3 < 8192 else encode_long(n3)
        p5 = _PARTY_KIND[record.kind]
        p6 = _SIDE[record.side]
        v7 = record.name
        if v7 is None:
            p9 = b"\x00"
            p10 = b""
        else:
            p10 = v7.encode()
            n8 = len(p10)
            p9 = OPTIONAL_LONGS[n8] if n8 < 8192 else b"\x02" + encode_long(n8)
        v11 = record.language
        if v11 is None:
            p13 = b"\x00"
            p14 = b""
        else:
            p14 = v11.encode()
            n12 = len(p14)
            p13 = OPTIONAL_LONGS[n12] if n12 < 8192 else b"\x02" + encode_long(n12)
        v15 = record.accounts
        if v15.__class__ is not list:
            raise TypeError("list")
        if v15:
            p16 = _join((encode_long(len(v15)), *map(_person_account, v15), b"\x00"))
        else:
            p16 = b"\x00"
        v18 = record.organisations
        if v18.__class__ is not list:
            raise TypeError("list")
        if v18:
            o20 = [encode_long(len(v18))]
            for i21 in v18:
                p22 = i21.encode()
                n23 = len(p22)
                p24 = LONGS[n23] if n23 < 8192 else encode_long(n23)
                o20 += (p24, p22)
            o20.append(b"\x00")
            p19 = _join(o20)
        else:
            p19 = b"\x00"
        v25 = record.consents
        if v25.__class__ is not list:
            raise TypeError("list")
        if v25:
            p26 = _join((encode_long(len(v25)), *map(_consent, v25), b"\x00"))
        else:
            p26 = b"\x00"
        v28 = record.merged_into
        if v28 is None:
            p29 = b"\x00"
        else:
            p30 = v28.encode()
            if len(p30) != 36:
                raise ValueError("uuid")
            p29 = _join((b"\x02", b"\x48", p30))
        v31 = record.split_from
        if v31 is None:
            p32 = b"\x00"
        else:
            p33 = v31.encode()
            if len(p33) != 36:
                raise ValueError("uuid")
            p32 = _join((b"\x02", b"\x48", p33))
        v34 = record.erased
        if v34 is None:
            p35 = b"\x00"
        else:
            v36 = v34
            if TIME_START <= v36 < TIME_LIMIT:
                p37 = PAIRS[v36 << 1 & 16383]
                p38 = PAIRS[v36 >> 13 & 16383]
                p39 = PAIRS[v36 >> 27 & 16383]
                p40 = LAST_PAIRS[v36 >> 41]
            else:
                p37 = encode_long(v36)
                p38 = p39 = p40 = b""
            p35 = _join((b"\x02", p37, p38, p39, p40))
        v41 = record.revision
        p42 = LONGS[v41] if 0 <= v41 < 8192 else encode_int(v41)
        v43 = record.first_seen
        if TIME_START <= v43 < TIME_LIMIT:
            p44 = PAIRS[v43 << 1 & 16383]
            p45 = PAIRS[v43 >> 13 & 16383]
            p46 = PAIRS[v43 >> 27 & 16383]
            p47 = LAST_PAIRS[v43 >> 41]
        else:
            p44 = encode_long(v43)
            p45 = p46 = p47 = b""
        v48 = record.last_seen
        if TIME_START <= v48 < TIME_LIMIT:
            p49 = PAIRS[v48 << 1 & 16383]
            p50 = PAIRS[v48 >> 13 & 16383]
            p51 = PAIRS[v48 >> 27 & 16383]
            p52 = LAST_PAIRS[v48 >> 41]
        else:
            p49 = encode_long(v48)
            p50 = p51 = p52 = b""
        return _join((b"\x48", p1, p4, p2, p5, p6, p9, p10, p13, p14, p16, p19, p26, p29, p32, p35, p42, p44, p45, p46, p47, p49, p50, p51, p52))
    except CAUSES as error:
        raise explain("Person", record, error) from error


def encode_dead_letter(record: DeadLetter) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.id.encode()
        if len(p1) != 36:
            raise ValueError("uuid")
        p2 = record.workspace.encode()
        n3 = len(p2)
        p4 = LONGS[n3] if n3 < 8192 else encode_long(n3)
        p5 = record.connector.encode()
        n6 = len(p5)
        p7 = LONGS[n6] if n6 < 8192 else encode_long(n6)
        p8 = record.source.encode()
        n9 = len(p8)
        p10 = LONGS[n9] if n9 < 8192 else encode_long(n9)
        p11 = _STEP[record.step]
        p12 = record.cause.encode()
        n13 = len(p12)
        p14 = LONGS[n13] if n13 < 8192 else encode_long(n13)
        p15 = record.message.encode()
        n16 = len(p15)
        p17 = LONGS[n16] if n16 < 8192 else encode_long(n16)
        v18 = record.path
        if v18 is None:
            p20 = b"\x00"
            p21 = b""
        else:
            p21 = v18.encode()
            n19 = len(p21)
            p20 = OPTIONAL_LONGS[n19] if n19 < 8192 else b"\x02" + encode_long(n19)
        v22 = record.entry
        if v22 is None:
            p23 = b"\x00"
        else:
            v24 = v22
            p25 = LONGS[v24] if 0 <= v24 < 8192 else encode_int(v24)
            p23 = _join((b"\x02", p25))
        v26 = record.topic
        if v26 is None:
            p28 = b"\x00"
            p29 = b""
        else:
            p29 = v26.encode()
            n27 = len(p29)
            p28 = OPTIONAL_LONGS[n27] if n27 < 8192 else b"\x02" + encode_long(n27)
        v30 = record.partition
        if v30 is None:
            p31 = b"\x00"
        else:
            v32 = v30
            p33 = LONGS[v32] if 0 <= v32 < 8192 else encode_int(v32)
            p31 = _join((b"\x02", p33))
        v34 = record.offset
        if v34 is None:
            p35 = b"\x00"
        else:
            v36 = v34
            p37 = LONGS[v36] if 0 <= v36 < 8192 else encode_long(v36)
            p35 = _join((b"\x02", p37))
        p38 = record.software.encode()
        n39 = len(p38)
        p40 = LONGS[n39] if n39 < 8192 else encode_long(n39)
        p41 = record.fingerprint.encode()
        n42 = len(p41)
        p43 = LONGS[n42] if n42 < 8192 else encode_long(n42)
        v44 = record.attempts
        p45 = LONGS[v44] if 0 <= v44 < 8192 else encode_int(v44)
        v46 = record.failed
        if TIME_START <= v46 < TIME_LIMIT:
            p47 = PAIRS[v46 << 1 & 16383]
            p48 = PAIRS[v46 >> 13 & 16383]
            p49 = PAIRS[v46 >> 27 & 16383]
            p50 = LAST_PAIRS[v46 >> 41]
        else:
            p47 = encode_long(v46)
            p48 = p49 = p50 = b""
        v51 = record.headers
        if v51.__class__ is not dict:
            raise TypeError("dict")
        if v51:
            o53 = [encode_long(len(v51))]
            for k55, i54 in v51.items():
                p56 = k55.encode()
                n57 = len(p56)
                p58 = LONGS[n57] if n57 < 8192 else encode_long(n57)
                p59 = i54.encode()
                n60 = len(p59)
                p61 = LONGS[n60] if n60 < 8192 else encode_long(n60)
                o53 += (p58, p56, p61, p59)
            o53.append(b"\x00")
            p52 = _join(o53)
        else:
            p52 = b"\x00"
        v62 = record.value
        if v62 is None:
            p63 = b"\x00"
        else:
            p64 = v62
            n65 = len(p64)
            p66 = LONGS[n65] if n65 < 8192 else encode_long(n65)
            p63 = _join((b"\x02", p66, p64))
        return _join((b"\x48", p1, p4, p2, p7, p5, p10, p8, p11, p14, p12, p17, p15, p20, p21, p23, p28, p29, p31, p35, p40, p38, p43, p41, p45, p47, p48, p49, p50, p52, p63))
    except CAUSES as error:
        raise explain("DeadLetter", record, error) from error


def encode_cursor(record: Cursor) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.source.encode()
        n2 = len(p1)
        p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
        p4 = record.workspace.encode()
        n5 = len(p4)
        p6 = LONGS[n5] if n5 < 8192 else encode_long(n5)
        v7 = record.generation
        p8 = LONGS[v7] if 0 <= v7 < 8192 else encode_long(v7)
        p9 = record.position.encode()
        n10 = len(p9)
        p11 = LONGS[n10] if n10 < 8192 else encode_long(n10)
        v12 = record.at
        if TIME_START <= v12 < TIME_LIMIT:
            p13 = PAIRS[v12 << 1 & 16383]
            p14 = PAIRS[v12 >> 13 & 16383]
            p15 = PAIRS[v12 >> 27 & 16383]
            p16 = LAST_PAIRS[v12 >> 41]
        else:
            p13 = encode_long(v12)
            p14 = p15 = p16 = b""
        return _join((p3, p1, p6, p4, p8, p11, p9, p13, p14, p15, p16))
    except CAUSES as error:
        raise explain("Cursor", record, error) from error


def encode_workspace(record: Workspace) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.workspace.encode()
        n2 = len(p1)
        p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
        v4 = record.partition
        p5 = LONGS[v4] if 0 <= v4 < 8192 else encode_int(v4)
        v6 = record.since
        if TIME_START <= v6 < TIME_LIMIT:
            p7 = PAIRS[v6 << 1 & 16383]
            p8 = PAIRS[v6 >> 13 & 16383]
            p9 = PAIRS[v6 >> 27 & 16383]
            p10 = LAST_PAIRS[v6 >> 41]
        else:
            p7 = encode_long(v6)
            p8 = p9 = p10 = b""
        return _join((p3, p1, p5, p7, p8, p9, p10))
    except CAUSES as error:
        raise explain("Workspace", record, error) from error


def encode_ledger(record: Ledger) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.stage.encode()
        n2 = len(p1)
        p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
        p4 = record.topic.encode()
        n5 = len(p4)
        p6 = LONGS[n5] if n5 < 8192 else encode_long(n5)
        v7 = record.partition
        p8 = LONGS[v7] if 0 <= v7 < 8192 else encode_int(v7)
        v9 = record.first
        p10 = LONGS[v9] if 0 <= v9 < 8192 else encode_long(v9)
        v11 = record.last
        p12 = LONGS[v11] if 0 <= v11 < 8192 else encode_long(v11)
        p13 = record.workspace.encode()
        n14 = len(p13)
        p15 = LONGS[n14] if n14 < 8192 else encode_long(n14)
        p16 = record.source.encode()
        n17 = len(p16)
        p18 = LONGS[n17] if n17 < 8192 else encode_long(n17)
        v19 = record.hour
        if TIME_START <= v19 < TIME_LIMIT:
            p20 = PAIRS[v19 << 1 & 16383]
            p21 = PAIRS[v19 >> 13 & 16383]
            p22 = PAIRS[v19 >> 27 & 16383]
            p23 = LAST_PAIRS[v19 >> 41]
        else:
            p20 = encode_long(v19)
            p21 = p22 = p23 = b""
        v24 = record.read
        p25 = LONGS[v24] if 0 <= v24 < 8192 else encode_long(v24)
        v26 = record.quiet
        p27 = LONGS[v26] if 0 <= v26 < 8192 else encode_long(v26)
        v28 = record.parked
        p29 = LONGS[v28] if 0 <= v28 < 8192 else encode_long(v28)
        v30 = record.activities
        p31 = LONGS[v30] if 0 <= v30 < 8192 else encode_long(v30)
        v32 = record.ignored
        if v32.__class__ is not dict:
            raise TypeError("dict")
        if v32:
            o34 = [encode_long(len(v32))]
            for k36, i35 in v32.items():
                p37 = k36.encode()
                n38 = len(p37)
                p39 = LONGS[n38] if n38 < 8192 else encode_long(n38)
                v40 = i35
                p41 = LONGS[v40] if 0 <= v40 < 8192 else encode_long(v40)
                o34 += (p39, p37, p41)
            o34.append(b"\x00")
            p33 = _join(o34)
        else:
            p33 = b"\x00"
        v42 = record.dead
        p43 = LONGS[v42] if 0 <= v42 < 8192 else encode_long(v42)
        p44 = record.sum
        if len(p44) != 16:
            raise ValueError('LedgerSum')
        v45 = record.at
        if TIME_START <= v45 < TIME_LIMIT:
            p46 = PAIRS[v45 << 1 & 16383]
            p47 = PAIRS[v45 >> 13 & 16383]
            p48 = PAIRS[v45 >> 27 & 16383]
            p49 = LAST_PAIRS[v45 >> 41]
        else:
            p46 = encode_long(v45)
            p47 = p48 = p49 = b""
        return _join((p3, p1, p6, p4, p8, p10, p12, p15, p13, p18, p16, p20, p21, p22, p23, p25, p27, p29, p31, p33, p43, p44, p46, p47, p48, p49))
    except CAUSES as error:
        raise explain("Ledger", record, error) from error


def encode_pulse(record: Pulse) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.workspace.encode()
        n2 = len(p1)
        p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
        p4 = record.topic.encode()
        n5 = len(p4)
        p6 = LONGS[n5] if n5 < 8192 else encode_long(n5)
        v7 = record.minute
        if TIME_START <= v7 < TIME_LIMIT:
            p8 = PAIRS[v7 << 1 & 16383]
            p9 = PAIRS[v7 >> 13 & 16383]
            p10 = PAIRS[v7 >> 27 & 16383]
            p11 = LAST_PAIRS[v7 >> 41]
        else:
            p8 = encode_long(v7)
            p9 = p10 = p11 = b""
        v12 = record.count
        p13 = LONGS[v12] if 0 <= v12 < 8192 else encode_long(v12)
        v14 = record.inbound
        p15 = LONGS[v14] if 0 <= v14 < 8192 else encode_long(v14)
        v16 = record.outbound
        p17 = LONGS[v16] if 0 <= v16 < 8192 else encode_long(v16)
        v18 = record.replies
        p19 = LONGS[v18] if 0 <= v18 < 8192 else encode_long(v18)
        v20 = record.reply_ms_sum
        p21 = LONGS[v20] if 0 <= v20 < 8192 else encode_long(v20)
        v22 = record.reply_ms_max
        p23 = LONGS[v22] if 0 <= v22 < 8192 else encode_long(v22)
        return _join((p3, p1, p6, p4, p8, p9, p10, p11, p13, p15, p17, p19, p21, p23))
    except CAUSES as error:
        raise explain("Pulse", record, error) from error

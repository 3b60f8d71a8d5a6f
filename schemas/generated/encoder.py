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
_FINDING_KIND: dict[str, bytes] = {"skipped": b"\x00", "missing": b"\x02", "differs": b"\x04", "deleted": b"\x06", "gap": b"\x08"}
_FINDING_STATE: dict[str, bytes] = {"open": b"\x00", "reinjected": b"\x02", "mended": b"\x04", "accepted": b"\x06"}


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
        p13 = b"\x00"
    else:
        p14 = v12.encode()
        n15 = len(p14)
        p16 = LONGS[n15] if n15 < 8192 else encode_long(n15)
        p13 = _join((b"\x02", p16, p14))
    v17 = r.claims
    if v17.__class__ is not list:
        raise TypeError("list")
    if v17:
        p18 = _join((encode_long(len(v17)), *map(_claim, v17), b"\x00"))
    else:
        p18 = b"\x00"
    return _join((p3, p4, p5, p6, p7, p10, p11, p13, p18))


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
    v19 = r.duration_ms
    v20 = r.sha256
    if v18 is None and v19 is None and v20 is None:
        p21 = b"\x00\x00\x00"
    else:
        v22 = v18
        if v22 is not None:
            v24 = v22
            p25 = LONGS[v24] if 0 <= v24 < 8192 else encode_long(v24)
            p23 = b"\x02"
        else:
            p23 = b"\x00"
            p25 = b""
        v26 = v19
        if v26 is not None:
            v28 = v26
            p29 = LONGS[v28] if 0 <= v28 < 8192 else encode_long(v28)
            p27 = b"\x02"
        else:
            p27 = b"\x00"
            p29 = b""
        v30 = v20
        if v30 is None:
            p32 = b"\x00"
            p33 = b""
        else:
            p33 = v30.encode()
            n31 = len(p33)
            p32 = OPTIONAL_LONGS[n31] if n31 < 8192 else b"\x02" + encode_long(n31)
        p21 = _join((p23, p25, p27, p29, p32, p33))
    return _join((p1, p4, p5, p8, p9, p12, p13, p16, p17, p21))


def _object(r: Object) -> bytes:
    p1 = r.id.encode()
    n2 = len(p1)
    p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
    p4 = _OBJECT_TYPE[r.type]
    v5 = r.version
    if v5 is None:
        p6 = b"\x00"
    else:
        p7 = v5.encode()
        n8 = len(p7)
        p9 = LONGS[n8] if n8 < 8192 else encode_long(n8)
        p6 = _join((b"\x02", p9, p7))
    v10 = r.url
    if v10 is None:
        p12 = b"\x00"
        p13 = b""
    else:
        p13 = v10.encode()
        n11 = len(p13)
        p12 = OPTIONAL_LONGS[n11] if n11 < 8192 else b"\x02" + encode_long(n11)
    v14 = r.title
    if v14 is None:
        p16 = b"\x00"
        p17 = b""
    else:
        p17 = v14.encode()
        n15 = len(p17)
        p16 = OPTIONAL_LONGS[n15] if n15 < 8192 else b"\x02" + encode_long(n15)
    v18 = r.text
    if v18 is None:
        p20 = b"\x00"
        p21 = b""
    else:
        p21 = v18.encode()
        n19 = len(p21)
        p20 = OPTIONAL_LONGS[n19] if n19 < 8192 else b"\x02" + encode_long(n19)
    v22 = r.markup
    p23 = cached_string(v22) or remember(v22)
    v24 = r.language
    if v24 is None:
        p25 = b"\x00"
    else:
        p26 = v24.encode()
        n27 = len(p26)
        p28 = LONGS[n27] if n27 < 8192 else encode_long(n27)
        p25 = _join((b"\x02", p28, p26))
    v29 = r.created
    if v29 is not None:
        v31 = v29
        if TIME_START <= v31 < TIME_LIMIT:
            p32 = PAIRS[v31 << 1 & 16383]
            p33 = PAIRS[v31 >> 13 & 16383]
            p34 = PAIRS[v31 >> 27 & 16383]
            p35 = LAST_PAIRS[v31 >> 41]
        else:
            p32 = encode_long(v31)
            p33 = p34 = p35 = b""
        p30 = b"\x02"
    else:
        p30 = b"\x00"
        p32 = p33 = p34 = p35 = b""
    v36 = r.start_time
    v37 = r.end_time
    v38 = r.author
    v39 = r.spans
    v40 = r.attachments
    if v36 is None and v37 is None and v38 is None and not v39 and v39.__class__ is list and not v40 and v40.__class__ is list:
        p41 = b"\x00\x00\x00\x00\x00"
    else:
        v42 = v36
        if v42 is not None:
            v44 = v42
            if TIME_START <= v44 < TIME_LIMIT:
                p45 = PAIRS[v44 << 1 & 16383]
                p46 = PAIRS[v44 >> 13 & 16383]
                p47 = PAIRS[v44 >> 27 & 16383]
                p48 = LAST_PAIRS[v44 >> 41]
            else:
                p45 = encode_long(v44)
                p46 = p47 = p48 = b""
            p43 = b"\x02"
        else:
            p43 = b"\x00"
            p45 = p46 = p47 = p48 = b""
        v49 = v37
        if v49 is not None:
            v51 = v49
            if TIME_START <= v51 < TIME_LIMIT:
                p52 = PAIRS[v51 << 1 & 16383]
                p53 = PAIRS[v51 >> 13 & 16383]
                p54 = PAIRS[v51 >> 27 & 16383]
                p55 = LAST_PAIRS[v51 >> 41]
            else:
                p52 = encode_long(v51)
                p53 = p54 = p55 = b""
            p50 = b"\x02"
        else:
            p50 = b"\x00"
            p52 = p53 = p54 = p55 = b""
        v56 = v38
        if v56 is not None:
            r58 = v56
            v59 = r58.account
            if v59 is None:
                p61 = b"\x00"
                p62 = b""
            else:
                p62 = v59.encode()
                n60 = len(p62)
                p61 = OPTIONAL_LONGS[n60] if n60 < 8192 else b"\x02" + encode_long(n60)
            p63 = _PARTY_KIND[r58.kind]
            p64 = _SIDE[r58.side]
            p65 = _ROLE[r58.role]
            v66 = r58.name
            if v66 is None:
                p68 = b"\x00"
                p69 = b""
            else:
                p69 = v66.encode()
                n67 = len(p69)
                p68 = OPTIONAL_LONGS[n67] if n67 < 8192 else b"\x02" + encode_long(n67)
            v70 = r58.handle
            if v70 is None:
                p71 = b"\x00"
            else:
                p72 = v70.encode()
                n73 = len(p72)
                p74 = LONGS[n73] if n73 < 8192 else encode_long(n73)
                p71 = _join((b"\x02", p74, p72))
            v75 = r58.claims
            if v75.__class__ is not list:
                raise TypeError("list")
            if v75:
                p76 = _join((encode_long(len(v75)), *map(_claim, v75), b"\x00"))
            else:
                p76 = b"\x00"
            p57 = b"\x02"
        else:
            p57 = b"\x00"
            p61 = p62 = p63 = p64 = p65 = p68 = p69 = p71 = p76 = b""
        v78 = v39
        if v78.__class__ is not list:
            raise TypeError("list")
        if v78:
            p79 = _join((encode_long(len(v78)), *map(_span, v78), b"\x00"))
        else:
            p79 = b"\x00"
        v81 = v40
        if v81.__class__ is not list:
            raise TypeError("list")
        if v81:
            p82 = _join((encode_long(len(v81)), *map(_attachment, v81), b"\x00"))
        else:
            p82 = b"\x00"
        p41 = _join((p43, p45, p46, p47, p48, p50, p52, p53, p54, p55, p57, p61, p62, p63, p64, p65, p68, p69, p71, p76, p79, p82))
    return _join((p3, p1, p4, p6, p12, p13, p16, p17, p20, p21, p23, p25, p30, p32, p33, p34, p35, p41))


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
        p5 = b"\x00"
    else:
        p6 = v4.encode()
        n7 = len(p6)
        p8 = LONGS[n7] if n7 < 8192 else encode_long(n7)
        p5 = _join((b"\x02", p8, p6))
    p9 = _THREAD_STATE[r.state]
    v10 = r.container
    if v10 is not None:
        r12 = v10
        p13 = r12.id.encode()
        n14 = len(p13)
        p15 = LONGS[n14] if n14 < 8192 else encode_long(n14)
        v16 = r12.name
        if v16 is None:
            p18 = b"\x00"
            p19 = b""
        else:
            p19 = v16.encode()
            n17 = len(p19)
            p18 = OPTIONAL_LONGS[n17] if n17 < 8192 else b"\x02" + encode_long(n17)
        v20 = r12.kind
        if v20 is None:
            p22 = b"\x00"
            p23 = b""
        else:
            p23 = v20.encode()
            n21 = len(p23)
            p22 = OPTIONAL_LONGS[n21] if n21 < 8192 else b"\x02" + encode_long(n21)
        p11 = b"\x02"
    else:
        p11 = b"\x00"
        p15 = p13 = p18 = p19 = p22 = p23 = b""
    return _join((p3, p1, p5, p9, p11, p15, p13, p18, p19, p22, p23))


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
        p13 = b"\x00"
    else:
        p14 = v12.encode()
        n15 = len(p14)
        p16 = LONGS[n15] if n15 < 8192 else encode_long(n15)
        p13 = _join((b"\x02", p16, p14))
    v17 = r.actor
    if v17 is not None:
        r19 = v17
        v20 = r19.account
        if v20 is None:
            p22 = b"\x00"
            p23 = b""
        else:
            p23 = v20.encode()
            n21 = len(p23)
            p22 = OPTIONAL_LONGS[n21] if n21 < 8192 else b"\x02" + encode_long(n21)
        p24 = _PARTY_KIND[r19.kind]
        p25 = _SIDE[r19.side]
        p26 = _ROLE[r19.role]
        v27 = r19.name
        if v27 is None:
            p29 = b"\x00"
            p30 = b""
        else:
            p30 = v27.encode()
            n28 = len(p30)
            p29 = OPTIONAL_LONGS[n28] if n28 < 8192 else b"\x02" + encode_long(n28)
        v31 = r19.handle
        if v31 is None:
            p32 = b"\x00"
        else:
            p33 = v31.encode()
            n34 = len(p33)
            p35 = LONGS[n34] if n34 < 8192 else encode_long(n34)
            p32 = _join((b"\x02", p35, p33))
        v36 = r19.claims
        if v36.__class__ is not list:
            raise TypeError("list")
        if v36:
            p37 = _join((encode_long(len(v36)), *map(_claim, v36), b"\x00"))
        else:
            p37 = b"\x00"
        p18 = b"\x02"
    else:
        p18 = b"\x00"
        p22 = p23 = p24 = p25 = p26 = p29 = p30 = p32 = p37 = b""
    r39 = r.object
    p40 = r39.id.encode()
    n41 = len(p40)
    p42 = LONGS[n41] if n41 < 8192 else encode_long(n41)
    p43 = _OBJECT_TYPE[r39.type]
    v44 = r39.version
    if v44 is None:
        p45 = b"\x00"
    else:
        p46 = v44.encode()
        n47 = len(p46)
        p48 = LONGS[n47] if n47 < 8192 else encode_long(n47)
        p45 = _join((b"\x02", p48, p46))
    v49 = r39.url
    if v49 is None:
        p51 = b"\x00"
        p52 = b""
    else:
        p52 = v49.encode()
        n50 = len(p52)
        p51 = OPTIONAL_LONGS[n50] if n50 < 8192 else b"\x02" + encode_long(n50)
    v53 = r39.title
    if v53 is None:
        p55 = b"\x00"
        p56 = b""
    else:
        p56 = v53.encode()
        n54 = len(p56)
        p55 = OPTIONAL_LONGS[n54] if n54 < 8192 else b"\x02" + encode_long(n54)
    v57 = r39.text
    if v57 is None:
        p59 = b"\x00"
        p60 = b""
    else:
        p60 = v57.encode()
        n58 = len(p60)
        p59 = OPTIONAL_LONGS[n58] if n58 < 8192 else b"\x02" + encode_long(n58)
    v61 = r39.markup
    p62 = cached_string(v61) or remember(v61)
    v63 = r39.language
    if v63 is None:
        p64 = b"\x00"
    else:
        p65 = v63.encode()
        n66 = len(p65)
        p67 = LONGS[n66] if n66 < 8192 else encode_long(n66)
        p64 = _join((b"\x02", p67, p65))
    v68 = r39.created
    if v68 is not None:
        v70 = v68
        if TIME_START <= v70 < TIME_LIMIT:
            p71 = PAIRS[v70 << 1 & 16383]
            p72 = PAIRS[v70 >> 13 & 16383]
            p73 = PAIRS[v70 >> 27 & 16383]
            p74 = LAST_PAIRS[v70 >> 41]
        else:
            p71 = encode_long(v70)
            p72 = p73 = p74 = b""
        p69 = b"\x02"
    else:
        p69 = b"\x00"
        p71 = p72 = p73 = p74 = b""
    v75 = r39.start_time
    v76 = r39.end_time
    v77 = r39.author
    v78 = r39.spans
    v79 = r39.attachments
    if v75 is None and v76 is None and v77 is None and not v78 and v78.__class__ is list and not v79 and v79.__class__ is list:
        p80 = b"\x00\x00\x00\x00\x00"
    else:
        v81 = v75
        if v81 is not None:
            v83 = v81
            if TIME_START <= v83 < TIME_LIMIT:
                p84 = PAIRS[v83 << 1 & 16383]
                p85 = PAIRS[v83 >> 13 & 16383]
                p86 = PAIRS[v83 >> 27 & 16383]
                p87 = LAST_PAIRS[v83 >> 41]
            else:
                p84 = encode_long(v83)
                p85 = p86 = p87 = b""
            p82 = b"\x02"
        else:
            p82 = b"\x00"
            p84 = p85 = p86 = p87 = b""
        v88 = v76
        if v88 is not None:
            v90 = v88
            if TIME_START <= v90 < TIME_LIMIT:
                p91 = PAIRS[v90 << 1 & 16383]
                p92 = PAIRS[v90 >> 13 & 16383]
                p93 = PAIRS[v90 >> 27 & 16383]
                p94 = LAST_PAIRS[v90 >> 41]
            else:
                p91 = encode_long(v90)
                p92 = p93 = p94 = b""
            p89 = b"\x02"
        else:
            p89 = b"\x00"
            p91 = p92 = p93 = p94 = b""
        v95 = v77
        if v95 is not None:
            r97 = v95
            v98 = r97.account
            if v98 is None:
                p100 = b"\x00"
                p101 = b""
            else:
                p101 = v98.encode()
                n99 = len(p101)
                p100 = OPTIONAL_LONGS[n99] if n99 < 8192 else b"\x02" + encode_long(n99)
            p102 = _PARTY_KIND[r97.kind]
            p103 = _SIDE[r97.side]
            p104 = _ROLE[r97.role]
            v105 = r97.name
            if v105 is None:
                p107 = b"\x00"
                p108 = b""
            else:
                p108 = v105.encode()
                n106 = len(p108)
                p107 = OPTIONAL_LONGS[n106] if n106 < 8192 else b"\x02" + encode_long(n106)
            v109 = r97.handle
            if v109 is None:
                p110 = b"\x00"
            else:
                p111 = v109.encode()
                n112 = len(p111)
                p113 = LONGS[n112] if n112 < 8192 else encode_long(n112)
                p110 = _join((b"\x02", p113, p111))
            v114 = r97.claims
            if v114.__class__ is not list:
                raise TypeError("list")
            if v114:
                p115 = _join((encode_long(len(v114)), *map(_claim, v114), b"\x00"))
            else:
                p115 = b"\x00"
            p96 = b"\x02"
        else:
            p96 = b"\x00"
            p100 = p101 = p102 = p103 = p104 = p107 = p108 = p110 = p115 = b""
        v117 = v78
        if v117.__class__ is not list:
            raise TypeError("list")
        if v117:
            p118 = _join((encode_long(len(v117)), *map(_span, v117), b"\x00"))
        else:
            p118 = b"\x00"
        v120 = v79
        if v120.__class__ is not list:
            raise TypeError("list")
        if v120:
            p121 = _join((encode_long(len(v120)), *map(_attachment, v120), b"\x00"))
        else:
            p121 = b"\x00"
        p80 = _join((p82, p84, p85, p86, p87, p89, p91, p92, p93, p94, p96, p100, p101, p102, p103, p104, p107, p108, p110, p115, p118, p121))
    r123 = r.thread
    p124 = r123.id.encode()
    n125 = len(p124)
    p126 = LONGS[n125] if n125 < 8192 else encode_long(n125)
    v127 = r123.title
    if v127 is None:
        p128 = b"\x00"
    else:
        p129 = v127.encode()
        n130 = len(p129)
        p131 = LONGS[n130] if n130 < 8192 else encode_long(n130)
        p128 = _join((b"\x02", p131, p129))
    p132 = _THREAD_STATE[r123.state]
    v133 = r123.container
    if v133 is not None:
        r135 = v133
        p136 = r135.id.encode()
        n137 = len(p136)
        p138 = LONGS[n137] if n137 < 8192 else encode_long(n137)
        v139 = r135.name
        if v139 is None:
            p141 = b"\x00"
            p142 = b""
        else:
            p142 = v139.encode()
            n140 = len(p142)
            p141 = OPTIONAL_LONGS[n140] if n140 < 8192 else b"\x02" + encode_long(n140)
        v143 = r135.kind
        if v143 is None:
            p145 = b"\x00"
            p146 = b""
        else:
            p146 = v143.encode()
            n144 = len(p146)
            p145 = OPTIONAL_LONGS[n144] if n144 < 8192 else b"\x02" + encode_long(n144)
        p134 = b"\x02"
    else:
        p134 = b"\x00"
        p138 = p136 = p141 = p142 = p145 = p146 = b""
    v147 = r.participants
    if v147.__class__ is not list:
        raise TypeError("list")
    if v147:
        p148 = _join((encode_long(len(v147)), *map(_party, v147), b"\x00"))
    else:
        p148 = b"\x00"
    v150 = r.our_account
    if v150 is None:
        p152 = b"\x00"
        p153 = b""
    else:
        p153 = v150.encode()
        n151 = len(p153)
        p152 = OPTIONAL_LONGS[n151] if n151 < 8192 else b"\x02" + encode_long(n151)
    v154 = r.references
    if v154.__class__ is not list:
        raise TypeError("list")
    if v154:
        p155 = _join((encode_long(len(v154)), *map(_reference, v154), b"\x00"))
    else:
        p155 = b"\x00"
    p157 = _CHANNEL[r.channel]
    p158 = _DIRECTION[r.direction]
    p159 = _VISIBILITY[r.visibility]
    p160 = _BOOLEANS[r.automated]
    v161 = r.generator
    if v161 is None:
        p162 = b"\x00"
    else:
        p163 = v161.encode()
        n164 = len(p163)
        p165 = LONGS[n164] if n164 < 8192 else encode_long(n164)
        p162 = _join((b"\x02", p165, p163))
    v166 = r.client_ref
    if v166 is None:
        p167 = b"\x00"
    else:
        p168 = v166.encode()
        n169 = len(p168)
        p170 = LONGS[n169] if n169 < 8192 else encode_long(n169)
        p167 = _join((b"\x02", p170, p168))
    v171 = r.published
    if TIME_START <= v171 < TIME_LIMIT:
        p172 = PAIRS[v171 << 1 & 16383]
        p173 = PAIRS[v171 >> 13 & 16383]
        p174 = PAIRS[v171 >> 27 & 16383]
        p175 = LAST_PAIRS[v171 >> 41]
    else:
        p172 = encode_long(v171)
        p173 = p174 = p175 = b""
    p176 = _CLOCK[r.clock]
    v177 = r.received
    if TIME_START <= v177 < TIME_LIMIT:
        p178 = PAIRS[v177 << 1 & 16383]
        p179 = PAIRS[v177 >> 13 & 16383]
        p180 = PAIRS[v177 >> 27 & 16383]
        p181 = LAST_PAIRS[v177 >> 41]
    else:
        p178 = encode_long(v177)
        p179 = p180 = p181 = b""
    v182 = r.changes
    v183 = r.reaction
    v184 = r.tags
    v185 = r.metrics
    v186 = r.fields
    if not v182 and v182.__class__ is list and v183 is None and not v184 and v184.__class__ is list and not v185 and v185.__class__ is dict and not v186 and v186.__class__ is dict:
        p187 = b"\x00\x00\x00\x00\x00"
    else:
        v188 = v182
        if v188.__class__ is not list:
            raise TypeError("list")
        if v188:
            p189 = _join((encode_long(len(v188)), *map(_change, v188), b"\x00"))
        else:
            p189 = b"\x00"
        v191 = v183
        if v191 is None:
            p193 = b"\x00"
            p194 = b""
        else:
            p194 = v191.encode()
            n192 = len(p194)
            p193 = OPTIONAL_LONGS[n192] if n192 < 8192 else b"\x02" + encode_long(n192)
        v195 = v184
        if v195.__class__ is not list:
            raise TypeError("list")
        if v195:
            o197 = [encode_long(len(v195))]
            for i198 in v195:
                p199 = i198.encode()
                n200 = len(p199)
                p201 = LONGS[n200] if n200 < 8192 else encode_long(n200)
                o197 += (p201, p199)
            o197.append(b"\x00")
            p196 = _join(o197)
        else:
            p196 = b"\x00"
        v202 = v185
        if v202.__class__ is not dict:
            raise TypeError("dict")
        if v202:
            o204 = [encode_long(len(v202))]
            for k206, i205 in v202.items():
                p207 = k206.encode()
                n208 = len(p207)
                p209 = LONGS[n208] if n208 < 8192 else encode_long(n208)
                p210 = double_pack(i205)
                o204 += (p209, p207, p210)
            o204.append(b"\x00")
            p203 = _join(o204)
        else:
            p203 = b"\x00"
        v211 = v186
        if v211.__class__ is not dict:
            raise TypeError("dict")
        if v211:
            o213 = [encode_long(len(v211))]
            for k215, i214 in v211.items():
                p216 = k215.encode()
                n217 = len(p216)
                p218 = LONGS[n217] if n217 < 8192 else encode_long(n217)
                p219 = i214.encode()
                n220 = len(p219)
                p221 = LONGS[n220] if n220 < 8192 else encode_long(n220)
                o213 += (p218, p216, p221, p219)
            o213.append(b"\x00")
            p212 = _join(o213)
        else:
            p212 = b"\x00"
        p187 = _join((p189, p193, p194, p196, p203, p212))
    r222 = r.origin
    p223 = r222.delivery.encode()
    if len(p223) != 36:
        raise ValueError("uuid")
    v224 = r222.topic
    p225 = cached_string(v224) or remember(v224)
    v226 = r222.partition
    p227 = LONGS[v226] if 0 <= v226 < 8192 else encode_int(v226)
    v228 = r222.offset
    p229 = LONGS[v228] if 0 <= v228 < 8192 else encode_long(v228)
    v230 = r222.entry
    p231 = LONGS[v230] if 0 <= v230 < 8192 else encode_int(v230)
    p232 = _MODE[r222.mode]
    return _join((b"\x48", p1, p3, p5, p7, p9, p10, p11, p13, p18, p22, p23, p24, p25, p26, p29, p30, p32, p37, p42, p40, p43, p45, p51, p52, p55, p56, p59, p60, p62, p64, p69, p71, p72, p73, p74, p80, p126, p124, p128, p132, p134, p138, p136, p141, p142, p145, p146, p148, p152, p153, p155, p157, p158, p159, p160, p162, p167, p172, p173, p174, p175, p176, p178, p179, p180, p181, p187, b"\x48", p223, p225, p227, p229, p231, p232))


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
    if v5 is not None:
        p7 = v5.encode()
        if len(p7) != 36:
            raise ValueError("uuid")
        p6 = b"\x02\x48"
    else:
        p6 = b"\x00"
        p7 = b""
    return _join((p3, p1, p4, p6, p7))


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
        if v41 is not None:
            p43 = v41
            n44 = len(p43)
            p45 = LONGS[n44] if n44 < 8192 else encode_long(n44)
            p42 = b"\x02"
        else:
            p42 = b"\x00"
            p45 = p43 = b""
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
        return _join((b"\x48", p1, p3, p5, p7, p8, p9, p10, p13, p14, p17, p18, p20, p21, p22, p23, p25, p27, p39, p40, p42, p45, p43, p48, p49, p51, p52))
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
            p13 = b"\x00"
        else:
            p14 = v12.encode()
            n15 = len(p14)
            p16 = LONGS[n15] if n15 < 8192 else encode_long(n15)
            p13 = _join((b"\x02", p16, p14))
        v17 = record.actor
        if v17 is not None:
            r19 = v17
            v20 = r19.account
            if v20 is None:
                p22 = b"\x00"
                p23 = b""
            else:
                p23 = v20.encode()
                n21 = len(p23)
                p22 = OPTIONAL_LONGS[n21] if n21 < 8192 else b"\x02" + encode_long(n21)
            p24 = _PARTY_KIND[r19.kind]
            p25 = _SIDE[r19.side]
            p26 = _ROLE[r19.role]
            v27 = r19.name
            if v27 is None:
                p29 = b"\x00"
                p30 = b""
            else:
                p30 = v27.encode()
                n28 = len(p30)
                p29 = OPTIONAL_LONGS[n28] if n28 < 8192 else b"\x02" + encode_long(n28)
            v31 = r19.handle
            if v31 is None:
                p32 = b"\x00"
            else:
                p33 = v31.encode()
                n34 = len(p33)
                p35 = LONGS[n34] if n34 < 8192 else encode_long(n34)
                p32 = _join((b"\x02", p35, p33))
            v36 = r19.claims
            if v36.__class__ is not list:
                raise TypeError("list")
            if v36:
                p37 = _join((encode_long(len(v36)), *map(_claim, v36), b"\x00"))
            else:
                p37 = b"\x00"
            p18 = b"\x02"
        else:
            p18 = b"\x00"
            p22 = p23 = p24 = p25 = p26 = p29 = p30 = p32 = p37 = b""
        r39 = record.object
        p40 = r39.id.encode()
        n41 = len(p40)
        p42 = LONGS[n41] if n41 < 8192 else encode_long(n41)
        p43 = _OBJECT_TYPE[r39.type]
        v44 = r39.version
        if v44 is None:
            p45 = b"\x00"
        else:
            p46 = v44.encode()
            n47 = len(p46)
            p48 = LONGS[n47] if n47 < 8192 else encode_long(n47)
            p45 = _join((b"\x02", p48, p46))
        v49 = r39.url
        if v49 is None:
            p51 = b"\x00"
            p52 = b""
        else:
            p52 = v49.encode()
            n50 = len(p52)
            p51 = OPTIONAL_LONGS[n50] if n50 < 8192 else b"\x02" + encode_long(n50)
        v53 = r39.title
        if v53 is None:
            p55 = b"\x00"
            p56 = b""
        else:
            p56 = v53.encode()
            n54 = len(p56)
            p55 = OPTIONAL_LONGS[n54] if n54 < 8192 else b"\x02" + encode_long(n54)
        v57 = r39.text
        if v57 is None:
            p59 = b"\x00"
            p60 = b""
        else:
            p60 = v57.encode()
            n58 = len(p60)
            p59 = OPTIONAL_LONGS[n58] if n58 < 8192 else b"\x02" + encode_long(n58)
        v61 = r39.markup
        p62 = cached_string(v61) or remember(v61)
        v63 = r39.language
        if v63 is None:
            p64 = b"\x00"
        else:
            p65 = v63.encode()
            n66 = len(p65)
            p67 = LONGS[n66] if n66 < 8192 else encode_long(n66)
            p64 = _join((b"\x02", p67, p65))
        v68 = r39.created
        if v68 is not None:
            v70 = v68
            if TIME_START <= v70 < TIME_LIMIT:
                p71 = PAIRS[v70 << 1 & 16383]
                p72 = PAIRS[v70 >> 13 & 16383]
                p73 = PAIRS[v70 >> 27 & 16383]
                p74 = LAST_PAIRS[v70 >> 41]
            else:
                p71 = encode_long(v70)
                p72 = p73 = p74 = b""
            p69 = b"\x02"
        else:
            p69 = b"\x00"
            p71 = p72 = p73 = p74 = b""
        v75 = r39.start_time
        v76 = r39.end_time
        v77 = r39.author
        v78 = r39.spans
        v79 = r39.attachments
        if v75 is None and v76 is None and v77 is None and not v78 and v78.__class__ is list and not v79 and v79.__class__ is list:
            p80 = b"\x00\x00\x00\x00\x00"
        else:
            v81 = v75
            if v81 is not None:
                v83 = v81
                if TIME_START <= v83 < TIME_LIMIT:
                    p84 = PAIRS[v83 << 1 & 16383]
                    p85 = PAIRS[v83 >> 13 & 16383]
                    p86 = PAIRS[v83 >> 27 & 16383]
                    p87 = LAST_PAIRS[v83 >> 41]
                else:
                    p84 = encode_long(v83)
                    p85 = p86 = p87 = b""
                p82 = b"\x02"
            else:
                p82 = b"\x00"
                p84 = p85 = p86 = p87 = b""
            v88 = v76
            if v88 is not None:
                v90 = v88
                if TIME_START <= v90 < TIME_LIMIT:
                    p91 = PAIRS[v90 << 1 & 16383]
                    p92 = PAIRS[v90 >> 13 & 16383]
                    p93 = PAIRS[v90 >> 27 & 16383]
                    p94 = LAST_PAIRS[v90 >> 41]
                else:
                    p91 = encode_long(v90)
                    p92 = p93 = p94 = b""
                p89 = b"\x02"
            else:
                p89 = b"\x00"
                p91 = p92 = p93 = p94 = b""
            v95 = v77
            if v95 is not None:
                r97 = v95
                v98 = r97.account
                if v98 is None:
                    p100 = b"\x00"
                    p101 = b""
                else:
                    p101 = v98.encode()
                    n99 = len(p101)
                    p100 = OPTIONAL_LONGS[n99] if n99 < 8192 else b"\x02" + encode_long(n99)
                p102 = _PARTY_KIND[r97.kind]
                p103 = _SIDE[r97.side]
                p104 = _ROLE[r97.role]
                v105 = r97.name
                if v105 is None:
                    p107 = b"\x00"
                    p108 = b""
                else:
                    p108 = v105.encode()
                    n106 = len(p108)
                    p107 = OPTIONAL_LONGS[n106] if n106 < 8192 else b"\x02" + encode_long(n106)
                v109 = r97.handle
                if v109 is None:
                    p110 = b"\x00"
                else:
                    p111 = v109.encode()
                    n112 = len(p111)
                    p113 = LONGS[n112] if n112 < 8192 else encode_long(n112)
                    p110 = _join((b"\x02", p113, p111))
                v114 = r97.claims
                if v114.__class__ is not list:
                    raise TypeError("list")
                if v114:
                    p115 = _join((encode_long(len(v114)), *map(_claim, v114), b"\x00"))
                else:
                    p115 = b"\x00"
                p96 = b"\x02"
            else:
                p96 = b"\x00"
                p100 = p101 = p102 = p103 = p104 = p107 = p108 = p110 = p115 = b""
            v117 = v78
            if v117.__class__ is not list:
                raise TypeError("list")
            if v117:
                p118 = _join((encode_long(len(v117)), *map(_span, v117), b"\x00"))
            else:
                p118 = b"\x00"
            v120 = v79
            if v120.__class__ is not list:
                raise TypeError("list")
            if v120:
                p121 = _join((encode_long(len(v120)), *map(_attachment, v120), b"\x00"))
            else:
                p121 = b"\x00"
            p80 = _join((p82, p84, p85, p86, p87, p89, p91, p92, p93, p94, p96, p100, p101, p102, p103, p104, p107, p108, p110, p115, p118, p121))
        r123 = record.thread
        p124 = r123.id.encode()
        n125 = len(p124)
        p126 = LONGS[n125] if n125 < 8192 else encode_long(n125)
        v127 = r123.title
        if v127 is None:
            p128 = b"\x00"
        else:
            p129 = v127.encode()
            n130 = len(p129)
            p131 = LONGS[n130] if n130 < 8192 else encode_long(n130)
            p128 = _join((b"\x02", p131, p129))
        p132 = _THREAD_STATE[r123.state]
        v133 = r123.container
        if v133 is not None:
            r135 = v133
            p136 = r135.id.encode()
            n137 = len(p136)
            p138 = LONGS[n137] if n137 < 8192 else encode_long(n137)
            v139 = r135.name
            if v139 is None:
                p141 = b"\x00"
                p142 = b""
            else:
                p142 = v139.encode()
                n140 = len(p142)
                p141 = OPTIONAL_LONGS[n140] if n140 < 8192 else b"\x02" + encode_long(n140)
            v143 = r135.kind
            if v143 is None:
                p145 = b"\x00"
                p146 = b""
            else:
                p146 = v143.encode()
                n144 = len(p146)
                p145 = OPTIONAL_LONGS[n144] if n144 < 8192 else b"\x02" + encode_long(n144)
            p134 = b"\x02"
        else:
            p134 = b"\x00"
            p138 = p136 = p141 = p142 = p145 = p146 = b""
        v147 = record.participants
        if v147.__class__ is not list:
            raise TypeError("list")
        if v147:
            p148 = _join((encode_long(len(v147)), *map(_party, v147), b"\x00"))
        else:
            p148 = b"\x00"
        v150 = record.our_account
        if v150 is None:
            p152 = b"\x00"
            p153 = b""
        else:
            p153 = v150.encode()
            n151 = len(p153)
            p152 = OPTIONAL_LONGS[n151] if n151 < 8192 else b"\x02" + encode_long(n151)
        v154 = record.references
        if v154.__class__ is not list:
            raise TypeError("list")
        if v154:
            p155 = _join((encode_long(len(v154)), *map(_reference, v154), b"\x00"))
        else:
            p155 = b"\x00"
        p157 = _CHANNEL[record.channel]
        p158 = _DIRECTION[record.direction]
        p159 = _VISIBILITY[record.visibility]
        p160 = _BOOLEANS[record.automated]
        v161 = record.generator
        if v161 is None:
            p162 = b"\x00"
        else:
            p163 = v161.encode()
            n164 = len(p163)
            p165 = LONGS[n164] if n164 < 8192 else encode_long(n164)
            p162 = _join((b"\x02", p165, p163))
        v166 = record.client_ref
        if v166 is None:
            p167 = b"\x00"
        else:
            p168 = v166.encode()
            n169 = len(p168)
            p170 = LONGS[n169] if n169 < 8192 else encode_long(n169)
            p167 = _join((b"\x02", p170, p168))
        v171 = record.published
        if TIME_START <= v171 < TIME_LIMIT:
            p172 = PAIRS[v171 << 1 & 16383]
            p173 = PAIRS[v171 >> 13 & 16383]
            p174 = PAIRS[v171 >> 27 & 16383]
            p175 = LAST_PAIRS[v171 >> 41]
        else:
            p172 = encode_long(v171)
            p173 = p174 = p175 = b""
        p176 = _CLOCK[record.clock]
        v177 = record.received
        if TIME_START <= v177 < TIME_LIMIT:
            p178 = PAIRS[v177 << 1 & 16383]
            p179 = PAIRS[v177 >> 13 & 16383]
            p180 = PAIRS[v177 >> 27 & 16383]
            p181 = LAST_PAIRS[v177 >> 41]
        else:
            p178 = encode_long(v177)
            p179 = p180 = p181 = b""
        v182 = record.changes
        v183 = record.reaction
        v184 = record.tags
        v185 = record.metrics
        v186 = record.fields
        if not v182 and v182.__class__ is list and v183 is None and not v184 and v184.__class__ is list and not v185 and v185.__class__ is dict and not v186 and v186.__class__ is dict:
            p187 = b"\x00\x00\x00\x00\x00"
        else:
            v188 = v182
            if v188.__class__ is not list:
                raise TypeError("list")
            if v188:
                p189 = _join((encode_long(len(v188)), *map(_change, v188), b"\x00"))
            else:
                p189 = b"\x00"
            v191 = v183
            if v191 is None:
                p193 = b"\x00"
                p194 = b""
            else:
                p194 = v191.encode()
                n192 = len(p194)
                p193 = OPTIONAL_LONGS[n192] if n192 < 8192 else b"\x02" + encode_long(n192)
            v195 = v184
            if v195.__class__ is not list:
                raise TypeError("list")
            if v195:
                o197 = [encode_long(len(v195))]
                for i198 in v195:
                    p199 = i198.encode()
                    n200 = len(p199)
                    p201 = LONGS[n200] if n200 < 8192 else encode_long(n200)
                    o197 += (p201, p199)
                o197.append(b"\x00")
                p196 = _join(o197)
            else:
                p196 = b"\x00"
            v202 = v185
            if v202.__class__ is not dict:
                raise TypeError("dict")
            if v202:
                o204 = [encode_long(len(v202))]
                for k206, i205 in v202.items():
                    p207 = k206.encode()
                    n208 = len(p207)
                    p209 = LONGS[n208] if n208 < 8192 else encode_long(n208)
                    p210 = double_pack(i205)
                    o204 += (p209, p207, p210)
                o204.append(b"\x00")
                p203 = _join(o204)
            else:
                p203 = b"\x00"
            v211 = v186
            if v211.__class__ is not dict:
                raise TypeError("dict")
            if v211:
                o213 = [encode_long(len(v211))]
                for k215, i214 in v211.items():
                    p216 = k215.encode()
                    n217 = len(p216)
                    p218 = LONGS[n217] if n217 < 8192 else encode_long(n217)
                    p219 = i214.encode()
                    n220 = len(p219)
                    p221 = LONGS[n220] if n220 < 8192 else encode_long(n220)
                    o213 += (p218, p216, p221, p219)
                o213.append(b"\x00")
                p212 = _join(o213)
            else:
                p212 = b"\x00"
            p187 = _join((p189, p193, p194, p196, p203, p212))
        r222 = record.origin
        p223 = r222.delivery.encode()
        if len(p223) != 36:
            raise ValueError("uuid")
        v224 = r222.topic
        p225 = cached_string(v224) or remember(v224)
        v226 = r222.partition
        p227 = LONGS[v226] if 0 <= v226 < 8192 else encode_int(v226)
        v228 = r222.offset
        p229 = LONGS[v228] if 0 <= v228 < 8192 else encode_long(v228)
        v230 = r222.entry
        p231 = LONGS[v230] if 0 <= v230 < 8192 else encode_int(v230)
        p232 = _MODE[r222.mode]
        return _join((b"\x48", p1, p3, p5, p7, p9, p10, p11, p13, p18, p22, p23, p24, p25, p26, p29, p30, p32, p37, p42, p40, p43, p45, p51, p52, p55, p56, p59, p60, p62, p64, p69, p71, p72, p73, p74, p80, p126, p124, p128, p132, p134, p138, p136, p141, p142, p145, p146, p148, p152, p153, p155, p157, p158, p159, p160, p162, p167, p172, p173, p174, p175, p176, p178, p179, p180, p181, p187, b"\x48", p223, p225, p227, p229, p231, p232))
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
        if v7 is not None:
            p9 = v7.encode()
            if len(p9) != 36:
                raise ValueError("uuid")
            p8 = b"\x02\x48"
        else:
            p8 = b"\x00"
            p9 = b""
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
            p40 = b"\x00"
        else:
            p41 = v39.encode()
            n42 = len(p41)
            p43 = LONGS[n42] if n42 < 8192 else encode_long(n42)
            p40 = _join((b"\x02", p43, p41))
        v44 = record.activity
        if v44 is None:
            p45 = b"\x00"
        else:
            p45 = b"\x02" + _activity(v44)
        return _join((p1, p3, p5, b"\x48", p6, p8, p9, p11, p13, p15, p22, p25, p32, p35, p36, p37, p38, p40, p45))
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
        if v7 is not None:
            p9 = v7.encode()
            if len(p9) != 36:
                raise ValueError("uuid")
            p8 = b"\x02\x48"
        else:
            p8 = b"\x00"
            p9 = b""
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
            p40 = b"\x00"
        else:
            p41 = v39.encode()
            n42 = len(p41)
            p43 = LONGS[n42] if n42 < 8192 else encode_long(n42)
            p40 = _join((b"\x02", p43, p41))
        return _join((p1, p3, p5, b"\x48", p6, p8, p9, p11, p13, p15, p22, p25, p32, p35, p36, p37, p38, p40, b"\x02"))
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
        if v24 is not None:
            p26 = v24
            if len(p26) != 16:
                raise ValueError('FactHash')
            p25 = b"\x02"
        else:
            p25 = b"\x00"
            p26 = b""
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
            p46 = b"\x02" + _activity(v45)
        return _join((p1, p3, p5, p7, b"\x48", p8, p10, p13, p15, p22, p25, p26, p27, p29, p33, p35, p37, p38, p39, p40, p43, p44, p46))
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
        if v24 is not None:
            p26 = v24
            if len(p26) != 16:
                raise ValueError('FactHash')
            p25 = b"\x02"
        else:
            p25 = b"\x00"
            p26 = b""
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
        return _join((p1, p3, p5, p7, b"\x48", p8, p10, p13, p15, p22, p25, p26, p27, p29, p33, p35, p37, p38, p39, p40, p43, p44, b"\x02"))
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
        if v28 is not None:
            p30 = v28.encode()
            if len(p30) != 36:
                raise ValueError("uuid")
            p29 = b"\x02\x48"
        else:
            p29 = b"\x00"
            p30 = b""
        v31 = record.split_from
        if v31 is not None:
            p33 = v31.encode()
            if len(p33) != 36:
                raise ValueError("uuid")
            p32 = b"\x02\x48"
        else:
            p32 = b"\x00"
            p33 = b""
        v34 = record.erased
        if v34 is not None:
            v36 = v34
            if TIME_START <= v36 < TIME_LIMIT:
                p37 = PAIRS[v36 << 1 & 16383]
                p38 = PAIRS[v36 >> 13 & 16383]
                p39 = PAIRS[v36 >> 27 & 16383]
                p40 = LAST_PAIRS[v36 >> 41]
            else:
                p37 = encode_long(v36)
                p38 = p39 = p40 = b""
            p35 = b"\x02"
        else:
            p35 = b"\x00"
            p37 = p38 = p39 = p40 = b""
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
        return _join((b"\x48", p1, p4, p2, p5, p6, p9, p10, p13, p14, p16, p19, p26, p29, p30, p32, p33, p35, p37, p38, p39, p40, p42, p44, p45, p46, p47, p49, p50, p51, p52))
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
        if v22 is not None:
            v24 = v22
            p25 = LONGS[v24] if 0 <= v24 < 8192 else encode_int(v24)
            p23 = b"\x02"
        else:
            p23 = b"\x00"
            p25 = b""
        v26 = record.topic
        if v26 is None:
            p28 = b"\x00"
            p29 = b""
        else:
            p29 = v26.encode()
            n27 = len(p29)
            p28 = OPTIONAL_LONGS[n27] if n27 < 8192 else b"\x02" + encode_long(n27)
        v30 = record.partition
        if v30 is not None:
            v32 = v30
            p33 = LONGS[v32] if 0 <= v32 < 8192 else encode_int(v32)
            p31 = b"\x02"
        else:
            p31 = b"\x00"
            p33 = b""
        v34 = record.offset
        if v34 is not None:
            v36 = v34
            p37 = LONGS[v36] if 0 <= v36 < 8192 else encode_long(v36)
            p35 = b"\x02"
        else:
            p35 = b"\x00"
            p37 = b""
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
        if v62 is not None:
            p64 = v62
            n65 = len(p64)
            p66 = LONGS[n65] if n65 < 8192 else encode_long(n65)
            p63 = b"\x02"
        else:
            p63 = b"\x00"
            p66 = p64 = b""
        return _join((b"\x48", p1, p4, p2, p7, p5, p10, p8, p11, p14, p12, p17, p15, p20, p21, p23, p25, p28, p29, p31, p33, p35, p37, p40, p38, p43, p41, p45, p47, p48, p49, p50, p52, p63, p66, p64))
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
        v50 = record.feeds
        if v50.__class__ is not dict:
            raise TypeError("dict")
        if v50:
            o52 = [encode_long(len(v50))]
            for k54, i53 in v50.items():
                p55 = k54.encode()
                n56 = len(p55)
                p57 = LONGS[n56] if n56 < 8192 else encode_long(n56)
                v58 = i53
                p59 = LONGS[v58] if 0 <= v58 < 8192 else encode_long(v58)
                o52 += (p57, p55, p59)
            o52.append(b"\x00")
            p51 = _join(o52)
        else:
            p51 = b"\x00"
        return _join((p3, p1, p6, p4, p8, p10, p12, p15, p13, p18, p16, p20, p21, p22, p23, p25, p27, p29, p31, p33, p43, p44, p46, p47, p48, p49, p51))
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


def encode_completeness(record: Completeness) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.workspace.encode()
        n2 = len(p1)
        p3 = LONGS[n2] if n2 < 8192 else encode_long(n2)
        p4 = record.source.encode()
        n5 = len(p4)
        p6 = LONGS[n5] if n5 < 8192 else encode_long(n5)
        v7 = record.until
        if TIME_START <= v7 < TIME_LIMIT:
            p8 = PAIRS[v7 << 1 & 16383]
            p9 = PAIRS[v7 >> 13 & 16383]
            p10 = PAIRS[v7 >> 27 & 16383]
            p11 = LAST_PAIRS[v7 >> 41]
        else:
            p8 = encode_long(v7)
            p9 = p10 = p11 = b""
        v12 = record.at
        if TIME_START <= v12 < TIME_LIMIT:
            p13 = PAIRS[v12 << 1 & 16383]
            p14 = PAIRS[v12 >> 13 & 16383]
            p15 = PAIRS[v12 >> 27 & 16383]
            p16 = LAST_PAIRS[v12 >> 41]
        else:
            p13 = encode_long(v12)
            p14 = p15 = p16 = b""
        v17 = record.open
        p18 = LONGS[v17] if 0 <= v17 < 8192 else encode_long(v17)
        v19 = record.findings
        p20 = LONGS[v19] if 0 <= v19 < 8192 else encode_long(v19)
        return _join((p3, p1, p6, p4, p8, p9, p10, p11, p13, p14, p15, p16, p18, p20))
    except CAUSES as error:
        raise explain("Completeness", record, error) from error


def encode_finding(record: Finding) -> bytes:
    """Avro encoding of the record, without framing."""
    try:
        p1 = record.id.encode()
        if len(p1) != 36:
            raise ValueError("uuid")
        p2 = _FINDING_KIND[record.kind]
        p3 = _FINDING_STATE[record.state]
        p4 = record.stage.encode()
        n5 = len(p4)
        p6 = LONGS[n5] if n5 < 8192 else encode_long(n5)
        p7 = record.workspace.encode()
        n8 = len(p7)
        p9 = LONGS[n8] if n8 < 8192 else encode_long(n8)
        p10 = record.source.encode()
        n11 = len(p10)
        p12 = LONGS[n11] if n11 < 8192 else encode_long(n11)
        p13 = record.topic.encode()
        n14 = len(p13)
        p15 = LONGS[n14] if n14 < 8192 else encode_long(n14)
        v16 = record.partition
        p17 = LONGS[v16] if 0 <= v16 < 8192 else encode_int(v16)
        v18 = record.first
        p19 = LONGS[v18] if 0 <= v18 < 8192 else encode_long(v18)
        v20 = record.last
        p21 = LONGS[v20] if 0 <= v20 < 8192 else encode_long(v20)
        v22 = record.count
        p23 = LONGS[v22] if 0 <= v22 < 8192 else encode_long(v22)
        p24 = record.message.encode()
        n25 = len(p24)
        p26 = LONGS[n25] if n25 < 8192 else encode_long(n25)
        v27 = record.since
        if TIME_START <= v27 < TIME_LIMIT:
            p28 = PAIRS[v27 << 1 & 16383]
            p29 = PAIRS[v27 >> 13 & 16383]
            p30 = PAIRS[v27 >> 27 & 16383]
            p31 = LAST_PAIRS[v27 >> 41]
        else:
            p28 = encode_long(v27)
            p29 = p30 = p31 = b""
        v32 = record.found
        if TIME_START <= v32 < TIME_LIMIT:
            p33 = PAIRS[v32 << 1 & 16383]
            p34 = PAIRS[v32 >> 13 & 16383]
            p35 = PAIRS[v32 >> 27 & 16383]
            p36 = LAST_PAIRS[v32 >> 41]
        else:
            p33 = encode_long(v32)
            p34 = p35 = p36 = b""
        v37 = record.changed
        if TIME_START <= v37 < TIME_LIMIT:
            p38 = PAIRS[v37 << 1 & 16383]
            p39 = PAIRS[v37 >> 13 & 16383]
            p40 = PAIRS[v37 >> 27 & 16383]
            p41 = LAST_PAIRS[v37 >> 41]
        else:
            p38 = encode_long(v37)
            p39 = p40 = p41 = b""
        v42 = record.by
        if v42 is None:
            p44 = b"\x00"
            p45 = b""
        else:
            p45 = v42.encode()
            n43 = len(p45)
            p44 = OPTIONAL_LONGS[n43] if n43 < 8192 else b"\x02" + encode_long(n43)
        return _join((b"\x48", p1, p2, p3, p6, p4, p9, p7, p12, p10, p15, p13, p17, p19, p21, p23, p26, p24, p28, p29, p30, p31, p33, p34, p35, p36, p38, p39, p40, p41, p44, p45))
    except CAUSES as error:
        raise explain("Finding", record, error) from error

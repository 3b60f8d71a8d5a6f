"""Comments: public replies, internal notes, calls; their edits and attachments."""

from __future__ import annotations

from msgspec import UNSET, Struct

from commonline.connectors.zendesk import crosslinks
from commonline.connectors.zendesk.desk import NOBODY, Desk, Users, party, present
from commonline.connectors.zendesk.payload import Author, Comment, File, Flag, TicketEvent, shown, text_id
from commonline.connectors.zendesk.tickets import Scene, changed
from commonline.connectors.zendesk.values import digest, lowered, micros, plain, version, words
from commonline.errors import MalformedPayloadError
from commonline.kit import text as texts
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import (
    Attachment,
    AttachmentKind,
    Change,
    Direction,
    Object,
    Party,
    Reference,
    Side,
    Thread,
    Visibility,
)

REDACTED = "\u2587"
"""What Zendesk puts in the place of each redacted character."""
LARGEST = 1 << 53
"""Bytes: what claims to be larger is no file."""
_BY_RULE = frozenset({"rule", "rule_revision", "trigger", "automation", "system"})
_KINDS: dict[str, AttachmentKind] = {"image": "image", "video": "video", "audio": "audio"}


class Remark(Struct, gc=False):
    """A comment in its ticket; `scene` is None where the API told the comment alone."""

    desk: Desk
    ticket_id: str
    comment: Comment
    scene: Scene | None = None
    users: Users = NOBODY

    @property
    def id(self) -> str:
        """``zendesk:acme/comment/123``"""
        return self.desk.uri("comment", self.comment.id)

    @property
    def visibility(self) -> Visibility:
        """Private comments are notes among agents; recordings and transcripts of calls are restricted."""
        comment = self.comment
        public = shown(comment.is_public, comment.public)
        if comment.data is not None and (comment.data.recording_url or comment.data.transcription_text):
            return "restricted"
        return seen(public)

    def thread(self) -> Thread:
        """The ticket."""
        return self.scene.thread() if self.scene else Thread(id=self.desk.uri("ticket", self.ticket_id))

    def author(self) -> Party | None:
        """Who wrote it: as told by the comment, by the side-loaded users, or by who the requester is."""
        comment = self.comment
        told = comment.author or Author(id=comment.author_id)
        native_id = text_id(told.id) or text_id(comment.author_id)
        requester = text_id(self.scene.ticket.requester_id) if self.scene else None
        side: Side = "unknown"
        if told.is_staff is not None:
            side = "us" if told.is_staff else "customer"
        elif native_id is not None and native_id == requester:
            side = "customer"
        found = party(self.desk, native_id, "author", side=side, name=told.name or None, users=self.users)
        if found is not None and found.side != "us" and comment.via is not None:
            found.claims = [*found.claims, *crosslinks.social_claims(comment.via)]
            found.handle = crosslinks.social_handle(comment.via)
        return found

    def direction(self, author: Party | None, visibility: Visibility) -> Direction | None:
        """A reply to the customer, a note among us, or a question to us; None: `place` decides."""
        via = self.comment.via
        rel = via.source.rel if via and via.source and self.comment.data else None
        if rel in ("inbound", "voicemail", "outbound"):
            return "outbound" if rel == "outbound" else "inbound"
        if author is None or author.side == "unknown":
            return None if visibility == "customer" else "internal"
        if author.side != "us":
            return "inbound"
        return "outbound" if visibility == "customer" else "internal"

    def object(self) -> Object:
        """The whole comment."""
        comment = self.comment
        text = comment.body
        told = texts.tidy(text, texts.link_spans(text)) if text is not None else None
        return Object(
            id=self.id,
            type="Note",
            url=self.desk.page("ticket", self.ticket_id),
            text=told.text if told else None,
            spans=told.spans if told else [],
            attachments=[attachment(self.desk, file) for file in comment.attachments or []],
        )


def written(remark: Remark, event: str, published: int | None) -> Draft:
    """A comment as it came to be."""
    comment = remark.comment
    author = remark.author()
    visibility = remark.visibility
    scene = remark.scene
    others = present(scene.requester(), scene.assignee()) if scene else []
    by_rule = comment.via is not None and lowered(comment.via.channel) in _BY_RULE
    draft = Draft(
        event=event,
        type="Create",
        object=remark.object(),
        thread=remark.thread(),
        channel="ticket",
        visibility=visibility,
        actor=author,
        participants=[one for one in others if author is None or one.account != author.account],
        our_account=remark.desk.account,
        references=crosslinks.comment_references(remark.desk, remark.ticket_id, comment),
        direction=remark.direction(author, visibility),
        automated=by_rule or (author is not None and author.kind == "application"),
        published=published,
        tags=words(scene.ticket.tags) if scene else [],
        fields=comment_fields(comment),
    )
    if comment.data is not None:
        call_told(draft, comment)
    return draft


def comment_fields(comment: Comment) -> dict[str, str]:
    """Where a comment came from, and its Graph id."""
    told = {}
    if comment.via is not None and (via := lowered(comment.via.channel)):
        told["via"] = via
    if graph_object_id := text_id(comment.graph_object_id):
        told["graph_object_id"] = graph_object_id
    return told


def call_told(draft: Draft, comment: Comment) -> None:
    """A comment that stands for a call: its length, its recording, its words."""
    voice = comment.data
    if voice is None:
        return
    if voice.call_duration is not None:
        draft.metrics = {"duration_s": float(voice.call_duration)}
    draft.object.start_time = micros(voice.started_at)
    if voice.recording_url:
        draft.object.attachments.append(Attachment(kind="recording", id=text_id(voice.call_id)))
    if voice.transcription_text:
        told = texts.tidy(voice.transcription_text, []).text
        draft.object.text = "\n\n".join(filter(None, (draft.object.text, told)))


def attachment(desk: Desk, file: File) -> Attachment:
    """An attachment, by the address that asks for a login: the one that Zendesk tells has a token in it."""
    native_id = text_id(file.id)
    media_type = (file.content_type or "").partition(";")[0].strip().lower() or None
    return Attachment(
        kind=_KINDS.get((media_type or "").partition("/")[0], "file"),
        id=native_id,
        url=f"{desk.root}/api/v2/attachments/{native_id}.json" if desk.root and native_id else None,
        media_type=media_type if media_type and "/" in media_type else None,
        name=file.filename or file.file_name,
        size=file.size if file.size is not None and 0 <= file.size < LARGEST else None,
    )


def told_comment(envelope: TicketEvent) -> Comment:
    """The comment of an event. Raises `MalformedPayloadError` where it is missing."""
    if envelope.event.comment is None:
        raise MalformedPayloadError("the event names no comment", "event.comment")
    return envelope.event.comment


def _remark(envelope: TicketEvent, scene: Scene) -> Remark:
    return Remark(scene.desk, str(scene.ticket.id), told_comment(envelope), scene)


def added(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """``ticket.comment_added``: a reply, a note, or the text that the ticket was opened with."""
    return [written(_remark(envelope, scene), entry.event, micros(envelope.time))]


def _later(entry: Entry, envelope: TicketEvent, scene: Scene, change: Change) -> Draft:
    """An Update of a comment by whoever acted on the ticket."""
    draft = written(_remark(envelope, scene), entry.event, micros(envelope.time))
    author, draft.actor = draft.actor, scene.actor(scene.ticket.actor_id)
    draft.type = "Update"
    draft.object.author = author
    draft.object.version = version(scene.ticket.updated_at) or version(envelope.time)
    draft.direction = "internal"
    draft.changes = [change]
    draft.automated = draft.actor is not None and draft.actor.kind == "application"
    return draft


def redacted(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """Words were blackened out. What is not told again is taken for gone; so is the ticket's text."""
    comment = told_comment(envelope)
    draft = _later(entry, envelope, scene, Change(field="body"))
    if comment.body is None:
        draft.object.text, draft.revision = "", draft.object.version or ""
    else:
        draft.revision = redaction(comment.body)
    if shown(comment.is_public, comment.public) is UNSET:
        draft.visibility = scene.visibility
    description = scene.ticket.description or ""
    if REDACTED in description or description == comment.body:
        return [draft, *changed(entry, envelope, scene, [Change(field="body")])]
    return [draft]


def redaction(text: str) -> str:
    """The revision of a redacted text: webhook and poll know nothing else that they share."""
    return f"redacted/{digest(text)}"


def made_private(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """A public comment became a note. There is no way back, so the fact needs no time in its id."""
    change = Change(field="visibility", before="customer", after="internal")
    draft = _later(entry, envelope, scene, change)
    draft.visibility = "internal"
    draft.revision = "private"
    return [draft]


def attachment_linked(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """A file of a comment: an object of its own, since the comment's event told the text only."""
    return [_file_draft(entry, envelope, scene)]


def attachment_redacted(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """A file was taken away for good."""
    draft = _file_draft(entry, envelope, scene)
    draft.type = "Delete"
    draft.direction = "internal"
    draft.object.attachments = []
    draft.object.title = None
    return [draft]


def seen(public: Flag) -> Visibility:
    """How far something may travel by a flag alone."""
    return "restricted" if not isinstance(public, bool) else ("customer" if public else "internal")


def _file_draft(entry: Entry, envelope: TicketEvent, scene: Scene) -> Draft:
    comment = told_comment(envelope)
    file = envelope.event.attachment or comment.attachment
    file_id = text_id(file.id) if file else None
    if file is None or file_id is None:
        raise MalformedPayloadError("the event names no attachment", "event.comment.attachment.id")
    remark = _remark(envelope, scene)
    visibility = remark.visibility if shown(comment.is_public) is not UNSET else seen(file.is_public)
    if visibility == "customer":
        visibility = scene.visibility
    draft = written(remark, entry.event, micros(envelope.time))
    sample = attachment(scene.desk, file)
    draft.visibility = visibility
    draft.actor = draft.actor or scene.actor(scene.ticket.actor_id)
    draft.direction = None if visibility == "customer" else "internal"
    draft.object = Object(
        id=scene.desk.uri("attachment", file_id),
        type="Image" if sample.kind == "image" else "Document",
        url=scene.desk.page("ticket", remark.ticket_id),
        title=plain(sample.name),
        attachments=[sample],
    )
    draft.references = [Reference(kind="attachment_of", id=remark.id)]
    return draft

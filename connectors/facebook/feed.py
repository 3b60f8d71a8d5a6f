"""Changes of a page: posts, comments, reactions, ratings, mentions, leads, broadcasts.

Times: a Create happened at `created_time`; edits repeat the old `created_time` and removals have none or
their own, so everything else happened at the entry's time, which is the same in every retry. `from` is who
wrote the object: on an edit also who did it, on hide and remove only whose it was. Only the page can hide.
"""

from __future__ import annotations

from commonline.connectors.facebook import attachments
from commonline.connectors.facebook.change import (
    Fact,
    before,
    fields,
    mentions,
    open_change,
    permalink,
    references,
    required,
    version,
    visibility,
)
from commonline.connectors.facebook.pages import FeedPart, Page
from commonline.connectors.facebook.payload import id_text
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import Change, Object, ObjectType, Thread

CREATE, UPDATE, DELETE = (
    frozenset({"add"}),
    frozenset({"edit", "edited", "update"}),
    frozenset({"remove", "delete"}),
)
HIDE, FLAG = frozenset({"hide", "unhide"}), frozenset({"block", "unblock", "mute", "unmute"})
VERBS = CREATE | UPDATE | DELETE | HIDE | FLAG
"""Verbs that are understood; both `edit` and `edited` are in use."""
EDGE_VERBS = CREATE | UPDATE | DELETE
"""Of these, the ones that a reaction can have."""
TYPES: dict[str, ObjectType] = {
    "post": "Note",
    "status": "Note",
    "share": "Note",
    "photo": "Image",
    "album": "Image",
    "video": "Video",
    "event": "Event",
    "comment": "Note",
    "rating": "Review",
}
LIVE_STATES = frozenset({"live", "live_stopped", "vod", "processing"})
"""States of a broadcast that everybody can see; scheduled and unpublished ones are the page's own affair."""
RATING_MAX = 5.0


def written(entry: Entry) -> list[Draft]:
    """A post, picture, film, album, event, comment or rating: written, edited, hidden, flagged, removed."""
    fact = open_change(entry)
    verb = fact.value.verb
    if verb in CREATE:
        return [_create(fact)]
    if verb in UPDATE:
        return [_update(fact)]
    if verb in HIDE:
        return [_hide(fact)]
    if verb in FLAG:
        return [_flag(fact)]
    return [_delete(fact)]


def reacted(entry: Entry) -> list[Draft]:
    """A like or another reaction on a post, comment, rating or the page itself."""
    fact = open_change(entry)
    undone = fact.value.verb in DELETE
    on_page = fact.object_id == fact.page.account
    review = fact.part.field == "ratings" and fact.comment is None
    target = Object(id=fact.object_id, type="Review" if review else "Note", url=permalink(fact))
    at = fact.created if fact.value.verb in CREATE else None
    return [
        Draft(
            event=fact.event,
            type="Undo" if undone else "Like",
            undoes="Like" if undone else None,
            edge=_edge(fact),
            revision=version(fact.part.at),
            actor=fact.author,
            object=fact.page.as_object() if on_page else target,
            thread=fact.thread,
            our_account=fact.page.account,
            channel=fact.channel,
            visibility=visibility(fact),
            published=at if at is not None else fact.part.at,
            reaction=(fact.value.reaction_type or "like").lower(),
            fields=fields(fact),
        )
    ]


def _edge(fact: Fact) -> str:
    """One person has one reaction on one thing: a new one replaces the old. Without a person each stands alone."""
    if fact.author is None or fact.author.account is None:
        return f"{fact.object_id}/like/anonymous/{version(fact.part.at)}"
    who = fact.author.account.rpartition("/")[2].rpartition(":")[2]
    return f"{fact.object_id}/like/{who}"


def mentioned(entry: Entry) -> list[Draft]:
    """Somebody named the page elsewhere. The same comment may come as `feed` too: it has the same id."""
    drafts = written(entry)
    page: Page = entry.body.page
    for draft in drafts:
        draft.participants = [page.us("mentioned")]
        draft.thread.container = None
    return drafts


def lead(entry: Entry) -> list[Draft]:
    """A lead form was filled in. Thin: the answers must be asked for by the lead's id."""
    part: FeedPart = entry.body
    told = part.value
    native_id = required(told.leadgen_id, "leadgen_id")
    ids = (("form_id", told.form_id), ("ad_id", told.ad_id), ("adgroup_id", told.adgroup_id))
    uri = part.page.uri("lead", native_id)
    return [
        Draft(
            event=entry.event,
            type="Create",
            thin=True,
            object=Object(id=uri, type="Form"),
            thread=Thread(id=uri, container=part.page.container),
            our_account=part.page.account,
            direction="inbound",
            channel="form",
            visibility="customer",
            published=times.parse(told.created_time) or part.at,
            fields={name: text for name, value in ids if (text := id_text(value))},
        )
    ]


def live(entry: Entry) -> list[Draft]:
    """A broadcast of the page changed its state."""
    part: FeedPart = entry.body
    told = part.value
    status = (told.status or "unknown").lower()
    uri = part.page.uri("live_video", required(told.id, "id"))
    return [
        Draft(
            event=entry.event,
            type="Update",
            revision=version(part.at),
            actor=part.page.us(),
            object=Object(id=uri, type="Video", version=version(part.at) or None),
            thread=Thread(id=uri, container=part.page.container),
            our_account=part.page.account,
            channel="post",
            visibility="public" if status in LIVE_STATES else "internal",
            published=part.at,
            changes=[Change(field="status", after=status)],
        )
    ]


def _create(fact: Fact) -> Draft:
    draft = _draft(fact)
    draft.actor = fact.author
    draft.published = fact.created if fact.created is not None else fact.part.at
    draft.references = references(fact)
    return draft


def _update(fact: Fact) -> Draft:
    edited = times.parse(fact.value.edited_time) or fact.part.at
    draft = _draft(fact)
    draft.type = "Update"
    draft.actor = fact.author
    draft.published = edited
    draft.revision = version(edited)
    draft.object.version = draft.revision or None
    draft.object.created = before(fact.created, edited)
    draft.references = references(fact)
    return draft


def _hide(fact: Fact) -> Draft:
    hidden = fact.value.verb == "hide"
    old, new = ("public", "customer") if hidden else ("customer", "public")
    draft = _changed(fact, [Change(field="visibility", before=old, after=new)])
    draft.actor = fact.page.us()
    if hidden and draft.visibility == "public":
        draft.visibility = "customer"
    return draft


def _flag(fact: Fact) -> Draft:
    """Facebook blocks or mutes a film, mostly for its music's owner; nobody is named."""
    verb = fact.value.verb
    on = str(not verb.startswith("un")).lower()
    draft = _changed(fact, [Change(field=f"x.{verb.removeprefix('un')}", after=on)])
    if verb == "block":
        draft.visibility = "internal"
    return draft


def _changed(fact: Fact, changes: list[Change]) -> Draft:
    draft = _draft(fact)
    draft.type = "Update"
    draft.published = fact.part.at
    draft.revision = version(fact.part.at)
    draft.object.version = draft.revision or None
    draft.object.author = fact.author
    draft.direction = "internal"
    draft.changes = changes
    return draft


def _delete(fact: Fact) -> Draft:
    """Nothing on Facebook comes back after it was removed, so one removal is one fact however it is told."""
    at = version(fact.part.at) or None
    obj = Object(id=fact.object_id, type=TYPES[fact.value.item], version=at, author=fact.author)
    return Draft(
        event=fact.event,
        type="Delete",
        object=obj,
        thread=fact.thread,
        our_account=fact.page.account,
        channel=fact.channel,
        visibility=visibility(fact),
        published=fact.part.at,
    )


def _draft(fact: Fact) -> Draft:
    value = fact.value
    message = value.review_text if value.item == "rating" else value.message
    obj = Object(
        id=fact.object_id,
        type=TYPES[value.item],
        url=permalink(fact),
        title=value.story,
        attachments=attachments.of_feed(value),
    )
    if message is not None:
        spans = link_spans(message)
        if value.message_tags is not None:
            spans += mentions(message, value.message_tags, fact.page)
        text = tidy(message, spans)
        obj.text, obj.spans = text.text, text.spans
    metrics = {"rating": float(value.rating), "rating_max": RATING_MAX} if value.rating else {}
    return Draft(
        event=fact.event,
        type="Create",
        object=obj,
        thread=fact.thread,
        our_account=fact.page.account,
        channel=fact.channel,
        visibility=visibility(fact),
        metrics=metrics,
        fields=fields(fact),
    )

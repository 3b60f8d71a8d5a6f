"""One change of a page, opened: which object, which thread, whose, how visible."""

from __future__ import annotations

from typing import Any

import msgspec

from commonline.connectors.facebook.pages import SITE, FeedPart, Page
from commonline.connectors.facebook.payload import Id, Value, id_text
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.mapping import Entry
from commonline.schemas.records import Channel, Party, Reference, Span, Thread, Visibility

YES, NO = (1, "1"), (0, "0", "")
"""How Meta writes a flag (JSON's true is 1, false is 0); what is neither is taken for the tighter one."""


class Fact(msgspec.Struct, gc=False):
    """A change with what all its drafts need."""

    part: FeedPart
    event: str
    value: Value
    object_id: str
    thread: Thread
    channel: Channel
    author: Party | None
    created: int | None
    post: str | None
    comment: str | None

    @property
    def page(self) -> Page:
        """The page that told it."""
        return self.part.page


def open_change(entry: Entry) -> Fact:
    """What all drafts of a change need. Raises `MalformedPayloadError` where an id is missing."""
    part: FeedPart = entry.body
    page, value = part.page, part.value
    post, comment = id_text(value.post_id), id_text(value.comment_id)
    if part.field == "ratings":
        object_id, thread_id = _review_ids(page, value, post, comment)
    else:
        object_id, thread_id = _post_ids(page, value, post, comment)
    channel: Channel = "review" if part.field == "ratings" else "comment" if comment else "post"
    return Fact(
        part=part,
        event=entry.event,
        value=value,
        object_id=object_id,
        thread=Thread(id=thread_id, container=page.container),
        channel=channel,
        author=_author(page, value),
        created=times.parse(value.created_time),
        post=post,
        comment=comment,
    )


def _post_ids(page: Page, value: Value, post: str | None, comment: str | None) -> tuple[str, str]:
    """URIs of the object and of its thread. A comment's id begins with its post's: `<post>_<comment>`."""
    if comment is not None:
        if post is None:
            post = f"{page.id}_{comment.partition('_')[0]}" if "_" in comment else None
        uri = page.uri("comment", comment)
        return uri, page.uri("post", post) if post else uri
    if post is not None:
        uri = page.uri("post", post)
        return uri, uri
    for kind in ("photo", "video", "album", "share", "event"):
        native_id = id_text(getattr(value, f"{kind}_id"))
        if native_id is not None:
            uri = page.uri(kind, native_id)
            return uri, uri
    if value.item == "like":
        return page.account, page.account
    raise MalformedPayloadError(f"a {value.item} needs post_id, comment_id or its own id", "post_id")


def _review_ids(page: Page, value: Value, post: str | None, comment: str | None) -> tuple[str, str]:
    """A rating is known by its story; a post id `<person>_<story>` ends with it."""
    story = id_text(value.open_graph_story_id)
    if story is None and post is not None:
        story = post.rpartition("_")[2]
    if story is None:
        raise MalformedPayloadError("a rating needs open_graph_story_id or post_id", "open_graph_story_id")
    review = page.uri("review", story)
    return (page.uri("comment", comment) if comment else review), review


def _author(page: Page, value: Value) -> Party | None:
    if value.author is not None:
        native_id, name = id_text(value.author.id), value.author.name
    else:
        native_id = id_text(value.sender_id) or id_text(value.reviewer_id) or id_text(value.user_id)
        name = value.sender_name or value.reviewer_name
    if native_id == page.id:
        us = page.us()
        return msgspec.structs.replace(us, name=name) if name and us.name is None else us
    if native_id is None and not name:
        return None
    account = page.uri("user", native_id) if native_id else None
    return Party(account=account, kind="person", role="author", name=name or None)


def visibility(fact: Fact) -> Visibility:
    """As the change tells it: unpublished is internal, hidden is between the page and its author.

    Comments below an unpublished post are seen by all who see the advertisement that it is: customers.
    """
    value = fact.value
    if fact.part.field == "group_feed":
        return "restricted"
    if value.published is not None and value.published not in YES:
        return "internal"
    if value.is_hidden is not None and value.is_hidden not in NO:
        return "customer"
    if value.post is not None and value.post.is_published not in YES:
        return "customer" if fact.comment is not None or value.item in ("like", "reaction") else "internal"
    return "public"


def references(fact: Fact) -> list[Reference]:
    """What a comment answers (post or comment), and the post it stands below."""
    value = fact.value
    if fact.comment is None:
        return []
    parent = id_text(value.parent_id)
    post = Reference(kind="reply", id=fact.thread.id)
    if parent is None or parent == fact.post or fact.part.field == "ratings":
        return [post] if fact.thread.id != fact.object_id else []
    comment = Reference(kind="reply", id=fact.page.uri("comment", parent))
    return [comment, Reference(kind="parent", id=fact.thread.id)]


def permalink(fact: Fact) -> str | None:
    """Where people see it. A post's own address comes with some changes; its id works as one too."""
    post, comment = fact.post, fact.comment
    address = fact.value.post.permalink_url if fact.value.post is not None else None
    if address is None:
        address = f"{SITE}/{post}" if post else None
    if comment is None:
        return address
    if address is None:
        return f"{SITE}/{comment}"
    return f"{address}{'&' if '?' in address else '?'}comment_id={comment.rpartition('_')[2]}"


def mentions(text: str, tags: Any, page: Page) -> list[Span]:
    """`message_tags`: who is named in the text. An offset that does not fit the name is not believed."""
    spans: list[Span] = []
    for tag in tags if isinstance(tags, list) else ():
        if not isinstance(tag, dict) or not isinstance(tag.get("name"), str) or not tag["name"]:
            continue
        name, start = tag["name"], tag.get("offset")
        if not isinstance(start, int) or start < 0 or not text.startswith(name, start):
            start = text.find(name)
        native_id = tag.get("id")
        who = str(native_id) if isinstance(native_id, (int, str)) and native_id else None
        account = page.account if who == page.id else page.uri("user", who) if who else None
        end = start + len(name) if start >= 0 else 0
        spans.append(Span(kind="mention", start=max(start, 0), end=end, value=account))
    return spans


def fields(fact: Fact) -> dict[str, str]:
    """What is worth a rule: recommendation, promotion, why a film was flagged."""
    value = fact.value
    if value.recommendation_type is None and value.video_flag_reason is None and value.post is None:
        return {}
    told = {
        "recommendation_type": value.recommendation_type,
        "video_flag_reason": id_text(value.video_flag_reason),
        "promotion_status": value.post.promotion_status if value.post is not None else None,
    }
    return {name: text for name, text in told.items() if text}


def required(value: Id | None, name: str) -> str:
    """An id that may not be empty. Raises `MalformedPayloadError` naming it."""
    text = id_text(value)
    if text is None:
        raise MalformedPayloadError(f"{name} is empty", name)
    return text


def version(at: int | None) -> str:
    """A time as a version: microseconds as text, empty if unknown."""
    return "" if at is None else str(at)


def before(created: int | None, at: int | None) -> int | None:
    """The time of creation, where it is told and is not just the time of this change."""
    return created if created is not None and (at is None or created < at) else None

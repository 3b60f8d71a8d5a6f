"""Posts as API 1.1 tells them."""

from __future__ import annotations

from commonline.connectors.x import content, people
from commonline.connectors.x.payload import Entities1, Named, Tweet1
from commonline.connectors.x.people import Side
from commonline.connectors.x.posts import Post
from commonline.kit import times
from commonline.kit.text import html_to_text, one_line
from commonline.schemas.records import Party

DEEPEST = 3


def post(side: Side, told: Tweet1, depth: int = 0) -> Post:
    """One post with the one that it repeats. Raises `MalformedPayloadError` without an id."""
    native_id = people.required(told.id_str, told.id, path="id_str")
    first = people.text_id(told.edit_history.initial_tweet_id) if told.edit_history is not None else None
    longer = told.extended_tweet
    entities = longer.entities if longer is not None else told.entities
    media = (longer.extended_entities if longer is not None else None) or told.extended_entities
    raw = (longer.full_text if longer is not None else None) or told.full_text or told.text
    found = Post(id=native_id, first=first or native_id, user=told.user)
    found.told_at = times.parse(told.timestamp_ms) or times.parse(told.created_at)
    if raw is not None:
        found.text = content.render(raw, content.marks1(entities, media))
    found.attachments = [content.attached(one) for one in _media(entities, media)]
    found.mentions = _mentions(side, entities)
    found.answers = people.text_id(told.in_reply_to_status_id_str)
    found.answers_whom = people.text_id(told.in_reply_to_user_id_str)
    found.quotes = people.text_id(told.quoted_status_id_str)
    if told.retweeted_status is not None and depth < DEEPEST:
        found.reposts = post(side, told.retweeted_status, depth + 1)
    found.language = None if told.lang in (None, "und") else told.lang
    found.generator = one_line(html_to_text(told.source)) if told.source else None
    found.tags = [tag for one in (entities.hashtags if entities else None) or () if (tag := one_line(one.text))]
    found.metrics = _metrics(told)
    return found


def _media(entities: Entities1 | None, media: Entities1 | None) -> list[Named]:
    return (media.media if media is not None else None) or (entities.media if entities is not None else None) or []


def _mentions(side: Side, entities: Entities1 | None) -> list[Party]:
    found: list[Party] = []
    for one in (entities.user_mentions if entities is not None else None) or ():
        known = people.text_id(one.id_str) or people.text_id(one.id)
        party = people.party(side, None, "mentioned", known)
        if party is not None:
            party.name, party.handle = one_line(one.name), one_line(one.screen_name)
            found.append(party)
    return found


def _metrics(told: Tweet1) -> dict[str, float]:
    counts = {
        "likes": told.favorite_count,
        "shares": told.retweet_count,
        "replies": told.reply_count,
        "quotes": told.quote_count,
        "actor_followers": told.user.followers_count if told.user is not None else None,
    }
    return {name: float(value) for name, value in counts.items() if value is not None}

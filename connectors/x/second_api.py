"""Posts as API 2 tells them: what they point at stands beside them, under `includes`."""

from __future__ import annotations

from msgspec import Struct

from commonline.connectors.x import content, people
from commonline.connectors.x.people import Side
from commonline.connectors.x.posts import Post
from commonline.connectors.x.second_payload import Includes, Media2, Tweet2, User2
from commonline.kit import times
from commonline.kit.text import Text, one_line
from commonline.schemas.records import Attachment, Party

COUNTS = {
    "like_count": "likes",
    "retweet_count": "shares",
    "reply_count": "replies",
    "quote_count": "quotes",
    "impression_count": "views",
}


class Beside(Struct, frozen=True):
    """The includes of a body, by id."""

    users: dict[str, User2]
    tweets: dict[str, Tweet2]
    includes: Includes


def beside(includes: Includes | None) -> Beside:
    """Sort what stands beside the posts."""
    told = includes or Includes()
    users = {known: one for one in told.users if (known := people.text_id(one.id))}
    tweets = {known: one for one in told.tweets if (known := people.text_id(one.id))}
    return Beside(users, tweets, told)


def post(side: Side, told: Tweet2, known: Beside, depth: int = 0) -> Post:
    """One post. Raises `MalformedPayloadError` without an id."""
    native_id = people.required(told.id, path="id")
    versions = [one for each in told.edit_history_tweet_ids or () if (one := people.text_id(each))]
    author = people.text_id(told.author_id)
    found = Post(id=native_id, first=versions[0] if versions else native_id, author=author)
    found.user = known.users.get(author) if author else None
    found.told_at = times.parse(told.created_at)
    note = told.note_tweet
    raw = (note.text if note is not None else None) or told.text
    entities = (note.entities if note is not None else None) or told.entities
    marks = content.marks2(entities) if entities is not None else content.marks_unsaid(raw or "")
    if raw is not None:
        found.text = content.render(raw, marks)
    found.attachments = _media(told, known)
    found.mentions = _mentions(side, told, known)
    found.conversation = people.text_id(told.conversation_id)
    found.answers_whom = people.text_id(told.in_reply_to_user_id)
    for pointer in told.referenced_tweets or ():
        _point(side, found, pointer.type, people.text_id(pointer.id), known, depth)
    found.language = None if told.lang in (None, "und") else told.lang
    found.generator = one_line(told.source)
    found.tags = [tag for mark in marks if mark.kind == "hashtag" and (tag := one_line(mark.value))]
    found.metrics = _metrics(told, found.user)
    _poll(found, told, known)
    return found


def _point(side: Side, found: Post, kind: str, target: str | None, known: Beside, depth: int) -> None:
    if target is None:
        return
    if kind == "replied_to":
        found.answers = target
    elif kind == "quoted":
        found.quotes = target
    elif kind == "retweeted" and depth == 0:
        original = known.tweets.get(target)
        found.reposts = Post(id=target, first=target) if original is None else post(side, original, known, 1)


def _mentions(side: Side, told: Tweet2, known: Beside) -> list[Party]:
    found: list[Party] = []
    for one in (told.entities.mentions if told.entities is not None else None) or ():
        native_id = people.text_id(one.id)
        if native_id is None:
            continue
        user = known.users.get(native_id) or User2(id=native_id, username=one.username)
        party = people.party(side, user, "mentioned")
        found += [party] if party is not None else []
    return found


def _media(told: Tweet2, known: Beside) -> list[Attachment]:
    keys = (told.attachments.media_keys if told.attachments is not None else None) or []
    media = {one.media_key: one for one in known.includes.media}
    return [_medium(key, media.get(key)) for key in keys]


def _medium(key: str, media: Media2 | None) -> Attachment:
    if media is None:
        return Attachment(kind="file", id=key)
    url = media.url if media.url and media.url.startswith(content.WEB) else None
    millis = media.duration_ms
    return Attachment(
        kind=content.KINDS.get(media.type or "", "file"),
        id=key,
        url=url,
        name=one_line(media.alt_text),
        duration_ms=millis if millis is not None and 0 < millis < 10**9 else None,
    )


def _poll(found: Post, told: Tweet2, known: Beside) -> None:
    keys = (told.attachments.poll_ids if told.attachments is not None else None) or []
    for poll in known.includes.polls:
        if str(poll.id) not in keys:
            continue
        found.poll = True
        labels = [one_line(option.label) or "" for option in poll.options or ()]
        lines = [f"- {label}" for label in labels if label]
        before = found.text or Text("", [])
        found.text = Text("\n".join([before.text, *lines]), before.spans)
        votes = {f"votes.{n}": option.votes for n, option in enumerate(poll.options or (), start=1)}
        found.metrics |= {name: float(count) for name, count in votes.items() if count is not None}


def _metrics(told: Tweet2, user: User2 | None) -> dict[str, float]:
    counts = told.public_metrics or {}
    found = {name: counts.get(key) for key, name in COUNTS.items()}
    found["actor_followers"] = (user.public_metrics or {}).get("followers_count") if user is not None else None
    return {name: float(value) for name, value in found.items() if isinstance(value, int) and abs(value) < 2**53}

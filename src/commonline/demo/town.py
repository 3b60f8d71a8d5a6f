"""Mastodon: statuses of the user stream (the entity ``Status``)."""

from __future__ import annotations

import json
from typing import Any

from commonline.demo.scene import Toot
from commonline.demo.world import Day


def _account(number: int, name: str, display: str) -> dict[str, Any]:
    return {
        "id": f"1105{number:04d}",
        "username": name,
        "acct": f"{name}@kettlewatch.example",
        "display_name": display,
        "locked": False,
        "bot": False,
        "group": False,
        "created_at": "2022-11-05T00:00:00.000Z",
        "note": "",
        "url": f"https://kettlewatch.example/@{name}",
        "uri": f"https://kettlewatch.example/users/{name}",
        "followers_count": 48_210,
        "following_count": 12,
        "statuses_count": 930,
        "emojis": [],
        "fields": [],
    }


def _status(day: Day, number: int, account: dict[str, Any], html: str, reply_to: int | None = None) -> dict[str, Any]:
    name = account["username"]
    return {
        "id": str(115_000_000_000_000_000 + day.began * 1000 + number),
        "created_at": day.iso(number).replace("Z", ".000Z"),
        "in_reply_to_id": str(115_000_000_000_000_000 + day.began * 1000 + reply_to) if reply_to else None,
        "in_reply_to_account_id": "11050001" if reply_to else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"https://kettlewatch.example/users/{name}/statuses/{day.began}{number:03d}",
        "url": f"https://kettlewatch.example/@{name}/{day.began}{number:03d}",
        "replies_count": 3,
        "reblogs_count": 91,
        "favourites_count": 240,
        "edited_at": None,
        "content": html,
        "reblog": None,
        "application": None,
        "account": account,
        "media_attachments": [],
        "mentions": [],
        "tags": [{"name": "leakgate", "url": "https://kettlewatch.example/tags/leakgate"}],
        "emojis": [],
        "card": None,
        "poll": None,
    }


TAG = '<a href="https://kettlewatch.example/tags/leakgate" class="mention hashtag" rel="tag">#<span>leakgate</span></a>'


def _outcry(day: Day, count: str) -> dict[str, Any]:
    link = f'<a href="{day.permalink}" rel="nofollow noopener"><span class="ellipsis">{day.permalink[8:]}</span></a>'
    html = f"<p>{count} people now with a leaking Acme kettle: {link}</p><p>Who else? {TAG}</p>"
    return _status(day, 11, _account(1, "rosa", "Rosa Kettlewatch"), html)


def outcry(day: Day) -> Toot:
    """The activist links Ana's post."""
    return Toot("update", json.dumps(_outcry(day, "Two")))


def echo(day: Day) -> Toot:
    """A follower answers her."""
    html = f"<p>Mine too. And Acme says nothing. {TAG}</p>"
    status = _status(day, 12, _account(2, "til", "Til"), html, reply_to=11)
    return Toot("update", json.dumps(status))


def correction(day: Day) -> Toot:
    """The activist edits her post."""
    status = _outcry(day, "Three") | {"edited_at": day.iso(18).replace("Z", ".000Z")}
    return Toot("status.update", json.dumps(status))

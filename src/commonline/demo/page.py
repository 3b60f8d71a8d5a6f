"""Facebook: the page's feed (Graph API webhooks, object ``page``, field ``feed``)."""

from __future__ import annotations

import json
from typing import Any

from commonline.demo.scene import Post
from commonline.demo.world import Day, Someone

SOURCE = "acme-facebook"


def _change(day: Day, moment: int, value: dict[str, Any], *, forged: bool = False) -> Post:
    body = {"object": "page", "entry": [{"id": day.page, "time": day.second(moment) + 1, "changes": [
        {"field": "feed", "value": value}]}]}  # fmt: skip
    encoded = json.dumps(body).encode()
    return Post(SOURCE, encoded, forged=forged, expect="refused" if forged else "kept")


def _from(someone: Someone) -> dict[str, str]:
    return {"id": someone.facebook, "name": someone.name}


def complaint(day: Day) -> Post:
    """Ana's post on our page."""
    text = (
        "My Acme Kettle Two leaks at the base and tripped the fuse. Third one! Nobody answers the phone. "
        "Please call me: +49 30 90182044. Ana Silva"
    )
    value = {
        "from": _from(day.ana),
        "item": "status",
        "verb": "add",
        "post_id": day.post,
        "created_time": day.second(0),
        "message": text,
        "published": 1,
        "link": day.permalink,
        "permalink_url": day.permalink,
        "post": {
            "id": day.post,
            "permalink_url": day.permalink,
            "is_published": True,
            "status_type": "mobile_status_update",
        },
    }
    return _change(day, 0, value)


def _comment_id(day: Day, number: int) -> str:
    return f"{day.post.partition('_')[2]}_{900_000_000_000_000 + number}"


def _comment(day: Day, number: int, verb: str, someone: Someone | None, text: str | None) -> dict[str, Any]:
    value: dict[str, Any] = {
        "item": "comment",
        "verb": verb,
        "comment_id": _comment_id(day, number),
        "post_id": day.post,
        "parent_id": day.post,
        "created_time": day.second(number),
        "post": {"id": day.post, "permalink_url": day.permalink, "is_published": True},
    }
    if someone is not None:
        value["from"] = _from(someone)
    if text is not None:
        value["message"] = text
    return value


def comment(day: Day, number: int, someone: Someone, text: str) -> Post:
    """Somebody comments Ana's post."""
    return _change(day, number, _comment(day, number, "add", someone, text))


def edited(day: Day, number: int, someone: Someone, text: str) -> Post:
    """The comment is edited; Facebook repeats the old `created_time`."""
    return _change(day, number + 10, _comment(day, number, "edited", someone, text))


def removed(day: Day, number: int) -> Post:
    """The comment is removed; Facebook says no more who wrote it."""
    return _change(day, number + 11, _comment(day, number, "remove", None, None))


def our_answer(day: Day) -> Post:
    """The page answers."""
    text = "Ana, we are sorry. A courier brings you a new kettle tomorrow, and we check the whole batch. Your Acme team"
    us = Someone("Acme Kettles", day.page)
    return _change(day, 20, _comment(day, 20, "add", us, text))


def forged(day: Day) -> Post:
    """Somebody who does not know the app secret."""
    text = "Acme Kettles recalls all kettles, send your card number to refund.example"
    us = Someone("Acme Kettles", day.page)
    return _change(day, 9, _comment(day, 66, "add", us, text), forged=True)

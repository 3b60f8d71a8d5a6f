"""A plain Faust pipeline, written as Faust's documentation teaches it: one agent, two tables, sends to other topics.

It does less than unify does: it knows what it has seen, counts a post's comments, and sends each to two departments.
Run as ``python -m tests.crash.plain_faust worker``; addresses come by environment.
"""

from __future__ import annotations

import os
from typing import Any

import faust

PARTITIONS = 4
OUTPUT = "conversations"
DEPARTMENTS = ("marketing", "service")


class Comment(faust.Record, serializer="json"):
    """What comes in."""

    id: str
    post: str
    number: int
    text: str


def make_app(environ: dict[str, str]) -> Any:
    """The app with its agent."""
    name = environ["FAUST_NAME"]
    app = faust.App(
        name,
        broker=f"kafka://{environ['COMMONLINE_KAFKA']}",
        store="memory://",
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        processing_guarantee=environ["FAUST_GUARANTEE"],
        consumer_auto_offset_reset="earliest",
        web_enabled=False,
        datadir=environ["FAUST_DATA"],
    )
    comments = app.topic(f"{name}-comments", value_type=Comment, key_type=str)
    conversations = app.topic(f"{name}-{OUTPUT}", key_type=str)
    feeds = [app.topic(f"{name}-{department}", key_type=str) for department in DEPARTMENTS]
    seen = app.Table("seen", default=int, partitions=PARTITIONS)
    counts = app.Table("counts", default=int, partitions=PARTITIONS)

    @app.agent(comments)
    async def join(stream: Any) -> None:
        async for comment in stream:
            if seen[comment.id]:
                continue
            seen[comment.id] = 1
            counts[comment.post] += 1
            told = {"id": comment.id, "post": comment.post, "number": comment.number, "seq": counts[comment.post]}
            await conversations.send(key=comment.post, value=told)
            for feed in feeds:
                await feed.send(key=comment.post, value=told)

    return app


if __name__ == "__main__":
    make_app(dict(os.environ)).main()

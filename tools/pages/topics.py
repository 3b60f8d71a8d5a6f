"""``docs/reference/topics.md``: from the table of topics."""

from __future__ import annotations

from tools.pages import text

from commonline.topics import (
    DAY,
    HOUR,
    LAPTOP_PARTITIONS,
    MIB,
    PRODUCTION_PARTITIONS,
    TABLE,
    Topic,
)

HEAD = f"""\
# Topics

`commonline topics` lists them with what the cluster really has; `commonline topics create` makes those that are missing
and never alters one. Names begin with `COMMONLINE_PREFIX`, if it is set.

* **Readers**: *departments* topics are redacted and meant for applications. All others are *internal*: they hold e-mail
  addresses, telephone numbers and restricted text, and no department has a right to read them.
* **Partitions**: topics of *sources* and *workspaces* have the same count, {LAPTOP_PARTITIONS} on one broker, else
  {PRODUCTION_PARTITIONS} (`COMMONLINE_PARTITIONS`), fixed from the first day. A workspace's records lie in the same
  partition number of every topic of workspaces, so that one reader sees them in one order.
* **Values**: Avro in Confluent's framing; headers are CloudEvents 1.0. Records: [schema.md](schema.md). The same for
  machines: [asyncapi.yaml](asyncapi.yaml). How to read a feed: [subscribe](../subscribe.md).
* Read with `isolation.level=read_committed`: unify writes in transactions (connect, normalize and pulse need none).
"""
SPREAD = {"sources": "sources", "workspaces": "workspaces", "one": "1"}


def page() -> str:
    """The page's text."""
    rows = [
        (
            text.code(topic.name),
            topic.about,
            topic.key,
            _records(topic),
            SPREAD[topic.spread],
            _kept(topic),
            f"{topic.max_bytes / MIB:g} MiB",
            topic.audience,
        )
        for topic in TABLE
    ]
    head = ("topic", "what it holds", "key", "records", "partitions", "kept", "largest record", "readers")
    lines = [HEAD, *text.table(head, rows), "## Settings", ""]
    for topic in TABLE:
        settings = ", ".join(f"`{key}={value}`" for key, value in topic.configs().items())
        flush = "; on fewer than three brokers `flush.messages=1`" if topic.durable else ""
        lines.append(f"* `{topic.name}`: {settings}{flush}")
    return text.page(lines)


def _records(topic: Topic) -> str:
    return ", ".join(f"[{record}](schema.md#{record.lower()})" for record in topic.record) or "internal form"


def _kept(topic: Topic) -> str:
    if topic.cleanup == "delete":
        return f"{topic.retention_ms / DAY:g} days"
    lag = topic.extra.get("min.compaction.lag.ms")
    return "newest of each key" + (f", all for {int(lag) / HOUR:g} h" if lag else "")

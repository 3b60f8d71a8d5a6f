"""Subscriptions, what is to be sent to them and became of it, and replays that were asked for."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table, Text

from commonline.gateway.store.tables import metadata

Number = BigInteger().with_variant(Integer, "sqlite")

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("filter", Text, nullable=False, doc="JSON: Filter."),
    Column("secrets", Text, nullable=False, doc="JSON: list of [secret, good until]; the present one first."),
    Column("state", Text, nullable=False, doc="active, paused or disabled."),
    Column("reason", Text, doc="Why it is disabled."),
    Column("made", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("next_offset", BigInteger, doc="Of the feed's topic. Null: where the topic was when it was made."),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("position", Number, primary_key=True, autoincrement=True, doc="Order of sending."),
    Column("webhook", Text, nullable=False),
    Column("round", Text, nullable=False, doc="Empty: as it came. Else the replay that asked for it."),
    Column("seq", BigInteger, nullable=False, doc="Number of the record in its feed."),
    Column("id", Text, nullable=False, doc="webhook-id."),
    Column("conversation", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False, doc="pending, delivered or dead."),
    Column("made", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False, doc="When it is tried next; while it is tried, when another may."),
    Column("attempts", SmallInteger, nullable=False),
    Column("first", BigInteger, doc="First attempt."),
    Column("finished", BigInteger),
    Column("status", Integer, doc="HTTP status of the last attempt."),
    Column("error", Text, doc="Of the last attempt."),
    Index("webhook_deliveries_record", "webhook", "round", "seq", unique=True),
    Index("webhook_deliveries_due", "state", "due"),
    Index("webhook_deliveries_order", "webhook", "conversation", "state", "position"),
)

replays = Table(
    "webhook_replays",
    metadata,
    Column("id", Text, primary_key=True),
    Column("webhook", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("finished", BigInteger),
    Column("count", Integer),
)

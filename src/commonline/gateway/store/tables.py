"""The tables. Times are microseconds since 1970, UTC; `seq` is the number of a record in its feed.

A *feed* here is one way to see a workspace: a department's feed, or, under the department `WHOLE`, everything as
conversations.v1 has it, for administrators. Every table that holds what somebody said has the column `feed`: who may
read which feed is decided in `visible`, and there alone.

A *version* is an object in a feed from one record to the next. What a department could see at a moment are the versions
that had begun (`known` of their record) and had not ended; the present are those that end at `FOREVER`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

WHOLE: Final = ""
"""The department under which a workspace's unredacted timeline stands."""
FOREVER: Final = (1 << 62) - 1
"""End of what has not ended."""

metadata = MetaData()

feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("workspace", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("seq", BigInteger, nullable=False, doc="Last record that was taken in."),
    Column("known", BigInteger, nullable=False, doc="Its `known`."),
    Column("exact_since", BigInteger, nullable=False, doc="0: ever. FOREVER: not known until the log's end is read."),
    Index("feeds_name", "workspace", "department", unique=True),
)

offsets = Table(
    "offsets",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next", BigInteger, nullable=False),
)

projector = Table(
    "projector",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False, doc="Rises with every process that begins to write."),
    Column("beat", BigInteger, nullable=False, doc="When the writing process was last heard of."),
    Column("log", Text, nullable=False, doc="The Kafka cluster and prefix that the rows come from."),
)

contents = Table(
    "contents",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, doc="feed << 40 | seq"),
    Column("feed", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("record", Text, nullable=False, doc="JSON: FeedActivity, or ConversationActivity in the whole."),
    Column("activity", Text, nullable=False, doc="Id of the activity."),
    Column("text", Text, doc="First words of it, for lists."),
    Index("contents_activity", "activity"),
)

versions = Table(
    "versions",
    metadata,
    Column("feed", Integer, primary_key=True, autoincrement=False),
    Column("object", Text, primary_key=True),
    Column("began_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("ended_seq", BigInteger, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("tightness", SmallInteger, nullable=False, doc="Of its visibility: 0 public … 4 restricted."),
    Column("removed", SmallInteger, nullable=False, doc="1: taken back. No content, or none that counts."),
    Column("content", BigInteger, doc="Null: taken back without a word."),
    Column("moved", BigInteger, nullable=False, doc="When it happened: the earlier of published and received."),
    Column("thread", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("connector", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False, doc="The thread's, as this version tells it."),
    Column("message", SmallInteger, nullable=False, doc="1: said by somebody; 0: a reaction, a change, a machine."),
    Column("glad", SmallInteger, nullable=False, doc="Signs of a good mood …"),
    Column("sorry", SmallInteger, nullable=False, doc="… and of a bad one."),
    Column("fact", Text, doc="Equal in all feeds that have the same activity, hex."),
    Column("redactions", Integer, nullable=False),
    Index("versions_conversation", "feed", "conversation", "ended_seq"),
    Index("versions_present", "feed", "ended_seq", "moved"),
    Index("versions_content", "content"),
)

appearances = Table(
    "appearances",
    metadata,
    Column("content", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("feed", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("name", Text),
    Column("side", Text, nullable=False),
    Column("role", Text, nullable=False),
    Index("appearances_person", "feed", "person"),
)

summaries = Table(
    "summaries",
    metadata,
    Column("feed", Integer, primary_key=True, autoincrement=False),
    Column("conversation", Text, primary_key=True),
    Column("least", SmallInteger, primary_key=True, autoincrement=False, doc="For viewers that see this tightness …"),
    Column("most", SmallInteger, nullable=False, doc="… up to this one."),
    Column("moved", BigInteger, nullable=False, doc="Newest movement."),
    Column("opened", BigInteger, nullable=False, doc="Oldest."),
    Column("newest", BigInteger, nullable=False, doc="`began` of the newest version: what unread is reckoned by."),
    Column("entries", Integer, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("first", BigInteger, nullable=False, doc="Content of the first message, else of the first entry."),
    Column("last", BigInteger, nullable=False, doc="Content of the newest entry."),
    Column("channels", Text, nullable=False, doc="JSON list, in the order in which they came up."),
    Column("state", Text, nullable=False),
    Column("waits_since", BigInteger, doc="First message that has no answer from us."),
    Column("tightness", SmallInteger, nullable=False, doc="Of the tightest entry."),
    Column("glad", Integer, nullable=False, doc="Signs of a good mood in all entries …"),
    Column("sorry", Integer, nullable=False, doc="… and of a bad one."),
    Index("summaries_moved", "feed", "moved"),
)

merges = Table(
    "merges",
    metadata,
    Column("feed", Integer, primary_key=True, autoincrement=False),
    Column("gone", Text, primary_key=True),
    Column("kept", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
)

whole_objects = Table(
    "whole_objects",
    metadata,
    Column("feed", Integer, primary_key=True, autoincrement=False),
    Column("object", Text, primary_key=True),
    Column("row", LargeBinary, nullable=False, doc="What is known of the object, as unify keeps it."),
)

persons = Table(
    "persons",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("name", Text),
    Column("merged_into", Text),
    Column("last_seen", BigInteger, nullable=False),
    Column("record", Text, nullable=False, doc="JSON: Person."),
    Index("persons_seen", "workspace", "last_seen"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("person", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Index("accounts_account", "workspace", "account"),
)

links = Table(
    "links",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("a", Text, nullable=False),
    Column("b", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("record", Text, nullable=False, doc="JSON: Link."),
    Index("links_a", "workspace", "a"),
    Index("links_b", "workspace", "b"),
)

read_marks = Table(
    "read_marks",
    metadata,
    Column("viewer", Text, primary_key=True),
    Column("workspace", Text, primary_key=True),
    Column("conversation", Text, primary_key=True),
    Column("until", BigInteger, nullable=False, doc="`newest` of the conversation when it was read."),
)

PROJECTED: Final = (
    offsets,
    appearances,
    summaries,
    versions,
    contents,
    merges,
    whole_objects,
    accounts,
    persons,
    links,
    feeds,
)
"""What a rebuild makes anew. Read marks, and what others keep, stay."""

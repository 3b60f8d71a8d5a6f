"""Feeds, versions of what they show, conversations, persons, links, and full text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    _feeds()
    _offsets()
    _projector()
    _contents()
    _versions()
    _appearances()
    _summaries()
    _merges()
    _whole_objects()
    _persons()
    _accounts()
    _links()
    _read_marks()
    _full_text()


def _full_text() -> None:
    """The words of each content, folded (`search.words`), so that both databases find the same."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE search (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX search_words ON search USING gin (words)")
    else:
        op.execute("CREATE VIRTUAL TABLE search USING fts5(words, tokenize = 'unicode61 remove_diacritics 0')")


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("exact_since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("feeds_name", "feeds", ["workspace", "department"], unique=True)


def _offsets() -> None:
    op.create_table(
        "offsets",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition"),
    )


def _projector() -> None:
    op.create_table(
        "projector",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _contents() -> None:
    op.create_table(
        "contents",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("contents_activity", "contents", ["activity"], unique=False)


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("began_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ended_seq", sa.BigInteger(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("tightness", sa.SmallInteger(), nullable=False),
        sa.Column("removed", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.BigInteger(), nullable=True),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.SmallInteger(), nullable=False),
        sa.Column("glad", sa.SmallInteger(), nullable=False),
        sa.Column("sorry", sa.SmallInteger(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=True),
        sa.Column("redactions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "object", "began_seq"),
    )
    op.create_index("versions_content", "versions", ["content"], unique=False)
    op.create_index("versions_conversation", "versions", ["feed", "conversation", "ended_seq"], unique=False)
    op.create_index("versions_present", "versions", ["feed", "ended_seq", "moved"], unique=False)


def _appearances() -> None:
    op.create_table(
        "appearances",
        sa.Column("content", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("feed", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("content", "position"),
    )
    op.create_index("appearances_person", "appearances", ["feed", "person"], unique=False)


def _summaries() -> None:
    op.create_table(
        "summaries",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("least", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("most", sa.SmallInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waits_since", sa.BigInteger(), nullable=True),
        sa.Column("tightness", sa.SmallInteger(), nullable=False),
        sa.Column("glad", sa.Integer(), nullable=False),
        sa.Column("sorry", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "conversation", "least"),
    )
    op.create_index("summaries_moved", "summaries", ["feed", "moved"], unique=False)


def _merges() -> None:
    op.create_table(
        "merges",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gone", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "gone"),
    )


def _whole_objects() -> None:
    op.create_table(
        "whole_objects",
        sa.Column("feed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "object"),
    )


def _persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("persons_seen", "persons", ["workspace", "last_seen"], unique=False)


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", "account"),
    )
    op.create_index("accounts_account", "accounts", ["workspace", "account"], unique=False)


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("a", sa.Text(), nullable=False),
        sa.Column("b", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("links_a", "links", ["workspace", "a"], unique=False)
    op.create_index("links_b", "links", ["workspace", "b"], unique=False)


def _read_marks() -> None:
    op.create_table(
        "read_marks",
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("viewer", "workspace", "conversation"),
    )

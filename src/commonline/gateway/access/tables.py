"""Tables of access. Times are microseconds since 1970, UTC. No secret of others lies here but as a hash."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from commonline.gateway.store.tables import metadata

keys = Table(
    "access_keys",
    metadata,
    Column("purpose", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, doc="1, 2, … : the greatest is the one in use."),
    Column("made", BigInteger, nullable=False),
    Column("value", LargeBinary, nullable=False, doc="Ours: signs cookies, seals event ids."),
)

tokens = Table(
    "access_tokens",
    metadata,
    Column("id", Text, primary_key=True, doc="First characters of the hash: names a token without giving it away."),
    Column("hash", LargeBinary, nullable=False, doc="SHA-256 of the token."),
    Column("name", Text, nullable=False),
    Column("feeds", Text, nullable=False, doc="JSON list of workspace/department."),
    Column("visibility", Text, nullable=False),
    Column("administrator", SmallInteger, nullable=False),
    Column("zone", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("expires", BigInteger, doc="Null: never."),
    Column("revoked", BigInteger),
    Column("used", BigInteger, doc="When it was last used, to the minute."),
    Index("access_tokens_hash", "hash", unique=True),
)

sessions = Table(
    "access_sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True, doc="SHA-256 of the id in the cookie."),
    Column("subject", Text, nullable=False, doc="Issuer and subject of the provider, or: loopback."),
    Column("viewer", Text, nullable=False, doc="JSON: name, feeds, visibility, administrator, zone."),
    Column("made", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index("access_sessions_expires", "expires"),
)

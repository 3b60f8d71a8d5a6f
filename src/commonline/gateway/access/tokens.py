"""Tokens of applications: 256 random bits behind ``cl_``. The database has their SHA-256 alone.

A slow hash would protect a guessable secret; one of 256 bits cannot be guessed, so a quick one is enough, and a lookup
by it tells nothing by its time.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Row, func, insert, select, update

from commonline.clock import Clock, now_us
from commonline.errors import ConfigurationError
from commonline.gateway.access.tables import tokens
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import FeedName, Viewer
from commonline.schemas.records import Visibility

PREFIX = "cl_"
ID_CHARACTERS = 10
USED_EVERY_US = 60_000_000
_FORM = re.compile(r"cl_[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the database has it; times in microseconds. `id` names it and gives nothing away."""

    id: str
    viewer: Viewer
    made: int
    expires: int | None
    revoked: int | None
    used: int | None

    def fault(self, now: int) -> str | None:
        """Why it is not good, in one word."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else None


def create(store: Store, viewer: Viewer, *, expires: int | None = None, clock: Clock = now_us) -> tuple[str, Token]:
    """A new token for who is described by `viewer`, and what the database has of it. The token is told only now."""
    text = PREFIX + secrets.token_urlsafe(32)
    hashed = _hash(text)
    row = {
        "id": hashed.hex()[:ID_CHARACTERS],
        "hash": hashed,
        "name": viewer.name,
        "feeds": json.dumps(sorted(map(str, viewer.feeds))),
        "visibility": viewer.visibility,
        "administrator": int(viewer.administrator),
        "zone": viewer.zone,
        "made": clock(),
        "expires": expires,
    }
    with store.writing() as connection:
        connection.execute(insert(tokens).values(**row))
        made = connection.execute(select(tokens).where(tokens.c.id == row["id"])).one()
    return text, _token(made)


def listed(store: Store) -> list[Token]:
    """All of them, the oldest first."""
    with store.reading() as connection:
        return [_token(row) for row in connection.execute(select(tokens).order_by(tokens.c.made))]


def revoke(store: Store, which: str, clock: Clock = now_us) -> Token:
    """End a token, by its id or its name. Raises `ConfigurationError` where none, or several, are called so."""
    found = [one for one in listed(store) if which in (one.id, one.viewer.name) and one.revoked is None]
    if not found:
        raise ConfigurationError(f"no token in force is called {which!r}; see: commonline gateway token list")
    if len(found) > 1:
        raise ConfigurationError(f"{len(found)} tokens are called {which!r}: name one by its id, such as {found[0].id}")
    with store.writing() as connection:
        connection.execute(update(tokens).where(tokens.c.id == found[0].id).values(revoked=clock()))
    return next(one for one in listed(store) if one.id == found[0].id)


def find(store: Store, text: str) -> Token | None:
    """The token that somebody shows, whatever its state; None where it is none of ours."""
    if not _FORM.match(text):
        return None
    with store.reading() as connection:
        row = connection.execute(select(tokens).where(tokens.c.hash == _hash(text))).one_or_none()
    return None if row is None else _token(row)


def note_use(store: Store, token: Token, now: int) -> None:
    """Remember that it was used, at most once a minute."""
    if token.used is None or token.used < now - USED_EVERY_US:
        with store.writing() as connection:
            connection.execute(update(tokens).where(tokens.c.id == token.id).values(used=now))


def first(store: Store) -> str | None:
    """The administrator's token of a first start; None where there are tokens already."""
    with store.reading() as connection:
        if connection.execute(select(func.count()).select_from(tokens)).scalar_one():
            return None
    return create(store, Viewer("first administrator", administrator=True))[0]


def feeds_of(names: Iterable[str]) -> frozenset[FeedName]:
    """``workspace/department`` of each as names. Raises `ConfigurationError` for what has another form."""
    found = set()
    for name in names:
        workspace, slash, department = name.partition("/")
        if not (workspace and slash and department) or "/" in department:
            raise ConfigurationError(f"{name!r} is no feed: give workspace/department, such as acme/service")
        found.add(FeedName(workspace, department))
    return frozenset(found)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _token(row: Row[tuple[object, ...]]) -> Token:
    visibility: Visibility = row.visibility
    viewer = Viewer(row.name, feeds_of(json.loads(row.feeds)), visibility, bool(row.administrator), row.zone)
    return Token(row.id, viewer, row.made, row.expires, row.revoked, row.used)

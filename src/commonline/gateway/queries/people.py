"""Persons as the whole knows them: their accounts, and all that is told of one. For administrators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, select

from commonline.gateway.store.tables import accounts, persons
from commonline.schemas.models import Person


def accounts_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """Account URIs of persons. For administrators."""
    found: dict[str, list[str]] = defaultdict(list)
    asked = select(accounts.c.person, accounts.c.account).where(accounts.c.person.in_(ids))
    for person, account in connection.execute(asked.order_by(accounts.c.account)):
        found[person].append(account)
    return found


def record(connection: Connection, person: str) -> Person | None:
    """All that is known of a person; None for an id that is none. For administrators."""
    told = connection.execute(select(persons.c.record).where(persons.c.id == person)).scalar_one_or_none()
    return None if told is None else Person.model_validate_json(told)

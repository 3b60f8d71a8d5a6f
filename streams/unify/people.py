"""Accounts and persons: who is who, by deterministic claims.

Two accounts that claim the same verified or entered address are linked to the account of that address, and so are one
person. Only those claims join; what somebody merely asserts is a proposal. Shared and anonymous accounts never join.
"""

from __future__ import annotations

from commonline.ids import uuid5
from commonline.schemas.codec import decode_link, encode_person
from commonline.schemas.records import Activity, Party, PartyKind, Person, PersonAccount, Side
from commonline.streams.unify import links, windows
from commonline.streams.unify.graph import component
from commonline.streams.unify.keys import Key
from commonline.streams.unify.rows import AccountRow, PersonRow
from commonline.streams.unify.turn import Met, Turn

MOST_ACCOUNTS = 64
"""Accounts of one person; a claim beyond stays a proposal."""
MOST_NEIGHBOURS = 16
"""Direct links of one account; an address that more share is no person's."""
MOST_PARTIES = 100
"""Participants of one activity that are looked at."""
DAY_US = 86_400_000_000
NEVER_JOIN = frozenset({"anonymous", "group", "application", "organisation"})
JOINING = frozenset({"verified", "entered"})


def meet(turn: Turn, activity: Activity) -> list[Met]:
    """Make sure that everyone named has an account row and a person; follow their claims.

    Returns the parties that have an account, the actor first.
    """
    found: list[Met] = []
    day = activity.published // DAY_US
    actor, author = activity.actor, activity.object.author
    if actor is not None and actor.account:
        found.append(_meet(turn, actor, actor.account, day))
    if author is not None and author.account:
        found.append(_meet(turn, author, author.account, day))
    if activity.participants:
        some = activity.participants[:MOST_PARTIES]
        found += [_meet(turn, party, party.account, day) for party in some if party.account]
    return found


def _meet(turn: Turn, party: Party, uri: str, day: int) -> Met:
    """The account's row, with what this activity adds. The name is that of the last day; of several, the last by
    letters: a rule that needs no order, and no write for every activity."""
    key = turn.keys.account(uri)
    row = turn.view.account(key)
    if row is None:
        row = _found(turn, key, uri, party)
    name, kind, side = party.name, party.kind, party.side
    changed = False
    if name and day >= row.named and (day, name) > (row.named, row.name or ""):
        row.name, row.named, changed = name, day, True
    if row.kind == "unknown" and kind != "unknown":
        row.kind, changed = kind, True
    if row.side != side and (row.side == "unknown" or side == "us"):
        row.side, changed = side, True
    if changed:
        turn.view.put(key, row)
        publish(turn, row.person)
    for claim in party.claims:
        if claim.relation != "member_of" and claim.account != uri:
            _claim(turn, key, claim.account, joins=claim.trust in JOINING)
    return Met(party, uri, key, row)


def _found(turn: Turn, key: Key, uri: str, party: Party | None = None) -> AccountRow:
    person_key = _open_person(turn, uri, [key])
    row = AccountRow(uri, person_key)
    if party is not None:
        row.kind, row.side = party.kind, party.side
    turn.view.put(key, row)
    publish(turn, person_key)
    return row


def _open_person(turn: Turn, uri: str, accounts: list[Key]) -> Key:
    """A person founded by an account. Ids are never used again: a second person of one founder has a generation."""
    identifier = uuid5(turn.workspace, "person", uri)
    key = turn.keys.person(identifier)
    generation = 0
    while turn.view.person(key) is not None:
        generation += 1
        identifier = uuid5(turn.workspace, "person", uri, str(generation))
        key = turn.keys.person(identifier)
    clock = turn.row.clock
    turn.view.put(key, PersonRow(identifier, turn.row.accepted, accounts, 0, clock, clock))
    return key


def _claim(turn: Turn, key: Key, claimed: str, *, joins: bool) -> None:
    other = turn.keys.account(claimed)
    mine = turn.view.account(key)
    theirs = turn.view.account(other) or _found(turn, other, claimed)
    if mine is None or any(neighbour == other for neighbour, _ in mine.neighbours):
        return
    able = (
        joins
        and mine.kind not in NEVER_JOIN
        and theirs.kind not in NEVER_JOIN
        and len(mine.neighbours) < MOST_NEIGHBOURS
        and len(theirs.neighbours) < MOST_NEIGHBOURS
        and _fits(turn, mine, theirs)
    )
    link = links.propose(turn, "account", ((key, mine.uri), (other, theirs.uri)), links.CLAIM, active=able)
    if link is not None:
        join(turn, key, other, link)


def _fits(turn: Turn, mine: AccountRow, theirs: AccountRow) -> bool:
    if mine.person == theirs.person:
        return True
    first, second = turn.view.person(mine.person), turn.view.person(theirs.person)
    return first is not None and second is not None and len(first.accounts) + len(second.accounts) <= MOST_ACCOUNTS


def join(turn: Turn, a: Key, b: Key, link: Key) -> None:
    """An active link joins two accounts: their persons become one, the older."""
    view = turn.view
    for one, other in ((a, b), (b, a)):
        row = view.account(one)
        if row is not None and (other, link) not in row.neighbours:
            row.neighbours.append((other, link))
            view.put(one, row)
    row_a, row_b = view.account(a), view.account(b)
    if row_a is None or row_b is None or row_a.person == row_b.person:
        return
    person_a, person_b = view.person(row_a.person), view.person(row_b.person)
    if person_a is None or person_b is None:
        return
    older_first = (person_a.founded, person_a.id) <= (person_b.founded, person_b.id)
    keep_key, gone_key = (row_a.person, row_b.person) if older_first else (row_b.person, row_a.person)
    keep, gone = (person_a, person_b) if older_first else (person_b, person_a)
    kept, moved = list(keep.accounts), list(gone.accounts)
    for key in moved:
        row = view.account(key)
        if row is not None:
            row.person = keep_key
            view.put(key, row)
    keep.accounts += moved
    keep.first_seen = min(keep.first_seen, gone.first_seen)
    gone.accounts, gone.merged_into = [], keep_key
    publish(turn, gone_key)
    publish(turn, keep_key)
    windows.persons_joined(turn, kept, moved)


def part(turn: Turn, a: Key, b: Key, link: Key) -> None:
    """A link is revoked: if nothing else holds the two together, the part without the founder becomes a person."""
    view = turn.view
    for one, other in ((a, b), (b, a)):
        row = view.account(one)
        if row is not None:
            row.neighbours = [pair for pair in row.neighbours if pair != (other, link)]
            view.put(one, row)
    side = component(a, lambda key: _neighbours(turn, key))
    row = view.account(a)
    person = view.person(row.person) if row else None
    if row is None or person is None or b in side:
        return
    reached = set(side)
    founder_stays = person.accounts[0] in reached
    leaving = [key for key in person.accounts if (key in reached) != founder_stays]
    old_key = row.person
    person.accounts = [key for key in person.accounts if (key in reached) == founder_stays]
    founder = view.account(leaving[0])
    if founder is None:
        return
    new_key = _open_person(turn, founder.uri, leaving)
    for key in leaving:
        moved = view.account(key)
        if moved is not None:
            moved.person = new_key
            view.put(key, moved)
    publish(turn, old_key)
    publish(turn, new_key)
    windows.persons_parted(turn, person.accounts, leaving)


def _neighbours(turn: Turn, key: Key) -> list[tuple[Key, Key]]:
    row = turn.view.account(key)
    return row.neighbours if row else []


def publish(turn: Turn, key: Key) -> None:
    """Write the person as it is now to persons.v1."""
    row = turn.view.person(key)
    if row is None:
        return
    row.revision += 1
    row.last_seen = turn.row.clock
    turn.view.put(key, row)
    survivor = turn.view.person(row.merged_into) if row.merged_into else None
    kind: PartyKind = "unknown"
    side: Side = "unknown"
    name, named = "", -1
    accounts: list[PersonAccount] = []
    for one in row.accounts:
        account = turn.view.account(one)
        if account is None:
            continue
        if kind == "unknown":
            kind = account.kind
        if not accounts or account.side == "us":
            side = account.side
        called = account.name
        if called and (account.named > named or (account.named == named and called > name)):
            name, named = called, account.named
        accounts.append(_shown(turn, account))
    record = Person(
        id=row.id,
        workspace=turn.workspace,
        kind=kind,
        side=side,
        name=name or None,
        accounts=accounts,
        merged_into=survivor.id if survivor else None,
        revision=row.revision,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )
    value = encode_person(record)
    turn.say("persons", row.id.encode(), value, "Person", "person", row.id, turn.row.clock)


def _shown(turn: Turn, account: AccountRow) -> PersonAccount:
    if not account.neighbours:
        return PersonAccount(account.uri, "asserted")
    row = turn.view.link(account.neighbours[0][1])
    return PersonAccount(account.uri, "verified", decode_link(row.record).id if row is not None else None)

"""The same person on two channels within a window is one conversation (rule same-person-window, can be switched off).

What counts is the `published` times of the pair, never arrival, so that any order of the same activities finds the same
links. Threads count that a person leads: messages, mails, tickets, calls; of a public thread only one that they began.
"""

from __future__ import annotations

from commonline.schemas.records import Activity, Party
from commonline.streams.unify import links, threads
from commonline.streams.unify.keys import Key
from commonline.streams.unify.rows import AccountRow
from commonline.streams.unify.shapes import Touch
from commonline.streams.unify.turn import Turn

MOST_TOUCHES = 64
"""Threads of one account that are remembered: those with the newest `published`."""
PERSONAL = frozenset({"direct_message", "email", "ticket", "chat", "call", "voicemail", "sms", "form", "crm", "review"})
NOBODY = frozenset({"group", "application", "anonymous", "organisation"})


def touches_thread(activity: Activity, party: Party, *, is_actor: bool) -> bool:
    """Whether this activity shows that the thread is this party's."""
    if activity.channel in PERSONAL:
        if not is_actor and party.role not in ("requester", "subject", "author"):
            return False
    elif not is_actor or activity.type != "Create" or activity.object.id != activity.thread.id:
        return False
    return party.side != "us" and party.kind not in NOBODY and not activity.automated


def touch(turn: Turn, key: Key, row: AccountRow, thread: Key, activity: Activity) -> None:
    """Remember when an account took part in a thread, and link the person's other threads within the window."""
    if not turn.rules.join_window_us:
        return
    at = activity.published
    found = next((t for t in row.touches if t.thread == thread and t.channel == activity.channel), None)
    if found is None:
        found = Touch(thread, activity.channel, at, at)
        row.touches.append(found)
        if len(row.touches) > MOST_TOUCHES:
            row.touches.remove(min(row.touches, key=lambda t: (t.last, t.thread, t.channel)))
    elif found.first <= at <= found.last:
        return
    else:
        found.first, found.last = min(found.first, at), max(found.last, at)
    turn.view.put(key, row)
    person = turn.view.person(row.person)
    for other_key in person.accounts if person else []:
        other = turn.view.account(other_key)
        if other is not None:
            _compare(turn, (key, [found]), (other_key, list(other.touches)))


def persons_joined(turn: Turn, kept: list[Key], moved: list[Key]) -> None:
    """Two persons became one: compare what each took part in."""
    if not turn.rules.join_window_us:
        return
    for a in kept:
        for b in moved:
            row_a, row_b = turn.view.account(a), turn.view.account(b)
            if row_a is not None and row_b is not None:
                _compare(turn, (a, list(row_a.touches)), (b, list(row_b.touches)))


def persons_parted(turn: Turn, staying: list[Key], leaving: list[Key]) -> None:
    """One person became two: links that held only because of it are revoked."""
    stay, leave = set(staying), set(leaving)
    for key in [*staying, *leaving]:
        row = turn.view.account(key)
        for seen in list(row.touches) if row else []:
            thread = turn.view.thread(seen.thread)
            for other, link in list(thread.neighbours) if thread else []:
                needs = turn.view.link(link)
                if needs is None or needs.needs is None:
                    continue
                one, two = needs.needs
                if (one in stay and two in leave) or (one in leave and two in stay):
                    links.set_state(turn, link, "revoked", ruled=False)
                    threads.part(turn, seen.thread, other, link)


def _compare(turn: Turn, mine: tuple[Key, list[Touch]], theirs: tuple[Key, list[Touch]]) -> None:
    window = turn.rules.join_window_us
    for a in mine[1]:
        for b in theirs[1]:
            if a.thread == b.thread or a.channel == b.channel:
                continue
            gap = max(a.first - b.last, b.first - a.last, 0)
            if gap <= window:
                _link(turn, a.thread, b.thread, (mine[0], theirs[0]))


def _link(turn: Turn, a: Key, b: Key, needs: tuple[Key, Key]) -> None:
    row_a, row_b = turn.view.thread(a), turn.view.thread(b)
    if row_a is None or row_b is None:
        return
    able = threads.fits(turn, row_a, row_b)
    link = links.propose(turn, "thread", ((a, row_a.uri), (b, row_b.uri)), links.SAME_PERSON, active=able, needs=needs)
    if link is not None:
        threads.join(turn, a, b, link)

"""The three promises of the protocol (F6), each as a property: replay, settling, configuration in the log."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonline.schemas.codec import decode_feed_activity
from commonline.schemas.records import Activity, Channel, Control, Reference, ReferenceKind, Visibility
from commonline.streams.unify.specs import DepartmentSpec, PolicySpec, RuleSpec
from tests.streams.unify.world import HOUR, START, World, activity, again, configuration, party, specs

PEOPLE = [
    party("page:ana", "Ana Silva"),
    party("desk:ana", "A. Silva", claims=["mailto:ana@example.org"]),
    party("crm:ana", "Ana", claims=["mailto:ana@example.org", "tel:+4930123456"], trust="entered"),
    party("shop:bob", "Bob", claims=["tel:+4930123456"]),
    party("desk:sam", "Sam Support", us=True),
    None,
]
TEXTS = [
    "hello",
    "ticket #4711 leaks",
    "see https://face.example/p/77",
    "the press called",
    None,
    "mail ana@example.org",
    "a job offer",
]
CHANNELS: list[Channel] = ["comment", "ticket", "email", "direct_message", "chat"]
VISIBILITIES: list[Visibility] = ["public", "customer", "internal", "restricted"]
OTHER = {
    "pr": DepartmentSpec(
        clearance="public", rules=[RuleSpec(name="all")], policy=PolicySpec(redact=["name", "account"])
    ),
    "law": DepartmentSpec(clearance="restricted", rules=[RuleSpec(name="press", words=["press"])]),
}


@st.composite
def facts(draw: st.DrawFn) -> list[Activity]:
    """Activities of a few objects in a few threads: creates, edits, deletes, restores, references."""
    found: list[Activity] = []
    for number in range(draw(st.integers(1, 7))):
        found += draw(life(number))
    return draw(st.permutations(found))


@st.composite
def life(draw: st.DrawFn, number: int) -> list[Activity]:
    """All that happens to one object, in its order."""
    name = f"test:o{number}"
    numbered = number == 2
    kinds: list[ReferenceKind] = ["reply", "quote"]
    pointed = draw(st.lists(st.tuples(st.sampled_from(kinds), st.integers(0, 7)), max_size=2))
    at = draw(st.integers(0, 100))
    tell = partial(
        activity,
        "desk:acme/ticket/4711" if numbered else name,
        thread=draw(st.sampled_from([name, "test:o0", "test:o1"])),
        actor=draw(st.sampled_from(PEOPLE)),
        channel=draw(st.sampled_from(CHANNELS)),
    )
    found = [
        tell(
            text=draw(st.sampled_from(TEXTS)),
            visibility=draw(st.sampled_from(VISIBILITIES)),
            at=at,
            references=[Reference(kind=kind, id=f"test:o{target}") for kind, target in pointed],
            url="https://face.example/p/77" if number == 3 else None,
            object_type="Ticket" if numbered else "Note",
        )
    ]
    found += [draw(edits(tell, edit, at + 1 + edit)) for edit in range(draw(st.integers(0, 3)))]
    if draw(st.integers(0, 4)) == 0:
        found.append(tell(kind="Delete", text=None, at=at + 5))
        if draw(st.booleans()):
            found.append(tell(kind="Undo", undoes="Delete", text=None, at=at + draw(st.integers(4, 7))))
    return found


@st.composite
def edits(draw: st.DrawFn, tell: Callable[..., Activity], number: int, at: int) -> Activity:
    """One edit."""
    return tell(
        kind="Update",
        revision=str(number),
        version=str(START + at * HOUR),
        text=draw(st.sampled_from(TEXTS)),
        title=draw(st.sampled_from([None, f"title {number}"])),
        visibility=draw(st.sampled_from(VISIBILITIES)),
        at=at,
    )


def written(world: World) -> list[tuple[str, str, bytes, bytes]]:
    return [(o.where, o.department, o.key, o.value) for o in world.outputs]


def run(records: list[Activity | Control], cuts: frozenset[int] = frozenset()) -> World:
    world = World()
    for index, record in enumerate(records):
        world.take(record)
        if index in cuts:
            world.restart()
    return world.restart()


MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@MANY
@given(facts(), st.frozensets(st.integers(0, 40)))
def test_replay_is_a_function_of_the_log_alone(some: list[Activity], cuts: frozenset[int]) -> None:
    records: list[Activity | Control] = [configuration(), *some, *map(again, some[:2])]
    one, other = run(records), run([again(r) if isinstance(r, Activity) else r for r in records], cuts)
    assert written(one) == written(other)
    assert one.store == other.store


@MANY
@given(facts(), st.integers(0, 20), st.frozensets(st.integers(0, 40)))
def test_a_configuration_changed_mid_log_replays_equal(some: list[Activity], where: int, cuts: frozenset[int]) -> None:
    records: list[Activity | Control] = [configuration(), *some]
    records.insert(min(where + 1, len(records)), configuration(OTHER, window_us=0))
    assert written(run(records)) == written(run(records, cuts))


@MANY
@given(facts(), st.integers(0, 1 << 30))
def test_any_order_settles_to_the_same_facts(some: list[Activity], seed: int) -> None:
    shuffled = list(some)
    random.Random(seed).shuffle(shuffled)
    one, other = run([configuration(), *some]), run([configuration(), *shuffled])
    assert one.components() == other.components()
    for department in specs():
        assert settled(one, department) == settled(other, department)


@MANY
@given(facts())
def test_every_activity_stands_once_in_a_feed_and_seq_has_no_gaps(some: list[Activity]) -> None:
    world = run([configuration(), *some, *map(again, some)])
    conversations = [record.seq for record in world.conversations()]
    assert conversations == list(range(1, len(conversations) + 1))
    accepted = Counter(record.activity.id for record in world.conversations() if record.activity)
    assert set(accepted.values()) <= {1}
    for department in specs():
        records = [decode_feed_activity(o.value) for o in world.outputs if o.department == department]
        assert [record.seq for record in records] == list(range(1, len(records) + 1))
        ids = Counter(record.item.id for record in records if record.item)
        assert set(ids.values()) <= {1}


def settled(world: World, department: str) -> dict[bytes, tuple[object, ...]]:
    """What a feed shows of each object, without ids of conversations, order and times of the line."""
    found: dict[bytes, tuple[object, ...]] = {}
    for key, record in world.present(department).items():
        item = record.item
        assert item is not None
        found[key] = (item.object.text, item.object.title, item.object.url, record.visibility)
    return found

"""What becomes of activities: repeats, edits, deletes, joins, feeds."""

from __future__ import annotations

import msgspec

from commonline.ids import uuid5
from commonline.schemas.records import Control, Reference
from commonline.streams.unify.controls import Ruling
from commonline.streams.unify.specs import DepartmentSpec, PolicySpec, RuleSpec
from tests.streams.unify.world import HOUR, START, WORKSPACE, World, activity, again, configuration, party, shown, specs

ANA = party("test:ana", "Ana Silva")
AGENT = party("test:agent", "Sam Support", us=True)


def ruling(**body: object) -> Control:
    text = msgspec.json.encode(Ruling(**body)).decode()  # type: ignore[arg-type]
    return Control(
        id=uuid5("ruling", text),
        workspace=WORKSPACE,
        kind="ruling",
        at=START + 100 * HOUR,
        by="mailto:lead@acme.example",
        body=text,
    )


def test_a_repeat_changes_nothing() -> None:
    first = activity("test:c1", actor=ANA)
    world = World().take(configuration(), first)
    before = len(world.outputs)
    world.restart().take(again(first))
    assert world.outcomes == ["control", "accepted", "repeat"]
    assert len(world.outputs) == before


def test_a_redelivery_a_month_later_is_a_repeat() -> None:
    world = World().take(configuration(), activity("test:c1", actor=ANA))
    world.take(*(activity(f"test:d{i}", at=i) for i in range(800)))
    world.restart().take(activity("test:c1", actor=ANA))
    assert world.outcomes[-1] == "repeat"


def test_an_edit_shows_the_whole_object_again() -> None:
    created = activity("test:c1", actor=ANA, text="kettle leeks", url="https://x.example/c1")
    edited = activity(
        "test:c1", actor=ANA, text="kettle leaks", kind="Update", revision="2", version=str(START + 5), at=1
    )
    world = World().take(configuration(), created, edited)
    (record,) = world.present("service").values()
    item = shown(record)
    assert (item.type, item.object.text, item.object.url) == ("Update", "kettle leaks", "https://x.example/c1")
    assert item.object.author == ANA


def test_an_edit_that_comes_first_wins_over_the_create() -> None:
    created = activity("test:c1", actor=ANA, text="kettle leeks", title="Leak")
    edited = activity(
        "test:c1", actor=ANA, text="kettle leaks", kind="Update", revision="2", version=str(START + 5), at=1
    )
    world = World().take(configuration(), edited, created)
    assert world.outcomes == ["control", "accepted", "accepted"]
    (record,) = world.present("service").values()
    assert (shown(record).object.text, shown(record).object.title) == ("kettle leaks", "Leak")


def test_a_delete_takes_the_object_out_of_every_feed_for_good() -> None:
    created = activity("test:c1", actor=ANA, text="secret words")
    gone = activity("test:c1", text=None, kind="Delete", revision="9", at=2)
    late = activity("test:c1", actor=ANA, text="secret words!", kind="Update", revision="3", version="3", at=3)
    world = World().take(configuration(), created, gone, late)
    assert world.outcomes[-1] == "after-delete"
    for department in ("marketing", "pr", "service"):
        assert world.texts(department) == []
        assert [r.event for r in world.feed(department)][-1] == "tombstone"


def test_a_delete_that_comes_first_beats_the_create() -> None:
    world = World().take(
        configuration(), activity("test:c1", text=None, kind="Delete", at=2), activity("test:c1", actor=ANA)
    )
    assert world.texts("service") == []
    assert all(r.item is None for r in world.feed("service"))


def test_an_undo_of_the_delete_brings_it_back() -> None:
    created = activity("test:c1", actor=ANA, text="words")
    gone = activity("test:c1", text=None, kind="Delete", revision="9", at=2)
    back = activity("test:c1", text=None, kind="Undo", undoes="Delete", revision="10", at=3)
    world = World().take(configuration(), created, gone, back)
    assert world.texts("service") == ["words"]


def test_a_ruling_that_changes_nothing_sends_nothing_again() -> None:
    world = World().take(configuration(), activity("test:c1", thread="test:p1", actor=ANA))
    world.take(ruling(kind="visibility", a="test:c1", visibility="public"))
    assert world.texts("marketing") == ["hello"]
    assert [record.event for record in world.feed("marketing")] == ["entered", "activity"]
    world.take(ruling(kind="visibility", a="test:c1", visibility="internal", reason="told so"))
    world.take(ruling(kind="visibility", a="test:c1", visibility="internal", reason="again"))
    assert [record.event for record in world.feed("marketing")] == ["entered", "activity", "tombstone"]
    assert [record.event for record in world.feed("service")] == ["entered", "activity", "activity"]


def test_tightened_visibility_takes_the_object_back_where_it_is_too_far() -> None:
    created = activity("test:c1", actor=ANA, text="my address is …")
    hidden = activity("test:c1", text=None, kind="Update", revision="2", visibility="customer", at=1)
    loosened = activity("test:c1", text=None, kind="Update", revision="3", visibility="public", at=2)
    world = World().take(configuration(), created, hidden, loosened)
    assert world.texts("marketing") == []
    assert world.texts("pr") == ["my address is …"]
    world.take(ruling(kind="visibility", a="test:c1", visibility="public"))
    assert world.texts("marketing") == ["my address is …"]


def test_internal_notes_reach_service_only() -> None:
    note = activity(
        "test:n1", text="customer is rude", thread="test:t1", actor=AGENT, visibility="internal", channel="ticket"
    )
    opened = activity("test:t1", text="help", actor=ANA, channel="ticket", visibility="customer")
    world = World().take(configuration(), opened, note)
    assert "customer is rude" in world.texts("service")
    for department in ("marketing", "pr"):
        assert "customer is rude" not in world.texts(department)


def test_a_reply_to_something_unseen_joins_when_it_is_seen() -> None:
    reply = activity("test:r", thread="test:r", references=[Reference(kind="reply", id="test:root")])
    world = World().take(configuration(), reply, activity("test:root"))
    assert world.components() == {frozenset({"test:r", "test:root"})}


def test_a_merge_keeps_the_older_id_and_is_said_in_each_feed() -> None:
    older, newer = activity("test:a"), activity("test:b", at=1)
    reply = activity("test:c", thread="test:b", at=2, references=[Reference(kind="reply", id="test:a")])
    world = World().take(configuration(), older, newer, reply)
    records = world.conversations()
    first, second = records[0].conversation, records[1].conversation
    merged = [record for record in records if record.event == "merged"]
    assert [(m.conversation, m.other, m.threads) for m in merged] == [(first, second, ["test:b"])]
    assert records[-1].conversation == first
    told = [record for record in world.feed("marketing") if record.event == "merged"]
    assert [(m.conversation, m.other) for m in told] == [(first, second)]


def test_a_permalink_joins_and_a_strangers_ticket_number_only_proposes() -> None:
    post = activity("test:p", url="https://www.face.example/acme/posts/77?fbclid=1", actor=ANA)
    ticket = activity("desk:acme/ticket/4711", object_type="Ticket", channel="ticket", visibility="customer", at=1)
    mail = activity(
        "mid:1", text="see https://face.example/acme/posts/77/ please", channel="email", visibility="customer", at=2
    )
    stranger = activity("test:q", text="what about ticket #4711?", actor=party("test:bob"), at=3)
    world = World().take(configuration(window_us=0), post, ticket, mail, stranger)
    assert frozenset({"test:p", "mid:1"}) in world.components()
    assert frozenset({"test:q"}) in world.components()
    assert [link.state for link in world.links().values() if link.rule == "ticket-number@1"] == ["proposed"]
    staff = activity(
        "chat:1", text="ticket #4711 is the leaking kettle", actor=AGENT, channel="chat", visibility="internal", at=4
    )
    world.take(staff)
    assert frozenset({"desk:acme/ticket/4711", "chat:1"}) in world.components()


def test_the_same_verified_address_makes_one_person_and_one_conversation_within_the_window() -> None:
    on_desk = party("desk:ana", "Ana Silva", claims=["mailto:ana@example.org"])
    on_crm = party("crm:ana", "A. Silva", claims=["mailto:ana@example.org"], trust="entered")
    ticket = activity("desk:1", actor=on_desk, channel="ticket", visibility="customer")
    form = activity("crm:1", actor=on_crm, channel="form", visibility="customer", at=20)
    late = activity("crm:2", actor=on_crm, channel="call", visibility="customer", at=200)
    world = World().take(configuration(), ticket, form, late)
    assert world.components() == {frozenset({"desk:1", "crm:1"}), frozenset({"crm:2"})}
    accounts = {frozenset(a.account for a in person.accounts) for person in world.persons().values()}
    assert accounts == {frozenset({"desk:ana", "crm:ana", "mailto:ana@example.org"})}


def test_an_asserted_address_only_proposes() -> None:
    world = World().take(
        configuration(),
        activity("a:1", actor=party("a:ana", claims=["mailto:ana@example.org"], trust="asserted")),
        activity("b:1", actor=party("b:ana", claims=["mailto:ana@example.org"])),
    )
    assert {link.state for link in world.links().values()} == {"proposed", "active"}
    assert len(world.persons()) == 2


def test_a_ruling_parts_persons_and_their_conversations_and_outweighs_the_rule() -> None:
    one = party("desk:ana", "Ana", claims=["mailto:home@example.org"])
    two = party("crm:bob", "Bob", claims=["mailto:home@example.org"])
    ticket = activity("desk:1", actor=one, channel="ticket", visibility="customer")
    form = activity("crm:1", actor=two, channel="form", visibility="customer", at=1)
    world = World().take(configuration(), ticket, form)
    assert len(world.components()) == 1
    world.take(
        ruling(kind="account", a="crm:bob", b="mailto:home@example.org", verdict="different", reason="his wife's")
    )
    assert world.components() == {frozenset({"desk:1"}), frozenset({"crm:1"})}
    split = [record for record in world.conversations() if record.event == "split"]
    assert len(split) == 1
    assert split[0].threads in (["desk:1"], ["crm:1"])
    world.take(activity("crm:2", actor=two, thread="crm:1", channel="form", visibility="customer", at=2))
    assert len(world.components()) == 2
    assert len(world.persons()) == 2


def test_split_conversations_show_what_moved_under_its_new_id() -> None:
    a = activity("test:a", text="first")
    b = activity("test:b", text="second", at=1, references=[Reference(kind="reply", id="test:a")])
    world = World().take(configuration(), a, b, ruling(kind="thread", a="test:a", b="test:b", verdict="different"))
    held = {shown(r).object.text: r.conversation for r in world.present("marketing").values()}
    assert held["first"] != held["second"]
    assert world.components() == {frozenset({"test:a"}), frozenset({"test:b"})}


def test_a_conversation_that_comes_into_a_feed_brings_its_newest_activities() -> None:
    talk = [
        activity(f"chat:{i}", thread="chat:0", text=f"line {i}", channel="chat", at=i, visibility="internal")
        for i in range(5)
    ]
    hiring = activity(
        "chat:9", thread="chat:0", text="she asked about the job offer", channel="chat", at=9, visibility="internal"
    )
    world = World().take(configuration(), *talk)
    assert world.feed("hr") == []
    world.take(hiring)
    events = [(r.event, r.catch_up, r.count) for r in world.feed("hr")]
    assert events == [("entered", False, 5), *[("activity", True, None)] * 5, ("activity", False, None)]
    assert [shown(r).object.text for r in world.feed("hr")[1:]] == [
        *(f"line {i}" for i in range(5)),
        "she asked about the job offer",
    ]


def test_a_viral_conversation_is_brought_in_piece_by_piece() -> None:
    talk = [activity(f"chat:{i}", thread="chat:0", channel="chat", visibility="public", at=i % 50) for i in range(400)]
    rule = DepartmentSpec(clearance="restricted", rules=[RuleSpec(name="word", words=["alarm"])])
    four = dict.fromkeys(("d1", "d2", "d3", "d4"), rule)
    world = World().take(
        configuration(four), *talk, activity("chat:x", thread="chat:0", text="alarm", channel="chat", at=60)
    )
    assert world.outcomes.count("control") > 1
    for department in four:
        assert len(world.present(department)) == 201
        sequence = [record.seq for record in world.feed(department)]
        assert sequence == list(range(1, len(sequence) + 1))


def test_a_new_rule_lets_conversations_in_and_its_removal_lets_them_out() -> None:
    world = World().take(configuration({}), activity("test:a", text="a boat"), activity("test:b", text="a train"))
    boats = {"boats": DepartmentSpec(clearance="public", rules=[RuleSpec(name="boat", words=["boat"])])}
    world.commit().take(configuration(boats))
    assert world.texts("boats") == ["a boat"]
    trains = {"boats": DepartmentSpec(clearance="public", rules=[RuleSpec(name="train", words=["train"])])}
    world.commit().take(configuration(trains))
    assert world.texts("boats") == ["a train"]
    assert [r.event for r in world.feed("boats")].count("left") == 1


def test_a_stricter_policy_is_applied_to_what_the_feed_holds() -> None:
    open_policy = {"d": DepartmentSpec(clearance="internal", rules=[RuleSpec(name="all")], policy=PolicySpec())}
    strict = {
        "d": DepartmentSpec(clearance="customer", rules=[RuleSpec(name="all")], policy=PolicySpec(redact=["email"]))
    }
    world = World().take(
        configuration(open_policy),
        activity("test:a", text="write to ana@example.org"),
        activity("test:b", text="internal", visibility="internal"),
    )
    world.commit().take(configuration(strict))
    assert world.texts("d") == ["write to [e-mail]"]


def test_a_policy_that_changes_and_changes_back_shows_everything_again() -> None:
    """What a person does for a feed that lacks records (docs/operations.md, CommonlineFeedGap)."""
    rules = [RuleSpec(name="all")]
    first, second = (
        DepartmentSpec("internal", rules=rules, policy=PolicySpec(redact=some)) for some in ([], ["phone"])
    )
    world = World().take(configuration({"d": first}), activity("test:a", text="one"), activity("test:b", text="two"))
    before = len(world.feed("d"))
    world.commit().take(configuration({"d": second})).commit().take(configuration({"d": first}))
    again = world.feed("d")[before:]
    assert [(record.event, record.catch_up) for record in again] == [("activity", True)] * 4
    assert sorted(shown(record).object.text or "" for record in again) == ["one", "one", "two", "two"]


def test_all_feeds_carry_the_same_fact() -> None:
    world = World().take(configuration(), activity("test:c1", actor=ANA, text="call +49 30 1234567"))
    facts = {record.fact for name in specs() for record in world.feed(name) if record.event == "activity"}
    assert len(facts) == 1
    assert None not in facts


def test_too_large_activities_are_refused_before_anything_is_written() -> None:
    world = World().take(configuration(), activity("test:big", text="x" * 300_000))
    assert world.outcomes[-1] == "too-large"
    assert not [o for o in world.outputs if o.where in ("feed", "conversations")]

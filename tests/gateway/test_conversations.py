from __future__ import annotations

from commonline.gateway.queries import conversations
from commonline.gateway.queries.filters import Filter
from commonline.gateway.queries.models import Conversation, ConversationDetail
from commonline.gateway.queries.page import Ask
from commonline.gateway.store.engine import Store
from commonline.gateway.store.visible import Sight
from commonline.gateway.viewer import Viewer
from tests.gateway.asking import Asking
from tests.gateway.filled import ROOT, viewer

EVERYTHING = Filter()


def listed(store: Store, who: Viewer, which: Filter = EVERYTHING, department: str | None = None) -> list[Conversation]:
    with store.reading() as connection:
        return list(conversations.listed(connection, Sight(who, None, department), which, Ask()).items)


def detail(store: Store, who: Viewer, conversation: Conversation) -> ConversationDetail | None:
    with store.reading() as connection:
        return conversations.detail(connection, Sight(who), str(conversation.id), Ask())


def test_newest_movement_comes_first(filled: Store) -> None:
    found = listed(filled, ROOT)
    assert [one.last_text for one in found] == ["Where is my order 4711?", "Still leaking"]


def test_who_sees_less_counts_less(filled: Store) -> None:
    everything = listed(filled, viewer("service"))[-1]
    less = listed(filled, viewer("service", visibility="public"))[-1]
    assert (everything.entries, less.entries) == (3, 2)
    found = detail(filled, viewer("service", visibility="public"), less)
    assert found is not None
    assert [one.item.object.text for one in found.timeline if one.item] == ["My kettle leaks!", "Still leaking"]


def test_another_department_has_no_such_conversation(filled: Store) -> None:
    first = listed(filled, ROOT)[0]
    assert listed(filled, viewer("hr")) == []
    assert detail(filled, viewer("hr"), first) is None


def test_nobody_sees_the_whole_by_naming_no_department(filled: Store) -> None:
    assert {one.department for one in listed(filled, viewer("service", "pr"))} <= {"service", "pr"}
    assert {one.department for one in listed(filled, ROOT)} == {None}


def test_words_are_found_however_they_are_written(filled: Store) -> None:
    assert len(listed(filled, viewer("service"), Filter(text="cafe CRE"))) == 1
    assert listed(filled, viewer("service", visibility="public"), Filter(text="cafe")) == []


def test_numbers_of_records_do_not_tell_how_much_is_hidden(filled: Store) -> None:
    for who, numbered in ((viewer("service", visibility="customer"), False), (viewer("service"), True)):
        asking = Asking(filled, who)
        shown = asking.get("/v1/activities").json()["items"]
        assert shown
        assert all((one["seq"] > 0) is numbered for one in shown)
        assert all((one["seq"] > 0) is numbered for one in asking.get("/v1/feeds").json())

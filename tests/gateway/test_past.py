"""What could be seen at a moment in the past, and how far the answer can be trusted."""

from __future__ import annotations

from commonline.gateway.store.engine import Store
from commonline.schemas.model import moment
from commonline.schemas.records import Reference
from tests.gateway.asking import Asking
from tests.gateway.filled import ANA, fill, inputs, told, viewer
from tests.gateway.test_projection import compacted
from tests.streams.unify.world import HOUR, START, activity, configuration, party

RECORDS = (
    configuration(),
    activity("facebook:1/c1", text="leaks", actor=ANA, at=1),
    activity("facebook:1/c2", text="mine too", actor=party("facebook:1/eve", "Eve"), at=2),
    activity("facebook:1/c1", text="leaks a lot", kind="Update", revision="2", actor=ANA, at=3),
    activity(
        "facebook:1/c3", text="the same", actor=ANA, at=4, thread="facebook:1/c1",
        references=[Reference(kind="reply", id="facebook:1/c2")],
    ),
    activity("facebook:1/c1", kind="Delete", text=None, revision="3", thread="facebook:1/c1", at=5),
)  # fmt: skip


def at(hours: float) -> str:
    return moment(START + int(hours * HOUR)).isoformat().replace("+00:00", "Z")


def texts(asking: Asking, hours: float) -> list[list[str | None]]:
    """Texts of each conversation as of a time."""
    listed = asking.get(f"/v1/conversations?as_of={at(hours)}").json()["items"]
    found = []
    for one in listed:
        detail = asking.get(f"/v1/conversations/{one['id']}?as_of={at(hours)}").json()
        assert (detail["entries"], detail["as_of"]["exact"]) == (len(detail["timeline"]), True)
        found.append([entry["item"]["object"]["text"] for entry in detail["timeline"]])
    return found


def test_texts_conversations_and_deletions_are_those_of_the_moment(store: Store) -> None:
    fill(store, inputs(told(*RECORDS).outputs))
    asking = Asking(store, viewer("service"))
    assert texts(asking, 0.5) == []
    assert texts(asking, 1.5) == [["leaks"]]
    assert sorted(texts(asking, 2.5)) == [["leaks"], ["mine too"]]
    assert sorted(texts(asking, 3.5)) == [["leaks a lot"], ["mine too"]]
    assert texts(asking, 4.5) == [["mine too", "leaks a lot", "the same"]]
    assert texts(asking, 5.5) == [["mine too", "the same"]]


def test_the_id_of_a_merged_conversation_leads_to_the_one_it_is_part_of(store: Store) -> None:
    fill(store, inputs(told(*RECORDS).outputs))
    asking = Asking(store, viewer("service"))
    before = asking.get(f"/v1/conversations?as_of={at(3.5)}").json()["items"]
    assert len(before) == 2
    now = {asking.get(f"/v1/conversations/{one['id']}").json()["id"] for one in before}
    assert len(now) == 1


def test_after_compaction_the_answer_says_since_when_it_is_exact(store: Store) -> None:
    fill(store, compacted(inputs(told(*RECORDS).outputs)))
    asking = Asking(store, viewer("service"))
    (one,) = asking.get("/v1/conversations").json()["items"]
    past = asking.get(f"/v1/conversations/{one['id']}?as_of={at(4.5)}").json()
    assert past["as_of"]["exact"] is False
    assert past["as_of"]["exact_since"] is not None

"""Records of conversations.v1 for tests, and their pulse computed the slow, plain way: an oracle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from commonline.ids import uuid5
from commonline.schemas.records import (
    Activity,
    ActivityType,
    Channel,
    ConversationActivity,
    Direction,
    Object,
    Origin,
    Pulse,
    Thread,
)

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
START = 1_790_000_040_000_000
assert START % MINUTE == 0


def said(
    conversation: str,
    direction: Direction,
    at_s: float,
    *,
    workspace: str = "acme",
    channel: Channel = "comment",
    thread: str | None = None,
    published_s: float | None = None,
    kind: ActivityType = "Create",
    automated: bool = False,
    seq: int = 0,
) -> ConversationActivity:
    """An activity that the line learned of `at_s` seconds after START; `seq` 0 is set by `numbered`."""
    thread = thread or f"thread:{conversation}"
    known = START + int(at_s * SECOND)
    published = known if published_s is None else START + int(published_s * SECOND)
    name = f"{workspace} {conversation} {direction} {at_s} {published_s} {kind}"
    activity = Activity(
        id=uuid5(name),
        workspace=workspace,
        connector="test",
        source="page",
        event=kind.lower(),
        type=kind,
        object=Object(id=f"test:{name}", type="Note", text="hello"),
        thread=Thread(id=thread),
        channel=channel,
        direction=direction,
        visibility="public",
        published=published,
        clock="source",
        received=known,
        automated=automated,
        origin=Origin(delivery=uuid5("delivery", name), topic="deliveries.v1", partition=0, offset=0),
    )
    return ConversationActivity(
        event="activity",
        workspace=workspace,
        seq=seq,
        conversation=uuid5(conversation),
        visibility="public",
        known=known,
        activity=activity,
    )


def joined(survivor: str, absorbed: str, at_s: float, *, workspace: str = "acme") -> ConversationActivity:
    """A merge."""
    return ConversationActivity(
        event="merged",
        workspace=workspace,
        seq=0,
        conversation=uuid5(survivor),
        other=uuid5(absorbed),
        visibility="restricted",
        known=START + int(at_s * SECOND),
    )


def parted(old: str, new: str, threads: list[str], at_s: float, *, workspace: str = "acme") -> ConversationActivity:
    """A split."""
    record = joined(old, new, at_s, workspace=workspace)
    record.event, record.threads = "split", threads
    return record


def numbered(records: Iterable[ConversationActivity]) -> list[ConversationActivity]:
    """With sequence numbers, and `known` as unify writes it: it never goes back within a workspace."""
    seqs: dict[str, int] = {}
    clocks: dict[str, int] = {}
    found = []
    for record in records:
        record.seq = seqs[record.workspace] = seqs.get(record.workspace, 0) + 1
        record.known = clocks[record.workspace] = max(record.known, clocks.get(record.workspace, 0))
        found.append(record)
    return found


@dataclass
class Question:
    """A thread that waits since its first unanswered message."""

    conversation: str
    thread: str
    published: int


Minutes = dict[tuple[str, str, int], Pulse]


def oracle(records: Sequence[ConversationActivity]) -> Minutes:
    """All minutes of one partition, the open one included, from all of its records in order."""
    found: Minutes = {}
    waiting: list[Question] = []
    minute = 0
    for record in records:
        now = max(minute, record.known // MINUTE * MINUTE)
        if now > minute:
            waiting = [one for one in waiting if one.published >= now - 14 * DAY]
        minute = now
        if record.event == "merged":
            for one in waiting:
                if one.conversation == record.other:
                    one.conversation = record.conversation
            waiting = _joined(waiting)
        elif record.event == "split":
            for one in waiting:
                if one.conversation == record.conversation and one.thread in record.threads:
                    one.conversation = record.other or ""
            waiting = _joined(waiting)
        elif record.activity is not None:
            waiting = _said(found, waiting, record, record.activity, minute)
    return found


def _said(
    found: Minutes, waiting: list[Question], record: ConversationActivity, activity: Activity, minute: int
) -> list[Question]:
    empty = Pulse(
        workspace=record.workspace,
        topic=activity.channel,
        minute=minute,
        count=0,
        inbound=0,
        outbound=0,
        replies=0,
        reply_ms_sum=0,
        reply_ms_max=0,
    )
    pulse = found.setdefault((record.workspace, activity.channel, minute), empty)
    pulse.count += 1
    pulse.inbound += activity.direction == "inbound"
    pulse.outbound += activity.direction == "outbound"
    if activity.type != "Create" or activity.automated:
        return waiting
    if activity.direction == "inbound":
        return _asked(waiting, Question(record.conversation, activity.thread.id, activity.published), minute)
    if activity.direction != "outbound":
        return waiting
    mine = [one for one in waiting if one.conversation == record.conversation]
    if answered := [one for one in mine if one.published <= activity.published]:
        waited = (activity.published - min(one.published for one in answered)) // 1000
        pulse.replies += 1
        pulse.reply_ms_sum += waited
        pulse.reply_ms_max = max(pulse.reply_ms_max, waited)
    return [one for one in waiting if not any(one is other for other in answered)]


def _asked(waiting: list[Question], question: Question, minute: int) -> list[Question]:
    if question.published < minute - 14 * DAY:
        return waiting
    return _joined([*waiting, question])


def _joined(waiting: list[Question]) -> list[Question]:
    """One question a thread and conversation: the first."""
    first: dict[tuple[str, str], Question] = {}
    for one in waiting:
        held = first.setdefault((one.conversation, one.thread), one)
        held.published = min(held.published, one.published)
    return list(first.values())


def minutes(pulses: Iterable[Pulse]) -> Minutes:
    """By key; of two with one key the later."""
    return {(pulse.workspace, pulse.topic, pulse.minute): pulse for pulse in pulses}


_WORKSPACES = st.sampled_from(["acme", "acme", "acme", "bolt"])
_CONVERSATIONS = st.sampled_from(["a", "a", "a", "b", "c"])


@st.composite
def stories(draw: st.DrawFn) -> list[ConversationActivity]:
    """Logs of a partition: few conversations, so that they answer, merge and split."""
    records: list[ConversationActivity] = []
    at = 0.0
    for _ in range(draw(st.integers(0, 30))):
        at += draw(st.sampled_from([0, 0.25, 5, 70, 70, 86_400]))
        workspace = draw(_WORKSPACES)
        one, other = f"{workspace}/{draw(_CONVERSATIONS)}", f"{workspace}/{draw(_CONVERSATIONS)}"
        threads = [f"thread:{one}:1", f"thread:{one}:2"]
        step = draw(st.sampled_from(["said"] * 8 + ["joined", "parted"]))
        if step == "said":
            record = said(
                one,
                draw(st.sampled_from(["inbound", "inbound", "outbound", "outbound", "internal", "observed"])),
                at - draw(st.sampled_from([0, 0, 0, 90])),
                workspace=workspace,
                channel=draw(st.sampled_from(["comment", "ticket"])),
                thread=draw(st.sampled_from(threads)),
                published_s=at - draw(st.sampled_from([0, 0, 1, 30, 20 * 86_400])),
                kind=draw(st.sampled_from(["Create"] * 6 + ["Update", "Like"])),
                automated=draw(st.sampled_from([False] * 5 + [True])),
            )
        elif step == "joined":
            record = joined(one, other, at, workspace=workspace)
        else:
            record = parted(one, other, threads[:1], at, workspace=workspace)
        records.append(record)
    return numbered(records)

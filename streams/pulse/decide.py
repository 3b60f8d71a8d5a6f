"""What a record of conversations.v1 does to the pulse of its partition. Pure: no Kafka, no clock, no chance.

**Minutes** are those of `known`, the greatest `received` so far in a workspace, and within a partition they only go
forward: the minute in which the line learned of something. So nothing is ever late, one minute is open a partition,
and the records of a partition decide all minutes, whatever was restarted in between.

**Topics** are the channels (comment, ticket, e-mail …). Tags are not: customers choose them, without bound.

**Reply time** runs from the first unanswered inbound message of a conversation to the first outbound one, by
`published`, whatever channel each came by, and counts in the minute and channel of the answer. Messages are activities
`Create` that no machine wrote. A thread that has waited for a fortnight is forgotten, and a message that is older when
it comes (history) waits for nothing. Merged conversations wait together, split ones apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from commonline.schemas.records import Activity, ConversationActivity, Pulse
from commonline.streams.pulse.state import State, Tally

MINUTE_US = 60_000_000
ANSWER_WITHIN_US = 14 * 24 * 60 * MINUTE_US


@dataclass(frozen=True, slots=True)
class Closed:
    """What a closed minute leaves: its records, and the state at the begin of the next."""

    pulses: list[Pulse]
    checkpoint: bytes


def decide(state: State, record: ConversationActivity, offset: int) -> Closed | None:
    """Take one record. Changes `state`; returns what is final if the record begins a new minute."""
    closed = _turn(state, record, offset)
    state.seqs[record.workspace] = record.seq
    if record.event == "activity" and record.activity is not None:
        if record.supersedes is None or record.activity.origin.mode != "replay":  # a correction is no new activity
            _count(state, record, record.activity)
    elif record.event == "merged" and record.other:
        state.waiting.merge(record.conversation, record.other)
    elif record.event == "split" and record.other:
        state.waiting.split(record.conversation, record.other, record.threads)
    return closed


def follows(state: State, record: ConversationActivity) -> bool:
    """Whether the record is the next of its workspace; if not, records between are missing."""
    return record.seq <= state.seqs.get(record.workspace, 0) + 1


def _turn(state: State, record: ConversationActivity, offset: int) -> Closed | None:
    minute = record.known - record.known % MINUTE_US
    if minute <= state.minute:
        return None
    pulses = state.pulses()
    state.tallies = {}
    state.minute, state.position = minute, offset
    state.waiting.expire(minute - ANSWER_WITHIN_US)
    return Closed(pulses, state.checkpoint())


def _count(state: State, record: ConversationActivity, activity: Activity) -> None:
    tally = state.tallies.setdefault((record.workspace, activity.channel), Tally())
    tally.count += 1
    message = activity.type == "Create" and not activity.automated
    if activity.direction == "inbound":
        tally.inbound += 1
        if message and activity.published >= state.minute - ANSWER_WITHIN_US:
            state.waiting.ask(record.conversation, activity.thread.id, activity.published)
    elif activity.direction == "outbound":
        tally.outbound += 1
        waited = state.waiting.answer(record.conversation, activity.published) if message else None
        if waited is not None:
            tally.replies += 1
            tally.reply_ms_sum += waited // 1000
            tally.reply_ms_max = max(tally.reply_ms_max, waited // 1000)

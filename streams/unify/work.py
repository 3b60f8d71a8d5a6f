"""Work that is too much for one input: unify sends itself the rest, in the same transaction (protocol F5)."""

from __future__ import annotations

from typing import Literal

import msgspec

from commonline.ids import uuid5
from commonline.schemas.codec import encode_control
from commonline.schemas.records import Control
from commonline.streams.unify.keys import Key
from commonline.streams.unify.turn import Turn


class Continue(msgspec.Struct, frozen=True, omit_defaults=True):
    """Body of a `continue` control record. Keys are hex.

    sweep: conversations behind `after`, under configuration `version`. show: objects of `conversation` accepted after
    `above` up to `until`, for `department`. withdraw: objects from thread number `index`, object `start` on.
    """

    task: Literal["sweep", "show", "withdraw"]
    version: int = 0
    after: str = ""
    conversation: str = ""
    department: str = ""
    above: int = 0
    until: int = 0
    index: int = 0
    start: str = ""


def continue_sweep(turn: Turn, version: int, after: Key) -> None:
    """Go on with the conversations behind `after`."""
    _send(turn, Continue("sweep", version=version, after=after.hex()))


def continue_show(turn: Turn, conversation: Key, department: str, above: int, until: int) -> None:
    """Go on with a catch-up."""
    body = Continue("show", conversation=conversation.hex(), department=department, above=above, until=until)
    _send(turn, body)


def continue_withdraw(turn: Turn, conversation: Key, department: str, index: int, start: Key) -> None:
    """Go on taking back."""
    body = Continue("withdraw", conversation=conversation.hex(), department=department, index=index, start=start.hex())
    _send(turn, body)


def _send(turn: Turn, body: Continue) -> None:
    text = msgspec.json.encode(body).decode()
    identifier = uuid5(turn.workspace, "continue", str(turn.row.accepted), str(len(turn.out)), text)
    record = Control(id=identifier, workspace=turn.workspace, kind="continue", at=turn.row.clock, body=text)
    key = turn.row_key[1:]
    turn.say("continue", key, encode_control(record), "Control", "continue", identifier, turn.row.clock)

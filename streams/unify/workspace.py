"""The one row that every activity of a workspace touches."""

from __future__ import annotations

from typing import Any

from commonline.streams.unify.rows import Row


class WorkspaceRow(Row):
    """Where a workspace stands.

    `clock`: greatest `received` so far, microseconds. `accepted`: how many activities were accepted, the measure of
    age. `departments`: names by bit, append-only. `waiting`: how many pointers wait for an id that is unseen.
    `repolicy`: departments whose clearance or policy the last configuration changed.
    """

    __slots__ = (
        "accepted",
        "clock",
        "configuration",
        "conversation_seq",
        "departments",
        "feed_seq",
        "name",
        "repolicy",
        "version",
        "waiting",
    )

    def __init__(
        self,
        name: str,
        clock: int = 0,
        accepted: int = 0,
        conversation_seq: int = 0,
        feed_seq: dict[str, int] | None = None,
        departments: list[str] | None = None,
        waiting: int = 0,
        configuration: str = "",
        version: int = 0,
        repolicy: list[str] | None = None,
    ) -> None:
        self.name = name
        self.clock = clock
        self.accepted = accepted
        self.conversation_seq = conversation_seq
        self.feed_seq: dict[str, int] = {} if feed_seq is None else feed_seq
        self.departments: list[str] = [] if departments is None else departments
        self.waiting = waiting
        self.configuration = configuration
        self.version = version
        self.repolicy: list[str] = [] if repolicy is None else repolicy

    def fields(self) -> tuple[Any, ...]:
        return (
            self.name,
            self.clock,
            self.accepted,
            self.conversation_seq,
            self.feed_seq,
            self.departments,
            self.waiting,
            self.configuration,
            self.version,
            self.repolicy,
        )

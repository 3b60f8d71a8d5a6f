"""What a mapping returns: one fact as the source tells it, before ids, sides and direction are added."""

from __future__ import annotations

import msgspec

from commonline.schemas.records import (
    ActivityType,
    Change,
    Channel,
    Clock,
    Direction,
    Object,
    Party,
    Reference,
    Thread,
    Visibility,
)


class Draft(msgspec.Struct, kw_only=True, gc=False):
    """One fact. Fields have the meaning of the same fields of `Activity`; here only what differs is said.

    * `revision` is the version part of the activity's id, on Update, Delete and repeatable edges: the source's edit
      time or revision number in a form that webhook and poll share. Never the delivery's id, the received time or
      the vendor's verb. A Create leaves it empty. A digest of `changes` is added by the kit.
    * `thin` marks a fact that carries ids only; the full one that is fetched later must not fall on its id.
    * `published` None: the source does not say (`received` is taken, `clock` says so).
    * `direction` None: the mapping cannot know; `place` decides from the source's own accounts.
    * `visibility` is the source's own setting, never looser; what is unknown is `restricted`.
    """

    event: str
    type: ActivityType
    object: Object
    thread: Thread
    channel: Channel
    visibility: Visibility
    revision: str = ""
    thin: bool = False
    undoes: ActivityType | None = None
    edge: str | None = None
    actor: Party | None = None
    participants: list[Party] = []
    our_account: str | None = None
    references: list[Reference] = []
    direction: Direction | None = None
    automated: bool = False
    generator: str | None = None
    client_ref: str | None = None
    published: int | None = None
    clock: Clock = "source"
    changes: list[Change] = []
    reaction: str | None = None
    tags: list[str] = []
    metrics: dict[str, float] = {}
    fields: dict[str, str] = {}

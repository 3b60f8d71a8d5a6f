"""What unify is told to do, as a configuration record has it."""

from __future__ import annotations

import msgspec


class RuleSpec(msgspec.Struct, frozen=True):
    """A rule as it stands in a configuration record."""

    name: str
    channels: list[str] = []
    directions: list[str] = []
    visibilities: list[str] = []
    sources: list[str] = []
    connectors: list[str] = []
    languages: list[str] = []
    tags: list[str] = []
    words: list[str] = []
    pattern: str | None = None
    sides: list[str] = []
    object_types: list[str] = []
    min_channels: int = 0
    min_accounts: int = 0


class PolicySpec(msgspec.Struct, frozen=True):
    """What a feed leaves out."""

    redact: list[str] = []
    staff_names: bool = True
    fields: list[str] = []


class DepartmentSpec(msgspec.Struct, frozen=True):
    """A department as it stands in a configuration record."""

    clearance: str
    rules: list[RuleSpec] = []
    policy: PolicySpec = PolicySpec()


class UnifyConfiguration(msgspec.Struct, frozen=True):
    """Body of a `configuration` control record: all that decides what unify writes, but the code and the keys."""

    departments: dict[str, DepartmentSpec]
    join_window_us: int = 0
    region: str | None = None
    key_id: str = ""

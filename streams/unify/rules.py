"""Departments, rules and policies, compiled from the configuration record that lies in the log.

A rule has two halves: what one activity must be (evaluated once, on the activity as the source told it), and what the
conversation must be (channels, accounts). Both only ever become true, so membership does not depend on order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import re2

from commonline.kit.place import TIGHTNESS
from commonline.schemas.records import Activity
from commonline.streams.unify import pieces
from commonline.streams.unify.patterns import kinds_of
from commonline.streams.unify.reading import Reading
from commonline.streams.unify.specs import DepartmentSpec, RuleSpec, UnifyConfiguration
from commonline.streams.unify.texts import WORD, Words, words

MAX_RULES = 60
KEPT_KINDS = 4096
KEPT_REDACTIONS = 1024


class CompiledRule:
    """A rule, its bit, and the department that it belongs to. `textual`: it asks more of an activity than its kind."""

    __slots__ = ("bit", "conversational", "department", "pattern", "phrases", "simple", "spec", "textual", "words")

    def __init__(self, spec: RuleSpec, bit: int, department: int) -> None:
        self.spec = spec
        self.bit = bit
        self.department = department
        self.simple = tuple(
            (attribute, frozenset(values))
            for attribute, values in (
                ("channel", spec.channels),
                ("direction", spec.directions),
                ("visibility", spec.visibilities),
                ("source", spec.sources),
                ("connector", spec.connectors),
            )
            if values
        )
        lowered = [word.lower() for word in spec.words]
        spoken = [word for word in lowered if WORD.fullmatch(word)]
        self.words: Words | None = words(*spoken) if spoken else None
        self.phrases = tuple(word for word in lowered if word not in spoken)
        self.pattern: Any = re2.compile(f"(?i){spec.pattern}") if spec.pattern else None
        self.textual = bool(lowered or spec.pattern or spec.tags or spec.languages)
        self.conversational = spec.min_channels > 1 or spec.min_accounts > 0
        """Whether the rule also asks something of the conversation."""


class CompiledDepartment:
    """A department: `bit` as in `WorkspaceRow.departments`, `kinds` as in `patterns.KINDS`.

    `head`, `reasons` and `redactions` are parts of its feed records, encoded once; `told` holds reasons.
    """

    __slots__ = (
        "_redactions",
        "bit",
        "clearance",
        "fields",
        "head",
        "kinds",
        "label",
        "name",
        "rules",
        "staff_names",
        "told",
    )

    def __init__(self, workspace: str, name: str, bit: int, spec: DepartmentSpec, version: int) -> None:
        self.name = name
        self.bit = bit
        self.clearance = TIGHTNESS[spec.clearance]
        self.kinds = kinds_of(spec.policy.redact)
        self.staff_names = spec.policy.staff_names
        self.fields = frozenset(spec.policy.fields)
        self.label = f"{name}@{version}"
        self.rules: list[CompiledRule] = []
        self.head = pieces.feed_head(workspace, name)
        self.told: dict[int, bytes] = {}
        self._redactions: dict[tuple[tuple[str, str], ...], bytes] = {}

    def because(self, matched: int) -> list[str]:
        """Names of the rules that one activity satisfies by itself."""
        return [rule.spec.name for rule in self.rules if matched & rule.bit and not rule.conversational]

    def reasons(self, matched: int) -> bytes:
        """Policy and rules."""
        found = self.told.get(matched)
        if found is None:
            found = self.told[matched] = pieces.string(self.label) + pieces.strings(self.because(matched))
        return found

    def redactions(self, seen: tuple[tuple[str, str], ...]) -> bytes:
        """What was taken away, as (path, kind), for the reader."""
        found = self._redactions.get(seen)
        if found is None:
            if len(self._redactions) >= KEPT_REDACTIONS:
                self._redactions.clear()
            found = self._redactions[seen] = pieces.redactions(seen, self.label)
        return found


class Compiled:
    """A configuration ready for use. `version` counts configurations of the workspace."""

    __slots__ = ("_kinds", "_lowered", "_told", "departments", "join_window_us", "region", "rules", "version")

    def __init__(
        self, version: int, departments: list[CompiledDepartment], join_window_us: int, region: str | None
    ) -> None:
        self.version = version
        self.departments = departments
        self.rules = [rule for department in departments for rule in department.rules]
        self.join_window_us = join_window_us
        self.region = region
        self._told = words()
        for rule in self.rules:
            if rule.words is not None:
                self._told.update(rule.words)
        self._lowered = any(rule.phrases or rule.pattern is not None for rule in self.rules)
        self._kinds: dict[tuple[str, ...], tuple[int, list[CompiledRule]]] = {}

    def matched(self, activity: Activity, reading: Reading | None = None) -> int:
        """Bits of the rules whose activity half holds. `reading` is of this activity, if there is one already."""
        actor = activity.actor
        kind = (
            activity.channel,
            activity.direction,
            activity.visibility,
            activity.source,
            activity.connector,
            actor.side if actor is not None else "unknown",
            activity.object.type,
        )
        known = self._kinds.get(kind)
        if known is None:
            known = self._sort(kind, activity)
        mask, textual = known
        if textual:
            if reading is None:
                reading = Reading(activity)
            spoken = not self._told.isdisjoint(reading.words)
            lowered = f"{reading.title}\n{reading.text}".lower() if self._lowered else ""
            for rule in textual:
                if _says(rule, activity, reading.words if spoken else None, lowered):
                    mask |= rule.bit
        return mask

    def _sort(self, kind: tuple[str, ...], activity: Activity) -> tuple[int, list[CompiledRule]]:
        """Of an activity's kind: the bits of the rules that ask no more, and the rules that do."""
        mask = 0
        textual = []
        for rule in self.rules:
            if not _simple(rule, activity):
                continue
            if rule.textual:
                textual.append(rule)
            else:
                mask |= rule.bit
        if len(self._kinds) >= KEPT_KINDS:
            self._kinds.clear()
        self._kinds[kind] = mask, textual
        return mask, textual

    def members(self, matched: int, channels: int, accounts: int) -> int:
        """Bits of the departments that a conversation belongs to."""
        mask = 0
        for rule in self.rules:
            if matched & rule.bit and channels >= rule.spec.min_channels and accounts >= rule.spec.min_accounts:
                mask |= rule.department
        return mask


def compile_configuration(body: UnifyConfiguration, version: int, names: list[str], workspace: str = "") -> Compiled:
    """Compile. `names` is the workspace's register of departments by bit; new ones are appended to it."""
    departments: list[CompiledDepartment] = []
    rules = 0
    for name, spec in sorted(body.departments.items()):
        if name not in names:
            names.append(name)
        bit = 1 << names.index(name)
        department = CompiledDepartment(workspace, name, bit, spec, version)
        for rule in spec.rules:
            department.rules.append(CompiledRule(rule, 1 << rules, bit))
            rules += 1
        departments.append(department)
    return Compiled(version, departments, body.join_window_us, body.region)


def _simple(rule: CompiledRule, activity: Activity) -> bool:
    for attribute, values in rule.simple:
        if getattr(activity, attribute) not in values:
            return False
    spec = rule.spec
    if spec.sides and (activity.actor.side if activity.actor else "unknown") not in spec.sides:
        return False
    return not spec.object_types or activity.object.type in spec.object_types


def _says(rule: CompiledRule, activity: Activity, heard: Words | None, lowered: str) -> bool:
    """The part of a rule that looks into texts, tags and languages. `heard`: None if no rule's word is among them."""
    spec = rule.spec
    if rule.words is not None or rule.phrases:
        found = heard is not None and rule.words is not None and not rule.words.isdisjoint(heard)
        if not found and not any(_has_phrase(lowered, phrase) for phrase in rule.phrases):
            return False
    if rule.pattern is not None and rule.pattern.search(lowered) is None:
        return False
    if spec.tags and not _any_equal(spec.tags, activity.tags):
        return False
    return not spec.languages or _speaks(spec.languages, activity.object.language)


def _any_equal(wanted: Iterable[str], given: Iterable[str]) -> bool:
    lowered = {tag.lower() for tag in given}
    return any(tag.lower() in lowered for tag in wanted)


def _speaks(wanted: Iterable[str], language: str | None) -> bool:
    if language is None:
        return False
    given = language.lower().replace("_", "-")
    return any(given == tag.lower() or given.startswith(tag.lower() + "-") for tag in wanted)


def _has_phrase(text: str, phrase: str) -> bool:
    start = text.find(phrase)
    while start >= 0:
        before = text[start - 1] if start else " "
        end = start + len(phrase)
        after = text[end] if end < len(text) else " "
        if not (before.isalnum() or after.isalnum()):
            return True
        start = text.find(phrase, start + 1)
    return False

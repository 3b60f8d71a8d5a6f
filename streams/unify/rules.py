"""Departments, rules and policies, compiled from the configuration record that lies in the log.

A rule has two halves: what one activity must be (evaluated once, on the activity as the source told it), and what the
conversation must be (channels, accounts). Both only ever become true, so membership does not depend on order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import re2

from commonline.kit.place import TIGHTNESS
from commonline.schemas.records import Activity
from commonline.streams.unify.patterns import WORD
from commonline.streams.unify.patterns import words as words_of

MAX_RULES = 60


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


@dataclass(slots=True)
class CompiledRule:
    """A rule, its bit, and the department that it belongs to."""

    bit: int
    spec: RuleSpec
    department: int
    simple: tuple[tuple[str, frozenset[str]], ...]
    words: frozenset[str]
    phrases: tuple[str, ...]
    pattern: Any

    @property
    def conversational(self) -> bool:
        """Whether the rule also asks something of the conversation."""
        return self.spec.min_channels > 1 or self.spec.min_accounts > 0


@dataclass(slots=True)
class CompiledDepartment:
    """A department: `bit` as in `WorkspaceRow.departments`."""

    name: str
    bit: int
    clearance: int
    policy: PolicySpec
    label: str
    kinds: frozenset[str]
    rules: list[CompiledRule] = field(default_factory=list)
    _names: dict[int, list[str]] = field(default_factory=dict)

    def because(self, matched: int) -> list[str]:
        """Names of the rules that one activity satisfies by itself."""
        names = self._names.get(matched)
        if names is None:
            names = [rule.spec.name for rule in self.rules if matched & rule.bit and not rule.conversational]
            self._names[matched] = names
        return names


@dataclass(slots=True)
class Compiled:
    """A configuration ready for use. `version` counts configurations of the workspace."""

    version: int
    departments: list[CompiledDepartment]
    rules: list[CompiledRule]
    join_window_us: int
    region: str | None
    hint: Any
    """Finds a superset of the texts in which any rule's word stands; None if no rule asks for words."""
    patterned: bool

    def matched(self, activity: Activity) -> int:
        """Bits of the rules whose activity half holds."""
        mask = 0
        text = words = None
        if self.hint is not None or self.patterned:
            lowered = _text(activity)
            hinted = self.hint is not None and self.hint.search(lowered) is not None
            if hinted or self.patterned:
                text = lowered
                words = words_of(text) if hinted else None
        for rule in self.rules:
            if _simple(rule, activity) and _worded(rule, text, words):
                mask |= rule.bit
        return mask

    def members(self, matched: int, channels: int, accounts: int) -> int:
        """Bits of the departments that a conversation belongs to."""
        mask = 0
        for rule in self.rules:
            if matched & rule.bit and channels >= rule.spec.min_channels and accounts >= rule.spec.min_accounts:
                mask |= rule.department
        return mask


def compile_configuration(body: UnifyConfiguration, version: int, names: list[str]) -> Compiled:
    """Compile. `names` is the workspace's register of departments by bit; new ones are appended to it."""
    departments: list[CompiledDepartment] = []
    rules: list[CompiledRule] = []
    for name, spec in sorted(body.departments.items()):
        if name not in names:
            names.append(name)
        bit = 1 << names.index(name)
        department = CompiledDepartment(
            name, bit, TIGHTNESS[spec.clearance], spec.policy, f"{name}@{version}", frozenset(spec.policy.redact)
        )
        for rule in spec.rules:
            compiled = _compile_rule(rule, 1 << len(rules), bit)
            rules.append(compiled)
            department.rules.append(compiled)
        departments.append(department)
    told = sorted({word for rule in rules for word in (*rule.words, *rule.phrases)})
    hint = re2.compile("|".join(map(re2.escape, told))) if told else None
    patterned = any(rule.pattern is not None for rule in rules)
    return Compiled(version, departments, rules, body.join_window_us, body.region, hint, patterned)


def _compile_rule(spec: RuleSpec, bit: int, department: int) -> CompiledRule:
    simple = [
        (attribute, frozenset(values))
        for attribute, values in (
            ("channel", spec.channels),
            ("direction", spec.directions),
            ("visibility", spec.visibilities),
            ("source", spec.sources),
            ("connector", spec.connectors),
        )
        if values
    ]
    lowered = [word.lower() for word in spec.words]
    single = frozenset(word for word in lowered if WORD.fullmatch(word))
    phrases = tuple(word for word in lowered if word not in single)
    pattern = re2.compile(f"(?i){spec.pattern}") if spec.pattern else None
    return CompiledRule(bit, spec, department, tuple(simple), single, phrases, pattern)


def _text(activity: Activity) -> str:
    obj = activity.object
    title = obj.title or activity.thread.title or ""
    return f"{title}\n{obj.text or ''}".lower()


def _simple(rule: CompiledRule, activity: Activity) -> bool:
    for attribute, values in rule.simple:
        if getattr(activity, attribute) not in values:
            return False
    spec = rule.spec
    if spec.sides and (activity.actor.side if activity.actor else "unknown") not in spec.sides:
        return False
    if spec.object_types and activity.object.type not in spec.object_types:
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


def _worded(rule: CompiledRule, text: str | None, words: set[str] | None) -> bool:
    if rule.words or rule.phrases:
        found = bool(words and not rule.words.isdisjoint(words))
        if not found and not any(_has_phrase(text or "", phrase) for phrase in rule.phrases):
            return False
    return rule.pattern is None or rule.pattern.search(text or "") is not None


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

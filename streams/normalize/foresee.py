"""What a delivery would become, without writing anything: mapped, then decided by unify on an empty state. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from commonline.configuration.model import Configuration
from commonline.ids import keyed_hash
from commonline.kit.place import TIGHTNESS
from commonline.kit.replay import Result
from commonline.schemas.codec import decode_feed_activity, encode_activity
from commonline.schemas.records import Activity, FeedActivity
from commonline.streams.normalize.publish import canonical, control, unify_configuration
from commonline.streams.unify.decide import Unifier
from commonline.streams.unify.keys import Keys
from commonline.streams.unify.outputs import Output
from commonline.streams.unify.rules import CompiledDepartment, compile_configuration
from commonline.streams.unify.view import View

FIRST = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """How one department sees one activity. `shown` None: not at all, and `why` says why not."""

    department: str
    shown: FeedActivity | None
    why: str
    rules: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One activity, and what each department's feed would show of it."""

    activity: Activity
    outcome: str
    feeds: list[Seen]


class Foresight:
    """A workspace with nothing in it. Activities are given in order: later ones find the earlier ones there.

    `key` is the installation's key, for pseudonyms as they would be.
    """

    def __init__(self, configuration: Configuration, workspace: str, key: bytes) -> None:
        body = unify_configuration(configuration, workspace, "")
        self._rules = compile_configuration(body, FIRST, [])
        self._unifier = Unifier(Keys(key), keyed_hash(key, "pseudonyms", size=32))
        self._view = View(_Nothing().get, _nothing)
        self._unifier.decide_control(self._view, control(workspace, "configuration", canonical(body), FIRST))

    def see(self, results: list[Result]) -> list[Foreseen]:
        """What becomes of the mapped entries of a delivery."""
        return [self._one(activity) for result in results for activity in result.activities]

    def _one(self, activity: Activity) -> Foreseen:
        decision = self._unifier.decide_activity(self._view, activity, encode_activity(activity))
        records = {output.department: _record(output) for output in decision.outputs if _shows(output)}
        feeds = [
            self._seen(department, activity, records.get(department.name)) for department in self._rules.departments
        ]
        return Foreseen(activity, decision.outcome, feeds)

    def _seen(self, department: CompiledDepartment, activity: Activity, record: FeedActivity | None) -> Seen:
        matched = self._rules.matched(activity)
        held = [rule for rule in department.rules if matched & rule.bit]
        alone = [rule.spec.name for rule in held if not rule.conversational]
        if record is not None:
            return Seen(department.name, record, "", alone or [rule.spec.name for rule in held])
        if TIGHTNESS[activity.visibility] > department.clearance:
            allowed = next(name for name, level in TIGHTNESS.items() if level == department.clearance)
            return Seen(department.name, None, f"is {activity.visibility}; this department sees up to {allowed}", alone)
        if not held:
            return Seen(department.name, None, "no rule holds")
        wanted = [
            f"{one.spec.name} asks for a conversation over {one.spec.min_channels} channels with "
            f"{one.spec.min_accounts} outside accounts"
            for one in held
        ]
        return Seen(department.name, None, "no rule holds yet: " + "; ".join(wanted), [])


def _shows(output: Output) -> bool:
    return output.where == "feed" and output.event == "activity"


def _record(output: Output) -> FeedActivity:
    return decode_feed_activity(output.value)


class _Nothing:
    """An empty store."""

    def get(self, _key: bytes) -> bytes | None:
        """Nothing is stored."""
        return None


def _nothing(_prefix: bytes, _after: bytes) -> Iterator[tuple[bytes, bytes]]:
    yield from ()


def redacted(record: FeedActivity) -> list[tuple[str, str]]:
    """What was taken away: where, and how (``object.text``, ``phone masked``)."""
    return sorted((one.path, f"{one.rule.rpartition('/')[2]} {one.action}") for one in record.redactions)

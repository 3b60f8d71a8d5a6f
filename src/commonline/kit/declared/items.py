"""One item of a body under a plan: the step that all connectors with a declared mapping have in common."""

from __future__ import annotations

from commonline.errors import MalformedPayloadError
from commonline.kit.declared import bodies, guesses, values
from commonline.kit.declared.drafting import draft
from commonline.kit.declared.expressions import Scope
from commonline.kit.declared.plan import Plan
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored


class Part:
    """One item of a body, with all that its expressions may look at."""

    __slots__ = ("plan", "scope")

    def __init__(self, compiled: Plan, scope: Scope) -> None:
        self.plan, self.scope = compiled, scope


def drafts(entry: Entry) -> list[Draft] | Ignored:
    """What the `Part` of an entry tells. Raises `MalformedPayloadError`."""
    part: Part = entry.body
    scope, get = part.scope, part.plan.get
    if isinstance(scope.item, bodies.Damaged):
        raise MalformedPayloadError(scope.item.message)
    if scope.item in (None, "") or scope.item in ({}, []):
        return Ignored("no-content")
    if "ignore" in get and values.truth(get["ignore"](scope)):
        return Ignored("configured")
    told = values.line(get["event"](scope), guesses.EVENT_LIMIT) if "event" in get else None
    return [draft(told or guesses.event(scope.item, entry.delivery), part.plan, scope, entry.settings.get("region"))]

"""Why two accounts or two threads are the same, in words."""

from __future__ import annotations

from dataclasses import dataclass

from commonline.schemas.models import Link


@dataclass(frozen=True, slots=True)
class Reason:
    """A link as a page shows it."""

    a: str
    b: str
    why: str
    state: str


def reason(link: Link) -> Reason:
    """Which rule or person said so, how sure it is, and what it rests on."""
    if link.rule is None:
        by = f"decided by {link.ruled_by or 'a person'}"
        why = f"{by}: {link.reason}" if link.reason else by
    else:
        why = f"rule {link.rule}, confidence {link.confidence:.2f}"
    if link.verdict == "different":
        why = f"kept apart: {why}"
    count = len(link.evidence)
    if count:
        why += f", on {count} {'activity' if count == 1 else 'activities'}"
    return Reason(link.a, link.b, why, link.state)

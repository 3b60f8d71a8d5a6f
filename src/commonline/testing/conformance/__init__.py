"""What every connector must hold: rules over a connector's folder, its manifest, its fixtures and its
mapping.

One module below ``rules`` is one rule; it is found by standing there. ``check(name)`` runs them all. Used by
``commonline connector check`` and by tests: ``findings = check("zendesk"); assert not findings``.
"""

from __future__ import annotations

from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.run import all_rules, check, update
from commonline.testing.conformance.subject import Subject, UnusableError

__all__ = ["Finding", "Subject", "UnusableError", "all_rules", "check", "update"]

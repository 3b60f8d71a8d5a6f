"""Every exemption names a rule, gives its reason, and is needed."""

from __future__ import annotations

from collections.abc import Iterator

from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject

EXEMPTIBLE = False
FILE = "manifest.toml"
SHORTEST = 20


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    from commonline.testing.conformance.run import all_rules, bare_findings

    known = {rule.name: rule for rule in all_rules()}
    for name, reason in subject.manifest.exempt.items():
        if name not in known or not known[name].exemptible:
            choices = ", ".join(rule.name for rule in known.values() if rule.exemptible)
            yield Finding("exemptions", FILE, f"exempt.{name} names no such rule", f"choose one of: {choices}")
        elif len(reason.strip()) < SHORTEST:
            yield Finding("exemptions", FILE, f"exempt.{name} gives no reason", "say in a sentence why it cannot hold")
        elif not bare_findings(known[name], subject):
            yield Finding("exemptions", FILE, f"exempt.{name} is not needed: the rule holds", "remove it")

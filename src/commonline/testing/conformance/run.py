"""Runs the rules over a connector; honours its exemptions; writes goldens and README facts on request."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from commonline.kit import catalogue
from commonline.testing.conformance import rules as rules_package
from commonline.testing.conformance.facts import with_facts
from commonline.testing.conformance.finding import Finding, Rule
from commonline.testing.conformance.golden import golden, write
from commonline.testing.conformance.subject import Subject, UnusableError


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule: one for each module of the package ``rules``, by name."""
    found = []
    for module in sorted(pkgutil.iter_modules(rules_package.__path__), key=lambda m: m.name):
        code = importlib.import_module(f"{rules_package.__name__}.{module.name}")
        about = " ".join((code.__doc__ or "").strip().partition("\n\n")[0].split())
        found.append(Rule(module.name, about, code.check, getattr(code, "EXEMPTIBLE", True)))
    return tuple(found)


def check(name: str, only: Iterable[str] | None = None) -> list[Finding]:
    """All findings for a connector that `catalogue.folders` knows. `only`: names of rules."""
    subject = Subject(catalogue.folders()[name])
    chosen = [rule for rule in all_rules() if only is None or rule.name in set(only)]
    return [finding for rule in chosen for finding in run_rule(rule, subject)]


def run_rule(rule: Rule, subject: Subject) -> list[Finding]:
    """One rule's findings; none if the manifest exempts the connector with a reason."""
    try:
        exempt = rule.name in subject.manifest.exempt and rule.exemptible
    except UnusableError:
        exempt = False
    return [] if exempt else bare_findings(rule, subject)


def bare_findings(rule: Rule, subject: Subject) -> list[Finding]:
    """One rule's findings, exempt or not. A part that cannot be loaded is another rule's finding."""
    found: list[Finding] = []
    try:
        found.extend(rule.check(subject))
    except UnusableError:
        return found
    return found


def update(name: str) -> list[Path]:
    """Write every golden that differs and the README's facts. Returns the files that changed."""
    subject = Subject(catalogue.folders()[name])
    wanted = {run.fixture.expected_path: write(golden(run.results)) for run in subject.runs}
    readme = subject.folder / "README.md"
    if readme.is_file():
        wanted[readme] = with_facts(readme.read_text("utf-8"), subject.manifest).encode()
    changed = [path for path, data in wanted.items() if not path.is_file() or path.read_bytes() != data]
    for path in changed:
        path.write_bytes(wanted[path])
    return changed

"""Pages of the documentation that are made from manifests and rules: ``docs/connectors/index.md`` and ``rules.md``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from commonline.kit import catalogue
from commonline.kit.hooks import hooks
from commonline.kit.manifest import Manifest
from commonline.kit.rules import RULES
from commonline.testing.conformance.run import all_rules

INDEX = "index.md"
RULES_PAGE = "rules.md"
_MADE = "<!-- made by `commonline connector docs`; do not edit -->"
_FAILURES = """\
A connector without a fault has no findings: `commonline connector check <name>` prints them, and the tests run the same
rules over every folder below `connectors/`. Where a rule cannot hold for a product, its manifest says why:

```toml
[exempt]
unknown_event = "a mail has no event name, so that none can be unknown"
```"""


COLUMNS = (
    "Source",
    "Transports",
    "Events",
    "Back-fill",
    "Edits, deletes",
    "Proof of a call",
    "Visibility at most",
    "Second path",
    "Replies",
)
_NO = "–"
_NAMES = {"hmac-sha256": "HMAC‑SHA256", "hmac-sha1": "HMAC‑SHA1", "hmac-sha512": "HMAC‑SHA512"}


def index() -> str:
    """The catalogue: one table of what each connector can, and below it the same in words."""
    own = [catalogue.manifest(name) for name, folder in catalogue.folders().items() if folder.parent == _home()]
    own.sort(key=lambda facts: facts.title.lower())
    return "\n".join(
        [
            _MADE,
            "# Connectors",
            "",
            f"{len(own)} connectors, a folder each below `connectors/`; its README has set-up, events and settings.",
            "How to write one: [write-one.md](write-one.md). What each must hold: [rules.md](rules.md).",
            "How a vendor reaches you: [public-url.md](public-url.md). What is answered: [receiving.md](receiving.md).",
            "History: [history.md](history.md).",
            "",
            _line(COLUMNS),
            "|---|---|--:|---|---|---|---|---|---|",
            *(_line(_row(facts)) for facts in own),
            "",
            "*Events* are those that become activities; others are ignored by a named rule, or kept and counted.",
            "*Proof of a call* is how a webhook is known to be the vendor's; a source that is only asked needs none.",
            "A *second path* finds what the first one lost. *Replies*: whether the vendor lets anybody answer there;",
            "Commonline does not yet.",
            "",
            "## In words",
            "",
            *(line for facts in own for line in _words(facts)),
        ]
    )


def _home() -> Path:
    return catalogue.roots()[0]


def _row(facts: Manifest) -> tuple[str, ...]:
    return (
        _link(facts),
        ", ".join(facts.transports),
        str(len(facts.events.mapped)),
        _mark(facts.backfill),
        _later(facts),
        _proof(facts),
        facts.visibility,
        _mark(_told(facts.second_path)),
        _mark(_told(facts.replies)),
    )


def _proof(facts: Manifest) -> str:
    """How a call is known to be the vendor's, strongest first; sources that are only read have none."""
    webhook = facts.webhook
    if webhook is None or "webhook" not in facts.transports:
        return _NO
    ways = [_NAMES[scheme.algorithm] for scheme in webhook.signature]
    own = hooks(facts.name)
    if own.verify is not None and not ways:
        ways.append("own scheme")
    if own.webhook is not None:
        ways.append("as configured")
    ways += ["password" if token.basic else "token" for token in webhook.token]
    return ", ".join(dict.fromkeys(ways)) or _NO


def _words(facts: Manifest) -> list[str]:
    told = (("Second path", facts.second_path), ("Replies", facts.replies), ("Tested on", facts.tested_on))
    points = [f"* {name}: {text}" for name, text in told if text]
    return [f"### {_link(facts)}", "", facts.about, "", *points, ""]


def _link(facts: Manifest) -> str:
    return f"[{facts.title}](../../connectors/{facts.name}/README.md)"


def _told(text: str) -> bool:
    """Whether there is one: manifests say ``none``, and why."""
    return bool(text) and not text.lower().startswith("none")


def _later(facts: Manifest) -> str:
    """Whether what was said is followed when it changes and when it goes."""
    if facts.edits and facts.deletes:
        return "both"
    return "edits" if facts.edits else "deletes" if facts.deletes else _NO


def _mark(holds: bool) -> str:
    return "yes" if holds else _NO


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def rules() -> str:
    """What connectors must hold, and why entries are ignored."""
    held = [f"| `{rule.name}` | {rule.about} |" for rule in all_rules()]
    ignored = [f"| `{name}` | {about} |" for name, about in RULES.items()]
    return "\n".join(
        [
            _MADE,
            "# Rules",
            "",
            "## What every connector holds",
            "",
            _FAILURES,
            "",
            "| Rule | What must hold |",
            "|---|---|",
            *held,
            "",
            "## Why an entry is ignored",
            "",
            "Names that manifests (`[events.ignored]`) and mappings (`Ignored`) use; metrics and `commonline status`",
            "count by them. Ignored deliveries stay for their retention: a later mapping can be replayed over them.",
            "",
            "| Rule | Meaning |",
            "|---|---|",
            *ignored,
            "| `field:<name>` | this one field of the product is left out on purpose |",
            "",
        ]
    )

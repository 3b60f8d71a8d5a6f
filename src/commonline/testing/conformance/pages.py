"""Pages of the documentation that are made from manifests and rules: ``docs/connectors/index.md`` and ``rules.md``."""

from __future__ import annotations

from commonline.kit import catalogue
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


def index() -> str:
    """The list of connectors."""
    rows = []
    for name, folder in catalogue.folders().items():
        if folder.parent != catalogue.roots()[0]:
            continue
        facts = catalogue.manifest(name)
        link = f"[{facts.title}](../../connectors/{name}/README.md)"
        edits = ", ".join(word for word, told in (("edits", facts.edits), ("deletes", facts.deletes)) if told)
        rows.append(f"| {link} | {facts.about} | {', '.join(facts.transports)} | {edits or '–'} | {facts.visibility} |")
    head = [
        "| Connector | What comes in | Transports | Edits and deletes | Visibility at most |",
        "|---|---|---|---|---|",
    ]
    return "\n".join(
        [
            _MADE,
            "# Connectors",
            "",
            "One folder a product below `connectors/`; set-up, events, settings and limits stand in its README.",
            "How to write one: [write-one.md](write-one.md). What each must hold: [rules.md](rules.md).",
            "How a vendor reaches you: [public-url.md](public-url.md). What is answered: [receiving.md](receiving.md).",
            "",
            *head,
            *rows,
            "",
        ]
    )


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

"""unify: activities of a workspace, in one total order, to conversations, persons, links and department feeds."""

from commonline import compiled

COMPILED = (
    "anchors",
    "decide",
    "envelopes",
    "feeds",
    "graph",
    "keys",
    "ledger",
    "links",
    "objects",
    "patterns",
    "people",
    "pieces",
    "reading",
    "redact",
    "redactor",
    "rows",
    "rules",
    "show",
    "stored",
    "subject",
    "task",
    "threads",
    "turn",
    "view",
    "windows",
    "workspace",
)
"""Modules that `make compiled` compiles: all that every activity goes through, but those that hold structs."""
FORM = compiled.use(__name__, __path__)

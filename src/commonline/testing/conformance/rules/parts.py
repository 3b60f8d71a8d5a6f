"""The folder has its parts, they can be imported, and nothing stands there that does not belong."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject, UnusableError

PARTS = {
    "__init__.py": "one line of doc: what it is",
    "manifest.toml": "the facts",
    "mapping.py": "entries() and EVENTS",
    "README.md": "set-up on the vendor's side, step by step; what it maps and ignores; limits",
}


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    missing = [name for name in PARTS if not (subject.folder / name).is_file()]
    for name in missing:
        yield Finding("parts", name, "is missing", f"add it: {PARTS[name]}")
    init = subject.folder / "__init__.py"
    if init.is_file() and not ast.get_docstring(ast.parse(init.read_text("utf-8"))):
        yield Finding("parts", "__init__.py", "has no doc", "say in one line what the product is")
    if not subject.fixtures:
        yield Finding("parts", "fixtures/", "holds no fixture", "add fixtures/<event>__<case>.json")
    for path in sorted(subject.folder.rglob("*.py")):
        if path.name.startswith("test_") or path.name == "conftest.py":
            yield Finding("parts", subject.relative(path), "is a test module", "move it to tests/connectors/")
    yield from _code(subject, missing)


def _code(subject: Subject, missing: list[str]) -> Iterator[Finding]:
    try:
        transports = set(subject.manifest.transports)
    except UnusableError:
        return
    if transports & {"poll", "stream"} and not (subject.folder / "source.py").is_file():
        yield Finding(
            "parts", "source.py", "is missing, and a poll or stream needs it", "add it with async def read(…)"
        )
    if "mapping.py" in missing:
        return
    try:
        subject.connector  # noqa: B018 - the import is the test
    except UnusableError as error:
        yield Finding("parts", "mapping.py", f"cannot be imported: {error}", "correct the module that is named")

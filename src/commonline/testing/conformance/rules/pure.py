"""Mappings are pure: no I/O, no clock, no randomness, no process state.

Looks at every module of the folder but ``source.py`` and ``reply.py``: what they import and what they call.
``ingress.py`` sees settings, and so may import what secrets are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject

RIM = {"source.py", "reply.py"}
ALLOWED = {"ingress.py": "imports commonline.configuration"}
MODULES = {
    *("aiohttp", "asyncio", "ctypes", "ftplib", "glob", "http.client", "httpx", "imaplib", "importlib", "io"),
    *(
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "pickle",
        "random",
        "requests",
        "secrets",
        "select",
        "shutil",
    ),
    *(
        "smtplib",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib.request",
    ),
    *(
        "commonline.bus",
        "commonline.clock",
        "commonline.configuration",
        "commonline.settings",
        "commonline.streams",
    ),
}
CALLS = {"open", "print", "input", "exec", "eval", "compile", "globals", "__import__", "breakpoint"}
ATTRIBUTES = {
    *(("datetime", name) for name in ("now", "utcnow", "today")),
    *(("uuid", name) for name in ("uuid1", "uuid4", "getnode")),
    ("date", "today"),
}


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    for path in sorted(subject.folder.rglob("*.py")):
        if path.name in RIM:
            continue
        file = subject.relative(path)
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except SyntaxError as error:
            yield Finding("pure", file, f"line {error.lineno}: {error.msg}", "correct the syntax")
            continue
        for line, what in impurities(tree):
            if what.startswith(ALLOWED.get(path.name, "\0")):
                continue
            yield Finding("pure", file, f"line {line}: {what}", "move it to source.py, or take it from the delivery")


def impurities(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and description of everything impure."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            yield from _calls(node)
            continue
        for name in names:
            if any(name == module or name.startswith(f"{module}.") for module in MODULES):
                yield node.lineno, f"imports {name}"
                break
        if any(name in {"uuid.uuid1", "uuid.uuid4"} for name in names):
            yield node.lineno, "imports a random id"


def _calls(node: ast.AST) -> Iterator[tuple[int, str]]:
    if not isinstance(node, ast.Call):
        return
    called = node.func
    if isinstance(called, ast.Name) and called.id in CALLS:
        yield node.lineno, f"calls {called.id}()"
    if isinstance(called, ast.Attribute):
        owner = called.value.attr if isinstance(called.value, ast.Attribute) else getattr(called.value, "id", "")
        if (owner, called.attr) in ATTRIBUTES:
            yield node.lineno, f"calls {owner}.{called.attr}()"

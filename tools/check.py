"""What `make test` and `make lint` run: every step, whatever the ones before said, and a summary at the end.

Ends with 1 when a step failed; with CI=true also when a tool was missing.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Step:
    """One check: a program beside this Python."""

    name: str
    argv: tuple[str, ...]
    python: bool = False
    """Only the Python form of what may be compiled (ADR 0010): coverage sees no other."""


LINT = (
    Step("ruff check", ("ruff", "check")),
    Step("ruff format", ("ruff", "format", "--check")),
    Step("mypy", ("mypy",)),
    Step("mypy tests", ("mypy", "tests", "tools")),
    Step("import rules", ("lint-imports",)),
)
COMPILE = Step("compile", ("python", "tools/compiled.py", "--or-python"))
PYTEST = ("coverage", "run", "--parallel-mode", "-m", "pytest")
BROKER = (*PYTEST, "-m", "broker", "-p", "no:cacheprovider")
WHOLE = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/integration/test_*.py"))
HALF = next(number for number, path in enumerate(WHOLE) if Path(path).name >= "test_p")
TESTS = (
    Step("tests", (*PYTEST, "-m", "not broker", "-p", "no:cacheprovider"), python=True),
    Step("broker: A to O", (*BROKER, *WHOLE[:HALF])),
    Step("broker: the rest", (*BROKER, *(f"--ignore={path}" for path in WHOLE[:HALF]))),
)
"""Processes at the same time: the first computes most of the time, the others wait for brokers and services, on
the compiled forms where there are such. Whole installations take longest: their first half has a process of its own."""
HOT = ("tests/streams", "tests/bus", "tests/schemas", "tests/test_compiled.py")
COMPILED = Step("tests, compiled", ("python", "-m", "pytest", "-q", "-m", "not broker", "-p", "no:cacheprovider", *HOT))
SOME_TESTS = Step("tests", PYTEST)
COMBINE = Step("coverage", ("coverage", "combine", "--quiet"))
COVERAGE = Step("coverage report", ("coverage", "report", "--skip-covered", "--skip-empty"))
PURE = (
    "connectors/*.py",
    "src/commonline/configuration/*.py",
    "src/commonline/ids.py",
    "src/commonline/topics.py",
    "src/commonline/bus/guard.py",
    "src/commonline/bus/partitions.py",
    "src/commonline/demo/seen.py",
    *(
        f"src/commonline/kit/{name}.py"
        for name in [
            "accounts",
            "authenticate",
            "backoff",
            "clean",
            "deliver",
            "draft",
            "finish",
            "handshake",
            "instance",
            "manifest",
            "mapping",
            "place",
            "public_url",
            "request",
            "signature",
            "text",
            "times",
        ]
    ),
    *(f"streams/normalize/{name}.py" for name in ("account", "breaker", "decide", "tally")),
    *(
        f"streams/unify/{name}.py"
        for name in [
            "anchors",
            "controls",
            "decide",
            "feeds",
            "graph",
            "links",
            "objects",
            "patterns",
            "people",
            "redact",
            "rows",
            "rules",
            "show",
            "threads",
            "turn",
            "view",
            "windows",
            "work",
        ]
    ),
)
"""The pure core: decisions are functions of values, so there is no excuse for a branch that no test takes."""
NOT_PURE = ("connectors/*/source.py", "connectors/*/ingress.py")
CORE = Step(
    "pure core",
    (
        "coverage",
        "report",
        "--skip-covered",
        "--skip-empty",
        f"--include={','.join(PURE)}",
        f"--omit={','.join(NOT_PURE)}",
        "--fail-under=95",
    ),
)
OUTSIDE = {
    "promtool": "the alert rules were not checked (Debian: apt-get install prometheus)",
    "postgres": "the gateway was tried on SQLite alone (Debian: apt-get install postgresql)",
    "chromium": "the console was not tried in a browser (Debian: apt-get install chromium)",
    "cc": "the compiled forms were not compared with Python's (Debian: apt-get install gcc python3-dev)",
}
"""Programs that tests use when they are there, and what it means when they are not."""


def main() -> int:
    """Run the steps; 0 when all is well."""
    what, *arguments = sys.argv[1:]
    rows = [run(step) for step in LINT]
    if what == "test":
        for old in ROOT.glob(".coverage*"):
            old.unlink()
        if arguments:
            rows.append(run(Step(SOME_TESTS.name, (*SOME_TESTS.argv, *arguments))))
        else:
            rows += [run(COMPILE), *together(*TESTS), run(COMPILED)]
        rows += [run(step) for step in (COMBINE, COVERAGE, CORE)]
        rows += [("missing", name, meaning) for name, meaning in OUTSIDE.items() if not installed(name)]
    print("\n" + "-" * 72)
    for state, name, text in rows:
        print(f"{state:<8} {name:<16} {text}")
    bad = {"failed", "missing"} if os.environ.get("CI") == "true" else {"failed"}
    return int(any(state in bad for state, _, _ in rows))


def installed(program: str) -> bool:
    """Whether tests find it: on the path, or where Debian keeps PostgreSQL's programs."""
    return shutil.which(program) is not None or any(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))


def together(shown: Step, *kept: Step) -> list[tuple[str, str, str]]:
    """Run steps at the same time; what the others print is kept until the first has ended."""
    with contextlib.ExitStack() as stack:
        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(len(kept)))
        outputs = [stack.enter_context(tempfile.TemporaryFile()) for _ in kept]
        running = [pool.submit(_run, *pair) for pair in zip(kept, outputs, strict=True)]
        rows = [run(shown)]
        for step, output, one in zip(kept, outputs, running, strict=True):
            print(f"\n== {step.name}: {' '.join(step.argv)} (began with the tests above)", flush=True)
            rows.append(one.result())
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.flush()
    return rows


def run(step: Step) -> tuple[str, str, str]:
    """Run one step; its state, name, and duration or what is missing."""
    if not (BIN / step.argv[0]).exists():
        return "missing", step.name, f"{step.argv[0]} is not installed in {BIN.parent}"
    print(f"\n== {step.name}: {' '.join(step.argv)}", flush=True)
    return _run(step, None)


def _run(step: Step, output: IO[bytes] | None) -> tuple[str, str, str]:
    program = [str(BIN / step.argv[0]), *step.argv[1:]]
    errors = None if output is None else subprocess.STDOUT
    began = time.monotonic()
    environ = {**os.environ, "COMMONLINE_PURE": "1"} if step.python else None
    done = subprocess.run(program, cwd=ROOT, env=environ, check=False, stdout=output, stderr=errors)
    return ("ok" if done.returncode == 0 else "failed"), step.name, f"{time.monotonic() - began:.0f} s"


if __name__ == "__main__":
    sys.exit(main())

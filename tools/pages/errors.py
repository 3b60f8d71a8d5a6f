"""``docs/reference/errors.md``: from the errors, their table and their exit codes."""

from __future__ import annotations

import inspect
import re

from tools.pages import text

from commonline import errors
from commonline.errors import CommonlineError
from commonline.local.restarts import FIRST_WAIT_S, HEALTHY_S, MAX_AT_ONCE, MAX_QUICK

HEAD = """\
# Errors and exit codes

Everything that Commonline raises on purpose is one of these, ordered by what the caller does. A message names the
thing, its value and the fix, and never holds a secret or a payload.
"""
CODES = (
    ("0", "done, or ended cleanly on SIGTERM or Ctrl-C", "nothing"),
    ("1", "something failed; the last line says what. Checks that found something end with it too", "starts it again"),
    ("2", "wrong use or wrong configuration: key, value and fix are named", "gives up: a restart mends nothing"),
    ("3", "the machine lacks something: a port, disk, network, a broker that answers", "starts it again"),
    ("75", "the outcome of a transaction is unknown, or another worker took over", "starts it again at once"),
    ("76", "state and log disagree: a person must look before anything is skipped or done twice", "gives up"),
    ("130, 143", "Ctrl-C or SIGTERM while it was still starting", "nothing"),
)
SUPERVISOR = f"""\
The supervisor of `commonline up` waits {FIRST_WAIT_S:g} s before it starts a service again, then twice as long each
time, and gives up after {MAX_QUICK} lives in a row that were shorter than {HEALTHY_S:g} s. After code 75 it does not
wait, up to {MAX_AT_ONCE} times in a row. Under Docker or Kubernetes, restart always: a process that ends with 2 or 76
does no harm by starting again, it ends again before it takes a partition.
"""


def page() -> str:
    """The page's text."""
    does = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", errors.__doc__ or "", re.MULTILINE))
    found = [
        one
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, CommonlineError) and one is not CommonlineError
    ]
    if {one.__name__ for one in found} != set(does):
        raise SystemExit("the table in commonline/errors.py does not name every error")
    order = list(does)
    rows = [
        (text.code(one.__name__), _about(one), f"the caller {does[one.__name__]}", str(one.exit_code))
        for one in sorted(found, key=lambda one: order.index(one.__name__))
    ]
    lines = [HEAD, *text.table(("error", "what happened", "what follows", "exit code"), rows)]
    lines += ["## Exit codes", "", *text.table(("code", "meaning", "the supervisor"), CODES), SUPERVISOR]
    return text.page(lines)


def _about(error: type[CommonlineError]) -> str:
    first = inspect.cleandoc(error.__doc__ or "").split("\n\n")[0]
    return " ".join(first.split())

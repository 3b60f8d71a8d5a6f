"""One configuration has one text, whatever order its file has."""

from __future__ import annotations

import msgspec

from commonline.configuration.load import parse
from commonline.streams.normalize.publish import canonical, control, unify_configuration
from commonline.streams.unify.specs import UnifyConfiguration

FILE = """
[workspaces.acme]
region = "DE"
join_window = "2h"
[departments.pr]
clearance = "customer"
[[departments.pr.rules]]
name = "press"
words = ["press", "recall"]
[departments.service]
clearance = "internal"
workspaces = ["beta"]
[workspaces.beta]
"""
TURNED = """
[departments.service]
workspaces = ["beta"]
clearance = "internal"
[workspaces.beta]
[departments.pr]
rules = [{ words = ["press", "recall"], name = "press" }]
clearance = "customer"
[workspaces.acme]
join_window = "2h"
region = "DE"
"""


def text(file: str, workspace: str = "acme", key: str = "k") -> str:
    return canonical(unify_configuration(parse(file), workspace, key))


def test_the_order_of_the_file_says_nothing() -> None:
    assert text(FILE) == text(TURNED)


def test_unify_reads_what_the_file_says() -> None:
    read = msgspec.json.decode(text(FILE), type=UnifyConfiguration)
    assert read.join_window_us == 2 * 3600 * 1_000_000
    assert (read.region, read.key_id) == ("DE", "k")
    assert list(read.departments) == ["pr"]
    assert read.departments["pr"].rules[0].words == ["press", "recall"]


def test_every_change_is_another_text() -> None:
    texts = {
        text(FILE),
        text(FILE, key="other"),
        text(FILE, workspace="beta"),
        text(FILE.replace('"DE"', '"AT"')),
        text(FILE.replace('"recall"', '"recalls"')),
        text(FILE.replace('"customer"', '"public"')),
    }
    assert len(texts) == 6


def test_a_department_of_other_workspaces_changes_nothing() -> None:
    assert text(FILE) == text(FILE.replace('clearance = "internal"', 'clearance = "public"'))


def test_ids_of_control_records() -> None:
    body = text(FILE)
    assert control("acme", "configuration", body, 1).id == control("acme", "configuration", body, 2).id
    rulings = {control("acme", "ruling", body, at, by).id for at in (1, 2) for by in ("a", "b")}
    assert len(rulings) == 4

"""Every connector holds every rule; and every rule finds what it is for."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import commonline.connectors
from commonline.kit import catalogue
from commonline.kit.scaffold import scaffold
from commonline.testing import conformance
from commonline.testing.conformance import Subject
from commonline.testing.conformance.facts import BEGIN, END, with_facts
from commonline.testing.conformance.finding import Rule
from commonline.testing.conformance.golden import difference
from commonline.testing.conformance.mutate import mutations, unknown_words
from commonline.testing.conformance.run import run_rule

RULES = {rule.name: rule for rule in conformance.all_rules()}
NAME = "acme_chat"
MESSAGE = {
    "type": "message.created",
    "time": "2026-05-04T09:12:33Z",
    "access_token": "kettle-kettle",
    "message": {
        "id": 7001,
        "text": "My kettle won’t switch off: https://example.org/k/7",
        "author": {"id": "u/1", "name": "Ana Lima"},
        "conversation": 88,
        "private": True,
        "scope": "team",
    },
}
Break = Callable[[Path], None]


@cache
def subject(name: str) -> Subject:
    return Subject(catalogue.folders()[name])


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("name", catalogue.folders())
def test_connector_holds_the_rule(name: str, rule: Rule) -> None:
    findings = run_rule(rule, subject(name))
    assert not findings, "\n".join(str(finding) for finding in findings)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A good connector of its own, as the scaffold writes it, with one fixture; found by the catalogue."""
    scaffold(NAME, "webhook", tmp_path)
    write(tmp_path / NAME / "fixtures" / "message.created__plain.json", MESSAGE)
    monkeypatch.setattr(commonline.connectors, "__path__", [*commonline.connectors.__path__, str(tmp_path)])
    forget()
    conformance.update(NAME)
    forget()
    yield tmp_path / NAME
    forget()


def forget() -> None:
    """What was loaded of the connector: it is loaded anew."""
    catalogue.manifest.cache_clear()
    catalogue.connector.cache_clear()
    importlib.invalidate_caches()
    for module in [name for name in sys.modules if name.startswith(f"{catalogue.PACKAGE}.{NAME}")]:
        del sys.modules[module]
    sys.path_importer_cache.clear()


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")


def replaced(file: str, *pairs: tuple[str, str]) -> Break:
    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text("utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, "utf-8")

    return change


def added(file: str, value: Any) -> Break:
    def change(folder: Path) -> None:
        if isinstance(value, str):
            (folder / file).write_text(value, "utf-8")
        else:
            write(folder / file, value)

    return change


def removed(*patterns: str) -> Break:
    def change(folder: Path) -> None:
        for pattern in patterns:
            found = list(folder.glob(pattern))
            assert found
            for path in found:
                path.unlink()

    return change


PRIVATE = (
    "    conversation: str | int | None = None\n",
    "    conversation: str | int | None = None\n    scope: str = ''\n",
)
BY_SCOPE = ('visibility="customer"', 'visibility="internal" if message.scope == "team" else "customer"')
TEXT = "tidy(message.text, []).text"
# Rule, what breaks it, and words of the finding that show that it was found for the right reason.
BAD: list[tuple[str, Break, str]] = [
    ("manifest", replaced("manifest.toml", ("secret = true", "mapping = true")), "no secret setting"),
    ("manifest", replaced("manifest.toml", ("visibility =", "visible =")), "visib"),
    ("parts", added("test_mapping.py", ""), "test module"),
    ("parts", removed("README.md"), "is missing"),
    ("parts", added("mapping.py", "raise ValueError('kettle')\n"), "kettle"),
    ("events", replaced("manifest.toml", ('"message.created"', '"message.created", "message.edited"')), "lacks"),
    ("events", replaced("manifest.toml", ('"handshake"', '"boring"')), "no rule"),
    ("coverage", removed("fixtures/message.created__plain.*"), "no fixture of event"),
    ("coverage", replaced("manifest.toml", ("tested_on", "edits = true\ntested_on")), "ends as Update"),
    ("goldens", replaced("fixtures/message.created__plain.json", ("My kettle", "Our kettle")), "Our kettle"),
    ("goldens", removed("fixtures/*.expected.json"), "is missing"),
    ("goldens", added("fixtures/message.created__gone.meta.json", {}), "belongs to no fixture"),
    ("unknown_event", removed("fixtures/unknown__*"), "unsupported"),
    (
        "deterministic",
        replaced("mapping.py", ('"message", message.id', '"message", entry.delivery.received')),
        "other ids",
    ),
    (
        "deterministic",
        replaced(
            "mapping.py",
            ("import msgspec", "import random\n\nimport msgspec"),
            ('"message", message.id', '"message", random.random()'),
        ),
        "two results",
    ),
    (
        "identity",
        added("fixtures/message.created__again.json", {**MESSAGE, "time": "2026-05-05T09:12:33Z"}),
        "the id of a fact",
    ),
    ("hostile", replaced("mapping.py", (TEXT, "message.text[0]")), "raised IndexError"),
    ("hostile", replaced("mapping.py", (TEXT, "message.text")), "control characters"),
    (
        "visibility",
        replaced("manifest.toml", ('visibility = "customer"', 'visibility = "internal"')),
        "at most internal",
    ),
    ("visibility", replaced("mapping.py", PRIVATE, BY_SCOPE), "nobody knows"),
    (
        "uris",
        replaced("mapping.py", ('accounts.native(NAME, "user", message.author.id)', 'f"{NAME}:{message.author.name}"')),
        "percent-encoded",
    ),
    ("text", replaced("mapping.py", (TEXT, '"Tom &amp; Jerry"')), "markup"),
    ("codec", replaced("mapping.py", ('channel="chat",', 'channel="chat", tags=[7],')), "cannot be encoded"),
    ("times", replaced("mapping.py", ("times.parse(event.time)", "1_777_885_953")), "published"),
    ("readme", replaced("README.md", ("at most customer", "public")), "facts"),
    ("pure", replaced("mapping.py", ("import msgspec\n", "import os\n\nimport msgspec\n")), "imports os"),
    (
        "pure",
        replaced(
            "mapping.py",
            (TEXT, "str(datetime.now())"),
            ("import msgspec\n", "from datetime import datetime\n\nimport msgspec\n"),
        ),
        "datetime.now()",
    ),
    ("secrecy", replaced("mapping.py", (TEXT, '"see ?token=kettle-kettle"')), "access_token"),
    ("headers", added("fixtures/message.created__plain.meta.json", {"headers": {"x-kettle": "1"}}), "not kept"),
    ("exemptions", replaced("manifest.toml", ("[events]", '[exempt]\nhostile = "no"\n\n[events]')), "gives no reason"),
    (
        "exemptions",
        replaced("manifest.toml", ("[events]", '[exempt]\nhostile = "it is hard to hold, really"\n\n[events]')),
        "not needed",
    ),
    (
        "exemptions",
        replaced("manifest.toml", ("[events]", '[exempt]\nhostil = "it is hard to hold, really"\n\n[events]')),
        "no such rule",
    ),
]


def test_good_connector_holds_all_rules(folder: Path) -> None:
    assert not conformance.check(folder.name)


@pytest.mark.parametrize(("rule", "broken", "words"), BAD, ids=[f"{rule}-{words}" for rule, _, words in BAD])
def test_rule_finds_what_it_is_for(folder: Path, rule: str, broken: Break, words: str) -> None:
    broken(folder)
    findings = conformance.check(NAME, [rule])
    assert findings
    assert any(words in finding.what for finding in findings), findings
    assert all(finding.fix for finding in findings)


def test_every_rule_has_a_bad_sample() -> None:
    assert {rule for rule, _, _ in BAD} == set(RULES)


def test_exemption_with_a_reason_is_honoured(folder: Path) -> None:
    removed("fixtures/unknown__*")(folder)
    reason = 'unknown_event = "the product sends one event and no other"'
    replaced("manifest.toml", ("[events]", f"[exempt]\n{reason}\n\n[events]"))(folder)
    conformance.update(NAME)
    forget()
    assert not conformance.check(NAME)


def test_same_fact_by_two_ways_is_said(folder: Path) -> None:
    added("fixtures/message.created__poll.json", {**MESSAGE, "time": "2026-05-04T09:12:34Z"})(folder)
    added("fixtures/message.created__poll.meta.json", {"same_as": "message.created__plain"})(folder)
    assert not conformance.check(NAME, ["identity"])
    other = {**MESSAGE, "message": {**MESSAGE["message"], "id": 7002}}  # type: ignore[dict-item]
    added("fixtures/message.created__poll.json", other)(folder)
    assert "has other ids" in conformance.check(NAME, ["identity"])[0].what


def test_markup_that_somebody_wrote_is_said(folder: Path) -> None:
    replaced("mapping.py", (TEXT, '"Tom &amp; Jerry"'))(folder)
    added("fixtures/message.created__plain.meta.json", {"markup_meant": True})(folder)
    assert not conformance.check(NAME, ["text"])


def test_broken_manifest_is_one_finding(folder: Path) -> None:
    (folder / "manifest.toml").write_text("name = ", "utf-8")
    assert {finding.rule for finding in conformance.check(NAME)} == {"manifest"}


def test_update_changes_nothing_twice(folder: Path) -> None:
    replaced("fixtures/message.created__plain.json", ("My kettle", "Our kettle"))(folder)
    assert [path.name for path in conformance.update(NAME)] == ["message.created__plain.expected.json"]
    assert conformance.update(NAME) == []


def test_facts_are_renewed_in_place(folder: Path) -> None:
    manifest = catalogue.manifest(NAME)
    fresh = with_facts("# Chat\n\nProse.\n", manifest)
    assert fresh.startswith(f"# Chat\n\n{BEGIN}\n")
    assert fresh.endswith(f"{END}\n\nProse.\n")
    assert with_facts(fresh.replace("at most customer", "old"), manifest) == fresh


@pytest.mark.parametrize(
    ("expected", "found", "told"),
    [
        ({"a": [1, 2]}, {"a": [1, 2]}, None),
        ({"a": [1, 2]}, {"a": [1, 3]}, "a[1]: expected 2, found 3"),
        ({"a": 1}, {"a": 1, "b": None}, "b: expected nothing, found null"),
        ([], [{}], "[0]: expected nothing, found {}"),
        ({"a": 1}, {"a": True}, "a: expected 1, found true"),
        ({"a": 1}, [], '$: expected {"a":1}, found []'),
    ],
)
def test_difference_names_the_place(expected: Any, found: Any, told: str | None) -> None:
    assert difference(expected, found) == told


def test_mutations_touch_one_place_each() -> None:
    body = json.dumps({"a": {"b": [1, "x"]}, "c": False}).encode()
    found = dict(mutations(body))
    assert json.loads(found["$.a.b[1] = null"]) == {"a": {"b": [1, None]}, "c": False}
    assert json.loads(found["$.a left out"]) == {"c": False}
    assert list(dict(mutations(body))) == list(found)
    assert [json.loads(one) for _, one in unknown_words(body)] == [
        {"a": {"b": [1, "zz-unknown"]}, "c": False},
        {"a": {"b": [1, "x"]}, "c": None},
    ]


def test_mutations_of_what_is_no_json_damage_lines_and_bytes() -> None:
    names = [name for name, _ in mutations(b"From: a\nTo: b\n\nhello")]
    assert "line 2 left out" in names
    assert any(name.startswith("cut at byte") for name in names)

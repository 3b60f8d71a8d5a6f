"""What is foretold of a delivery is what unify does with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonline.kit import catalogue
from commonline.kit.instance import instance
from commonline.kit.replay import Trial
from commonline.streams.normalize.foresee import Foreseen, Foresight, redacted
from tests.streams.normalize.deliveries import configuration, delivery

pytestmark = pytest.mark.usefixtures("probes")
KEY = bytes(32)
FILE = """
[workspaces.acme]
[sources.fuse]
connector = "fuse"
workspace = "acme"
[departments.marketing]
clearance = "public"
rules = [{ name = "talk", channels = ["comment"] }]
policy = { redact = ["name", "phone"] }
[departments.service]
clearance = "internal"
rules = [{ name = "leaks", words = ["leaks"] }, { name = "wide", min_channels = 2 }]
[departments.hr]
clearance = "restricted"
rules = [{ name = "hiring", words = ["vacancy"] }]
"""


def foretell(text: str, file: str = FILE) -> Foreseen:
    known = configuration(file)
    source = instance("fuse", known.sources["fuse"], known.workspaces["acme"], Path())
    results = Trial(catalogue.connector("fuse"), source).run(delivery([{"id": "1", "text": text}]))
    [seen] = Foresight(known, "acme", KEY).see(results)
    return seen


def test_feeds_rules_and_redactions() -> None:
    told = foretell("My kettle leaks, call +49 30 1234567")
    feeds = {seen.department: seen for seen in told.feeds}
    assert told.outcome == "accepted"
    assert feeds["marketing"].rules == ["talk"]
    assert feeds["service"].rules == ["leaks"]
    shown = feeds["marketing"].shown
    assert shown is not None
    assert shown.item is not None
    assert "1234567" not in (shown.item.object.text or "")
    assert ("object.text", "phone masked") in redacted(shown)
    assert ("actor.name", "name pseudonym") in redacted(shown)
    assert feeds["hr"].shown is None
    assert feeds["hr"].why == "no rule holds"


def test_a_rule_about_the_conversation_is_told_as_not_yet() -> None:
    seen = next(one for one in foretell("hello").feeds if one.department == "service")
    assert seen.shown is None
    assert seen.why == "no rule holds yet: wide asks for a conversation over 2 channels with 0 outside accounts"


def test_what_is_too_internal_is_told_with_both_levels() -> None:
    floor = FILE.replace('connector = "fuse"', 'connector = "fuse"\nvisibility = "internal"')
    seen = next(one for one in foretell("leaks", floor).feeds if one.department == "marketing")
    assert seen.why == "is internal; this department sees up to public"


def test_the_second_time_is_a_repeat() -> None:
    known = configuration(FILE)
    source = instance("fuse", known.sources["fuse"], known.workspaces["acme"], Path())
    results = Trial(catalogue.connector("fuse"), source).run(delivery([{"id": "1", "text": "leaks"}]))
    foresight = Foresight(known, "acme", KEY)
    assert [foresight.see(results)[0].outcome for _ in range(2)] == ["accepted", "repeat"]

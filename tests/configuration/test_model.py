"""Defaults, names, and which departments have a feed of a workspace."""

from __future__ import annotations

import re
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from commonline.configuration.defaults import default_departments
from commonline.configuration.load import parse
from commonline.configuration.sections import VisibilityName
from commonline.errors import ConfigurationError
from commonline.schemas.records import Channel, ObjectType, Visibility

PR = '[departments.pr]\nclearance = "customer"\n'


def test_an_empty_file_is_an_installation() -> None:
    made = parse("")
    assert made.commonline.listen == "127.0.0.1:8088", "nobody else reaches it unless one says so"
    assert made.commonline.durability == "broker"
    assert made.commonline.trusted_proxies == []
    assert (made.workspaces, made.sources) == ({}, {})
    assert list(made.departments) == ["marketing", "pr", "service", "hr"]


def test_defaults_of_workspace_and_source() -> None:
    made = parse('[workspaces.acme]\n[sources.s]\nconnector = "x"\nworkspace = "acme"\nsubdomain = "a"\nrest = [1]\n')
    assert (made.workspaces["acme"].join_window, made.workspaces["acme"].region) == ("48h", None)
    source = made.sources["s"]
    assert (source.enabled, source.visibility, source.unknown_side) == (True, "public", "unknown")
    assert source.settings == {"subdomain": "a", "rest": [1]}


def test_settings_of_a_source_are_a_copy() -> None:
    source = parse('[workspaces.a]\n[sources.s]\nconnector = "x"\nworkspace = "a"\nk = 1\n').sources["s"]
    source.settings["k"] = 2
    assert source.settings == {"k": 1}


def test_own_departments_replace_the_default_ones() -> None:
    made = parse(PR)
    assert list(made.departments) == ["pr"]
    department = made.departments["pr"]
    assert department.rules == []
    assert department.policy.redact == ["email", "phone", "card", "iban"]
    assert department.policy.staff_names is True


def test_departments_of_a_workspace() -> None:
    made = parse(
        f'[workspaces.acme]\n[workspaces.other]\n{PR}[departments.hr]\nclearance = "internal"\nworkspaces = ["acme"]\n'
    )
    assert set(made.departments_of("acme")) == {"pr", "hr"}
    assert set(made.departments_of("other")) == {"pr"}


def test_what_the_default_departments_may_see() -> None:
    made = default_departments()
    assert {name: one.clearance for name, one in made.items()} == {
        "marketing": "public",
        "pr": "customer",
        "service": "internal",
        "hr": "restricted",
    }
    assert {"name", "handle", "account"} <= set(made["marketing"].policy.redact), "marketing never knows who"
    assert all({"card", "iban"} <= set(one.policy.redact) for one in made.values()), "nobody needs a card number"


def test_default_rules_name_what_the_contract_knows() -> None:
    rules = [rule for one in default_departments().values() for rule in one.rules]
    channels, types = {c for rule in rules for c in rule.channels}, {t for rule in rules for t in rule.object_types}
    assert channels <= set(get_args(Channel))
    assert types <= set(get_args(ObjectType))
    for one in default_departments().values():
        assert len({rule.name for rule in one.rules}) == len(one.rules)


def test_every_default_department_is_new() -> None:
    assert default_departments()["pr"] is not default_departments()["pr"]


def test_visibilities_are_those_of_the_contract() -> None:
    assert get_args(VisibilityName) == get_args(Visibility)


@given(st.text(max_size=70) | st.from_regex(r"[a-z0-9_-]{1,70}", fullmatch=True))
def test_names_are_fit_for_topics_and_urls(name: str) -> None:
    quoted = "".join(f"\\U{ord(c):08X}" for c in name)
    try:
        made = parse(f'[workspaces."{quoted}"]\n')
    except ConfigurationError:
        assert not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name)
    else:
        assert list(made.workspaces) == [name]
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", name)

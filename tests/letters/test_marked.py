"""The place of a failure in a payload, marked."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.letters.marked import marked, steps

BODY = json.dumps({"entry": [{"id": 1, "changes": []}, {"id": 2, "a.b": {"c": None}}], "object": "page"}).encode()


def places(path: str | None) -> list[str]:
    lines = marked(BODY, path)
    assert lines is not None
    return [line.strip() for line, here in lines if here]


def test_steps_of_a_path() -> None:
    assert steps("entry[0].changes[12].value") == ["entry", 0, "changes", 12, "value"]
    assert steps("[3].author") == [3, "author"]
    assert steps("fields[...].x") == ["fields", "[...]", "x"]
    assert steps("$") == steps(None) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("entry[1].id", '"id": 2,'),
        ("entry[0].changes", '"changes": []'),
        ("entry[1].a.b.c", '"c": null'),
        ("entry[1].a.b", '"a.b": {'),
        ("entry[0].changes[3].value", '"changes": []'),
        ("entry[0].missing.deeper", "{"),
        ("entry[9]", '"entry": ['),
        ("$", "{"),
    ],
)
def test_the_place_or_the_container_that_should_hold_it(path: str, line: str) -> None:
    assert places(path) == [line]


def test_no_path_marks_nothing_and_no_json_is_none() -> None:
    assert places(None) == []
    assert marked(b"{", "$") is None
    assert marked(b"[" * 100_000, "$") is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, st.text(max_size=20))
def test_what_is_shown_is_the_body(value: object, path: str) -> None:
    lines = marked(json.dumps(value).encode(), path)
    assert lines is not None
    assert json.loads("\n".join(line for line, _ in lines)) == value
    assert sum(here for _, here in lines) == (1 if path else 0)
